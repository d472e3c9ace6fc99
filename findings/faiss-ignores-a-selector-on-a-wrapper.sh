#!/usr/bin/env bash
# Guess: a selector given to a search is applied, or FAISS refuses the parameters.
#
# What happens: the parameters of IndexRefine and IndexPreTransform have the inherited field sel,
# take it, and ignore it: the answer holds ids that the selector forbids. It counts only inside
# base_index_params or index_params. A plain SearchParameters(sel=...) is refused by IndexRefine,
# which makes the other look right.
#
# Versions and source: faiss-cpu 1.15.1, numpy 2.4.6. FAISS, faiss/IndexRefine.cpp and
# IndexPreTransform.cpp, search()
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import faiss
import numpy as np

print("faiss", faiss.__version__)
vectors = np.random.default_rng(0).normal(size=(300, 8)).astype("float32")
query, allowed = vectors[:1], [1, 2, 3]
selector = faiss.IDSelectorBatch(allowed)
inner = faiss.SearchParameters(sel=selector)


def search(index, parameters):
    found = index.search(query, 4, params=parameters)[1][0]
    return sorted(found[found >= 0].tolist())


refine = faiss.index_factory(8, "SQ8,Refine(Flat)")
pca = faiss.index_factory(8, "PCA4,Flat")
for index in (refine, pca):
    index.train(vectors)
    index.add(vectors)

outer = {
    "IndexRefine": search(refine, faiss.IndexRefineSearchParameters(k_factor=2, sel=selector)),
    "IndexPreTransform": search(pca, faiss.SearchParametersPreTransform(sel=selector)),
}
nested = {
    "IndexRefine": search(
        refine, faiss.IndexRefineSearchParameters(k_factor=2, base_index_params=inner)
    ),
    "IndexPreTransform": search(pca, faiss.SearchParametersPreTransform(index_params=inner)),
}
print("allowed", allowed)
print("selector on the wrapper:", outer)
print("selector on the inner index:", nested)
assert all(found == allowed for found in nested.values())
assert all(not set(found) <= set(allowed) for found in outer.values())
try:
    search(refine, inner)
except RuntimeError as error:
    print("plain parameters:", str(error)[-48:])
else:
    raise SystemExit("IndexRefine accepts plain parameters now")
PY
