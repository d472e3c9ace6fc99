#!/usr/bin/env bash
# Guess: METRIC_Lp without its argument is the Euclidean case, or an error.
#
# What happens: the power defaults to 0, and every distance, even of a vector to itself, is the
# number of its components: all vectors tie and the answer is the first ids. metric_arg must be
# set by hand; with 3 the result is right (the sum of cubes, without the root).
#
# Versions and source: faiss-cpu 1.15.1, numpy 2.4.6. FAISS, faiss/Index.h and
# utils/extra_distances-inl.h (metric_arg, VectorDistance for METRIC_Lp)
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
vectors = np.random.default_rng(0).normal(size=(50, 8)).astype("float32")
index = faiss.index_factory(8, "Flat", faiss.METRIC_Lp)
index.add(vectors)
values, ids = index.search(vectors[30:31], 3)
print("metric_arg", index.metric_arg, "ids", ids[0].tolist(), "values", values[0].tolist())
assert index.metric_arg == 0 and values[0].tolist() == [8.0, 8.0, 8.0]
assert ids[0].tolist() == [0, 1, 2]

index.metric_arg = 3
values, ids = index.search(vectors[30:31], 3)
cubes = np.sort((np.abs(vectors - vectors[30]) ** 3).sum(1))[:3]
print("metric_arg", index.metric_arg, "ids", ids[0].tolist(), "values", values[0].tolist())
assert ids[0, 0] == 30 and np.allclose(values[0], cubes, atol=1e-4)
PY
