#!/usr/bin/env bash
# Guess: delete answers how many records it deleted; for ids that do not exist, 0 (or an error).
#
# What happens: it answers the number of ids it was given: two unknown ids give deleted = 2 and
# the collection is as large as before. For a filter the number is the true one.
#
# Versions and source: chromadb 1.5.9 (chromadb/api/rust.py, _delete; chromadb/api/types.py,
# DeleteResult)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check chromadb==1.5.9
cd "$work"
"$work/venv/bin/python" - <<'PY'
import chromadb

print("chromadb", chromadb.__version__)
covers = chromadb.EphemeralClient().create_collection("covers", embedding_function=None)
years = [{"year": 1990 + i} for i in range(4)]
covers.add(ids=["a", "b", "c", "d"], embeddings=[[float(i), 1.0] for i in range(4)], metadatas=years)
unknown = covers.delete(ids=["x", "y"])
count = covers.count()
by_filter = covers.delete(where={"year": {"$gt": 1992}})
nothing = covers.delete(where={"year": 1800})
print("two unknown ids:", unknown, "- records left:", count)
print("a filter that fits one:", by_filter, "- one that fits none:", nothing)
assert unknown["deleted"] == 2 and count == 4
assert by_filter["deleted"] == 1 and nothing["deleted"] == 0 and covers.count() == 3
PY
