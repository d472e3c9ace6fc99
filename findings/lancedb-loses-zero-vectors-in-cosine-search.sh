#!/usr/bin/env bash
# Guess: a row whose vector is zero comes last in a cosine search, with distance 1 or NaN.
#
# What happens: it does not come at all: the search returns fewer rows than the table has,
# whatever the limit, and a zero query returns nothing. With L2 the row is there.
#
# Versions and source: lancedb 0.40.0. LanceDB drops candidates whose distance is NaN:
# https://github.com/lance-format/lance-ray/pull/5293
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check lancedb==0.40.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import lancedb

print("lancedb", lancedb.__version__)
rows = [{"id": 0, "vector": [0.0, 0.0]}, {"id": 1, "vector": [1.0, 0.0]}, {"id": 2, "vector": [0.0, 1.0]}]
table = lancedb.connect("db").create_table("covers", rows)


def ids(query, metric):
    return sorted(row["id"] for row in table.search(query).distance_type(metric).limit(10).to_list())


print("rows:", table.count_rows())
answers = {metric: ids([1.0, 0.0], metric) for metric in ("l2", "dot", "cosine")}
print("ids found:", answers, "- zero query, cosine:", ids([0.0, 0.0], "cosine"))
assert answers == {"l2": [0, 1, 2], "dot": [0, 1, 2], "cosine": [1, 2]}
assert ids([0.0, 0.0], "cosine") == []
PY
