#!/usr/bin/env bash
# Guess: an object store lists every key that it answers with; "a//cover.jpg" is a valid key of S3, as tools make it
# that put a slash too many between a folder and a name.
#
# What happens: one such key ends the listing with InvalidPathError, and none of the other objects is listed. A slash
# too many at the beginning or the end goes unnoticed instead: "/cover.jpg" is listed as "cover.jpg", which is another
# object or none.
#
# Versions and source: obstore 0.12.1. object_store/src/path/mod.rs (Path::parse)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obstore==0.12.1
cd "$work"
AWS_ACCESS_KEY_ID=nobody AWS_SECRET_ACCESS_KEY=nothing "$work/venv/bin/python" - <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import obstore
from obstore.exceptions import InvalidPathError
from obstore.store import S3Store

KEYS: list[str] = []
OBJECT = """<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>
<ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>"""
LIST = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix></Prefix>
<KeyCount>{}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{}</ListBucketResult>"""


class Bucket(BaseHTTPRequestHandler):
    """Answers ListObjectsV2 as S3 does, with these keys."""

    def do_GET(self) -> None:
        body = LIST.format(len(KEYS), "".join(map(OBJECT.format, KEYS))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.server_port}"
store = S3Store("bucket", endpoint=endpoint, region="us-east-1", client_options={"allow_http": True, "timeout": "10s"})
print("obstore", version("obstore"))


def listed(*keys: str) -> list[str] | str:
    KEYS[:] = keys
    try:
        found = [each["path"] for some in obstore.list(store) for each in some]
    except InvalidPathError as error:
        found = str(error).splitlines()[0]
    print(list(keys), "->", found)
    return found


assert listed("a/1.jpg", "a/2.jpg") == ["a/1.jpg", "a/2.jpg"]
assert "empty path segment" in listed("a/1.jpg", "a//cover.jpg", "z/2.jpg")
assert "illegal character sequence" in listed("a/1.jpg", "a/../cover.jpg", "z/2.jpg")
assert listed("/cover.jpg", "a/1.jpg") == ["cover.jpg", "a/1.jpg"]
assert listed("a/folder/") == ["a/folder"]
server.shutdown()
PY
