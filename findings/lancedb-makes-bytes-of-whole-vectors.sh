#!/usr/bin/env bash
# Guess: a table made from vectors that happen to be whole numbers, [3, 4], has a column of
# floats.
#
# What happens: if all numbers fit, the column is uint8, and vectors added later are cut to it
# without a word: [0.5, 0.7] is stored as [0, 0]. One fraction or one 300 among the first rows,
# and the column is float.
#
# Versions and source: lancedb 0.40.0 (lancedb/table.py, the inference of the schema: lists of
# whole numbers become pa.uint8 vectors)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check lancedb==0.40.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import lancedb

print("lancedb", lancedb.__version__)
db = lancedb.connect("db")


def make(name, vectors):
    table = db.create_table(name, [{"id": i, "vector": vector} for i, vector in enumerate(vectors)])
    table.add([{"id": 9, "vector": [0.5, 0.75]}])
    kind = str(table.schema.field("vector").type.value_type)
    added = next(row["vector"] for row in table.to_arrow().to_pylist() if row["id"] == 9)
    print(f"first rows {vectors}: column of {kind}; [0.5, 0.75] added later is {added}")
    return kind, added


assert make("whole", [[3, 4], [1, 2]]) == ("uint8", [0, 0])
assert make("large", [[300, 4], [1, 2]]) == ("float", [0.5, 0.75])
assert make("mixed", [[3, 4], [1.5, 2]]) == ("float", [0.5, 0.75])
PY
