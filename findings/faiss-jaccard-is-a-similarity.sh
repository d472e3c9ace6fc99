#!/usr/bin/env bash
# Guess: METRIC_Jaccard gives a distance, as the other extra metrics of FAISS (L1, Linf, Canberra,
# BrayCurtis) do: 0 for a vector and itself.
#
# What happens: it gives the similarity: 1 for a vector and itself, and search returns the largest
# first. A threshold made for a distance keeps exactly the wrong ones.
#
# Versions and source: faiss-cpu 1.15.1, numpy 2.4.6. FAISS, faiss/MetricType.h,
# is_similarity_metric
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
vectors = np.abs(np.random.default_rng(0).normal(size=(50, 8))).astype("float32")
first = {}
for name in ("METRIC_L1", "METRIC_Linf", "METRIC_Canberra", "METRIC_BrayCurtis", "METRIC_Jaccard"):
    index = faiss.IndexFlat(8, getattr(faiss, name))
    index.add(vectors)
    values, ids = index.search(vectors[:1], 3)
    print(name, "ids", ids[0].tolist(), "values", values[0].round(3).tolist())
    assert ids[0, 0] == 0
    first[name] = float(values[0, 0]), bool(values[0, 1] < values[0, 0])
assert first.pop("METRIC_Jaccard") == (1.0, True)
assert all(value == (0.0, False) for value in first.values())
PY
