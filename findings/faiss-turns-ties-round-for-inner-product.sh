#!/usr/bin/env bash
# Guess: neighbours of equal similarity come in the order of their ids, lowest first, whichever
# the metric.
#
# What happens: with L2 they come lowest first, with inner product highest first. Which ids are
# kept does not follow that: of more ties than k the lowest ids are kept, then listed from the
# highest down. So the first of two answers for the same unit vectors differs between the metrics,
# and k = 1 gives another first than k = 3.
#
# Versions and source: faiss-cpu 1.15.1, numpy 2.4.6. FAISS, faiss/utils/Heap.h and
# ordered_key_value.h (the comparison of equal keys by id)
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
faiss.omp_set_num_threads(1)  # a graph built by one thread is the same each time
vectors = np.random.default_rng(0).normal(size=(300, 8)).astype("float32")
faiss.normalize_L2(vectors)
same = [7, 50, 120, 200, 299]
vectors[same] = vectors[7]
query = vectors[7:8]

for kind in ("Flat", "SQfp16", "HNSW16,Flat"):
    answers = {}
    for name, metric in (("L2", faiss.METRIC_L2), ("IP", faiss.METRIC_INNER_PRODUCT)):
        index = faiss.index_factory(8, kind, metric)
        index.add(vectors)
        answers[name] = [index.search(query, k)[1][0][:5].tolist() for k in (1, 3, 5)]
        print(f"{kind}, {name}: equal vectors {same}; k = 1, 3, 5 give {answers[name]}")
    assert answers["L2"] == [same[:1], same[:3], same]
    assert answers["IP"] == [same[:1], same[:3][::-1], same[::-1]]
PY
