#!/usr/bin/env bash
# Guess: alter_collection_properties is kept like any other change of a collection: describe_collection shows the new
# value from then on.
#
# What happens: it shows the new value until the server is started again, even after a proper end, and then the one
# before. The last change of each collection is kept in memory only; the next change writes the one before it. Setting
# the same value twice keeps it.
#
# Versions and source: the standalone server of the PyPI package milvus 2.3.5, pymilvus 3.0.2. The server listens on
# every network, so it is started in one without any (`unshare --net`, which needs root).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check milvus==2.3.5 pymilvus==3.0.2
cd "$work"
cat > property.py <<'PY'
import subprocess
import time

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
from milvus import MilvusServer, MilvusServerConfig, __version__
from pymilvus import MilvusClient


def started():
    server = MilvusServer(MilvusServerConfig(data_dir="data"))
    server.start()
    return server, MilvusClient(uri=f"http://127.0.0.1:{server.listen_port}")


def states(client):
    return [client.describe_collection(name)["properties"]["state"] for name in ("once", "twice")]


server, client = started()
print("milvus", __version__)
for name, times in (("once", 1), ("twice", 2)):
    schema = client.create_schema()
    schema.add_field("id", 5, is_primary=True)
    schema.add_field("vector", 101, dim=4)
    client.create_collection(name, schema=schema, properties={"state": "new"})
    for _ in range(times):
        client.alter_collection_properties(name, {"state": "done"})
before = states(client)
print("set once and twice:", before)
time.sleep(5)
server.server_proc.terminate()
server.server_proc.wait(timeout=60)
server, client = started()
after = states(client)
print("after a restart:   ", after)
server.stop()
assert before == ["done", "done"]
assert after == ["new", "done"]
PY
unshare --net "$work/venv/bin/python" property.py
