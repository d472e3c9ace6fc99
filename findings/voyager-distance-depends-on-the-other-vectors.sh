#!/usr/bin/env bash
# Guess: get_distance(a, b) of an inner-product index is 1 - a.b, the number that query gives for
# the same two vectors.
#
# What happens: it depends on the longest vector that the index holds: voyager appends a number to
# each vector to turn inner product into cosine-like order, and get_distance appends it to both
# sides. query gives 1 - a.b; get_distance of the same two vectors changes when a third, longer
# vector is added.
#
# Versions and source: voyager 2.2.3, numpy 2.4.6. Voyager, cpp/src/TypedIndex.h (the extra
# dimension of Space.InnerProduct); https://github.com/spotify/voyager
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check voyager==2.2.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import numpy as np
import voyager

print("voyager 2.2.3")
a, b = np.array([1, 0, 0, 0], "float32"), np.array([0.5, 0.5, 0, 0], "float32")
true = float(1 - a @ b)
index = voyager.Index(voyager.Space.InnerProduct, 4)
index.add_item(a, 0)
index.add_item(b, 1)


def by_query():
    ids, distances = index.query(a, len(index))
    return round(float(dict(zip(ids.tolist(), distances.tolist()))[1]), 4)


before = by_query(), round(float(index.get_distance(a, b)), 4)
index.add_item(np.array([0, 0, 3, 0], "float32"), 2)
after = by_query(), round(float(index.get_distance(a, b)), 4)
print("1 - a.b =", true)
print("before a longer vector is added: query", before[0], "get_distance", before[1])
print("after: query", after[0], "get_distance", after[1])
assert before[0] == after[0] == true
assert after[1] < before[1] and after[1] != true
PY
