#!/usr/bin/env bash
# Guess: Milvus refuses to drop a collection as long as an alias names it, so that what users search by the alias cannot
# be deleted under them.
#
# What happens: it drops the collection and the alias with it, without a word. A search by the alias then fails. Whoever
# switches versions by an alias has to move it before dropping anything.
#
# Versions and source: the standalone server of the PyPI package milvus 2.3.5, pymilvus 3.0.2. The server listens on
# every network, so it is started in one without any (`unshare --net`, which needs root).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check milvus==2.3.5 pymilvus==3.0.2
cd "$work"
cat > alias.py <<'PY'
import logging
import subprocess

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
from milvus import MilvusServer, MilvusServerConfig, __version__
from pymilvus import MilvusClient, MilvusException

logging.disable(logging.CRITICAL)
server = MilvusServer(MilvusServerConfig(data_dir="data"))
server.start()
try:
    client = MilvusClient(uri=f"http://127.0.0.1:{server.listen_port}")
    print("milvus", __version__)
    client.create_collection("version_1", dimension=4)
    client.create_alias("version_1", "live")
    client.insert("version_1", [{"id": 1, "vector": [1.0, 0.0, 0.0, 0.0]}])
    by_alias = client.search("live", [[1.0, 0.0, 0.0, 0.0]], limit=1, consistency_level="Strong")
    print("found by the alias:", by_alias[0][0]["id"])
    client.drop_collection("version_1")
    left = client.list_collections()
    try:
        client.describe_alias("live")
        said = "is there"
    except MilvusException as error:
        said = error.message
    print("after dropping the collection:", left, "|", said)
    assert by_alias[0][0]["id"] == 1
    assert left == []
    assert "alias not found" in said
finally:
    server.stop()
PY
unshare --net "$work/venv/bin/python" alias.py
