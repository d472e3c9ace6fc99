#!/usr/bin/env bash
# Guess: upsert makes the record what it is given: metadata keys that are not given are gone.
#
# What happens: the keys are merged: an old key stays for ever unless it is upserted with the
# value None. A cover that moves to an album without a year keeps the old year.
#
# Versions and source: chromadb 1.5.9. The metadata is merged on purpose:
# https://github.com/chroma-core/chroma/pull/699
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
covers.add(ids=["a"], embeddings=[[1.0, 0.0]], metadatas=[{"album": "First", "year": 1997}])
covers.upsert(ids=["a"], embeddings=[[0.0, 1.0]], metadatas=[{"album": "Second"}])
merged = covers.get(ids=["a"])["metadatas"][0]
covers.upsert(ids=["a"], embeddings=[[0.0, 1.0]], metadatas=[{"year": None}])
cleared = covers.get(ids=["a"])["metadatas"][0]
print("after an upsert of {'album': 'Second'}:", merged)
print("after an upsert of {'year': None}:", cleared)
assert merged == {"album": "Second", "year": 1997}
assert cleared == {"album": "Second"}
PY
