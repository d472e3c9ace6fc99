#!/usr/bin/env bash
# Guess: loading a cosine index into one made for another metric raises, or the loaded metric is
# the one that is reported and used.
#
# What happens: load takes size and number type from the file, and searches by the file's metric,
# but metric_kind goes on to name the one that was given before: it says L2 squared and answers
# cosine distances.
#
# Versions and source: usearch 2.26.6, numpy 2.4.6. usearch/index.py (load, _metric_kind)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check usearch==2.26.6 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import numpy as np
from usearch.index import Index

print("usearch", version("usearch"))
vectors = np.random.default_rng(0).normal(size=(5, 16)).astype("float32")
saved = Index(ndim=16, dtype="f32", metric="cos")
saved.add(np.arange(5), vectors)
saved.save("cos.usearch")

loaded = Index(ndim=8, dtype="i8", metric="l2sq")
loaded.load("cos.usearch")
distances = loaded.search(vectors[0], 5).distances
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
cosine = np.sort(1 - unit @ unit[0])
squared = np.sort(((vectors - vectors[0]) ** 2).sum(1))
print("loaded index: size", loaded.ndim, "numbers", loaded.dtype, "metric", loaded.metric_kind)
print("distances", distances.round(3).tolist())
print("cosine   ", cosine.round(3).tolist(), "L2 squared", squared.round(3).tolist())
assert loaded.ndim == 16 and "L2sq" in str(loaded.metric_kind)
assert np.allclose(distances, cosine, atol=1e-5) and not np.allclose(distances, squared, atol=1)
PY
