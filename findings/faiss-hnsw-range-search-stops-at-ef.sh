#!/usr/bin/env bash
# Guess: a range search whose radius covers everything returns everything, or nearly so; efSearch
# is about the k nearest.
#
# What happens: on HNSW efSearch bounds the walk of a range search too: with the default of 16 and
# a radius that covers all 300 vectors it returns fewer than half of them, without a word. Only
# efSearch as large as the answer gives all.
#
# Versions and source: faiss-cpu 1.15.1, numpy 2.4.6. FAISS, faiss/IndexHNSW.cpp, range_search.
# The maintainer on why it does not fit: https://github.com/facebookresearch/faiss/issues/850
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
flat, graph = faiss.IndexFlatL2(8), faiss.IndexHNSWFlat(8, 16)
for index in (flat, graph):
    index.add(vectors)


def count(index):
    return len(index.range_search(vectors[:1], 1000.0)[2])


found = {}
for ef in (16, 50, 100, 300):
    graph.hnsw.efSearch = ef
    found[ef] = count(graph)
print("within radius 1000: Flat finds", count(flat), "HNSW by efSearch", found)
assert count(flat) == 300 and found[300] == 300
assert found[16] < 150 and found[16] < found[50] < found[100] < 300
PY
