"""Google Cloud Storage and Azure: the URL, the endpoint and the requests, with a stand-in for the server."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from indexer.images.decoding import read
from indexer.images.storage import Copies, ObjectError, ObjectPath, located, stores, use
from sleeve.errors import FileRejectedError, MissingExtraError
from sleeve.vocabulary import Rejection
from tests.object_storage import environment

PATIENCE = stores.Patience(connect_s=2, silent_s=1, tries=0, tries_s=2)
OBJECTS = {"music/jazz/a b.jpg": b"a cover", "music/b.jpg": b"another"}
_BLOB = """<Blob><Name>{}</Name><Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified>
<Etag>"{}"</Etag><Content-Length>{}</Content-Length>
<Content-Type>image/jpeg</Content-Type><BlobType>BlockBlob</BlobType></Properties></Blob>"""
_SIGNED = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


class _Storage(BaseHTTPRequestHandler):
    """Has ``OBJECTS`` in the bucket or container ``covers``, as the two clouds answer."""

    asked: list[str]

    def do_GET(self) -> None:
        path, _, query = unquote(self.path).partition("?")
        self.asked.append(f"{self.command} {path}")
        name = next((key for key in OBJECTS if path.endswith(f"covers/{key}")), None)
        if name:
            tag = {"ETag": f'"{len(name)}"', "Last-Modified": _DATE, "x-goog-stored-content-encoding": "identity"}
            return self.say(200, OBJECTS[name], tag)
        if "/o/" in path or ("list" not in query and "restype" not in query):
            return self.say(404, b"")
        if "comp=list" in query:
            blobs = "".join(_BLOB.format(key, len(key), len(data)) for key, data in OBJECTS.items())
            body = f'<?xml version="1.0"?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>'
            return self.say(200, body.encode(), {"Content-Type": "application/xml"})
        items = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f'<ETag>"{len(key)}"</ETag><Size>{len(data)}</Size></Contents>'
            for key, data in OBJECTS.items()
        )
        body = f"<ListBucketResult><Name>covers</Name><IsTruncated>false</IsTruncated>{items}</ListBucketResult>"
        return self.say(200, body.encode(), {"Content-Type": "application/xml"})

    do_HEAD = do_GET  # noqa: N815

    def say(self, status: int, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def _storage() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Storage", (_Storage,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def _variables(scheme: str, endpoint: str) -> dict[str, str]:
    if scheme == "gs":
        nobody = dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
        key = json.dumps({"gcs_base_url": endpoint, "disable_oauth": True, **nobody})
        return {"GOOGLE_SERVICE_ACCOUNT_KEY": key, "GOOGLE_BASE_URL": endpoint}
    return {
        "AZURE_STORAGE_ACCOUNT_NAME": "account",
        "AZURE_STORAGE_ACCOUNT_KEY": "c29tZXRoaW5n",
        "AZURE_STORAGE_ENDPOINT": f"{endpoint}/account",
    }


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_a_bucket_is_listed_and_its_objects_are_read(scheme: str, tmp_path: Path) -> None:
    use(Copies(tmp_path, 10_000))
    with _storage() as (endpoint, asked), environment(_variables(scheme, endpoint), PATIENCE):
        folder = located(f"{scheme}://covers/music")
        assert isinstance(folder, ObjectPath)
        assert list(folder.tree().files) == ["b.jpg"]
        assert list(folder.tree().folders) == ["jazz"]
        assert read(Path(f"{scheme}://covers/music/jazz/a b.jpg")) == b"a cover"
        with pytest.raises(FileRejectedError) as caught:
            read(Path(f"{scheme}://covers/music/none.jpg"))
        assert caught.value.reason is Rejection.MISSING
        assert len(asked) == 3


def test_a_plain_connection_needs_an_endpoint_that_says_so(tmp_path: Path) -> None:
    use(Copies(tmp_path, 10_000))
    with _storage() as (endpoint, asked):
        secure = {"AWS_ENDPOINT_URL": endpoint.replace("http", "https"), **_SIGNED}
        with environment(secure, PATIENCE), pytest.raises(FileRejectedError) as caught:
            read(Path("s3://covers/music/b.jpg"))
        assert caught.value.reason is Rejection.NOT_FETCHED
        assert asked == []


def test_an_environment_that_says_too_little_is_one_line() -> None:
    with environment({}, PATIENCE), pytest.raises(ObjectError) as caught:
        located("az://covers/music").exists()
    assert "\n" not in caught.value.strerror
    assert "az://covers cannot be asked" in caught.value.strerror


def test_without_obstore_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with environment({}, PATIENCE), pytest.raises(MissingExtraError, match=r"\[storage\]"):
        located("s3://covers/music").exists()
