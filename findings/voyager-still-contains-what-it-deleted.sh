#!/usr/bin/env bash
# Guess: after mark_deleted(id), "id in index" is False, as get_vector(id) raises and no query
# returns it.
#
# What happens: "id in index" stays True, index.ids still lists the id and len(index) still counts
# it, while get_vector says that the label is not found. A check before reading does not protect
# the read.
#
# Versions and source: voyager 2.2.3, numpy 2.4.6. https://spotify.github.io/voyager/python
# (Index.mark_deleted)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check voyager==2.2.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import numpy as np
import voyager

print("voyager", voyager.__version__ if hasattr(voyager, "__version__") else "2.2.3")
vectors = np.random.default_rng(0).normal(size=(20, 8)).astype("float32")
index = voyager.Index(voyager.Space.Cosine, 8)
index.add_items(vectors)
index.mark_deleted(3)

found = index.query(vectors[3], 19)[0].tolist()
print("3 in index:", 3 in index, "- 3 in ids:", 3 in list(index.ids), "- length:", len(index))
print("3 among the 19 others by query:", 3 in found)
assert 3 in index and 3 in list(index.ids) and len(index) == 20 and 3 not in found
try:
    index.get_vector(3)
except RuntimeError as error:
    print("get_vector(3):", error)
else:
    raise SystemExit("get_vector returns a deleted vector now")
PY
