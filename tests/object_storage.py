"""A real S3 server (moto, a process of its own), and what may go wrong between it and whoever asks it."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer.images.storage import stores

BUCKET = "covers"
_START_S = 60.0
_SIGNED = "AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_HOP = {"connection", "transfer-encoding", "server", "date"}

Fault = Callable[["Passing", str], bool]
"""Answers a request for a path in another way; whether it did."""


@dataclass(frozen=True, slots=True)
class S3Server:
    """A server that speaks S3, with one bucket in it."""

    port: int

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {"Authorization": _SIGNED, **(headers or {})})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status < 300, (method, path, answer.status, data)
        return data

    def put(self, key: str, data: bytes) -> None:
        self.ask("PUT", f"/{BUCKET}/{quote(key)}", data)

    def put_folder(self, folder: Path, prefix: str) -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def delete(self, key: str) -> None:
        self.ask("DELETE", f"/{BUCKET}/{quote(key)}")

    def copy(self, key: str, target: str) -> None:
        self.ask("PUT", f"/{BUCKET}/{quote(target)}", headers={"x-amz-copy-source": f"/{BUCKET}/{quote(key)}"})

    def clear(self) -> None:
        self.ask("POST", "/moto-api/reset")
        self.ask("PUT", f"/{BUCKET}")

    def only_signed(self, *, enforced: bool) -> None:
        """Whether credentials are checked from now on."""
        self.ask("POST", "/moto-api/reset-auth", b"0" if enforced else b"inf")


@contextmanager
def s3_server() -> Iterator[S3Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = "import sys; from moto.server import main; main(sys.argv[1:])"
    arguments = ["-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", command, *arguments], **quiet) as process:  # type: ignore[call-overload]
        try:
            until_s = time.monotonic() + _START_S
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < until_s
                    assert process.poll() is None
                    time.sleep(0.1)
            yield S3Server(port)
        finally:
            process.kill()


class Passing(BaseHTTPRequestHandler):
    """Passes a request on to the server behind, unless there is a fault."""

    protocol_version = "HTTP/1.1"
    server: "_Between"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.between.count(self.command, path, dict(self.headers.items()))
        fault = self.server.between.fault
        if fault is not None and fault(self, path):
            return
        status, headers, data = self.behind()
        self.say(status, data, headers)

    do_HEAD = do_GET  # noqa: N815

    def behind(self) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.between.behind, timeout=30)
        connection.request(self.command, self.path, headers=dict(self.headers.items()))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, [item for item in answer.getheaders() if item[0].lower() not in _HOP], data

    def say(self, status: int, data: bytes = b"", headers: list[tuple[str, str]] | None = None) -> None:
        self.send_response(status)
        for name, value in headers or [("Content-Length", str(len(data)))]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def cut(self) -> None:
        """Half of the answer, then nothing."""
        status, headers, data = self.behind()
        self.say(status, data[: len(data) // 2], headers)
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_arguments: object) -> None:
        pass


class _Between(ThreadingHTTPServer):
    daemon_threads = True
    between: "Between"

    def handle_error(self, *_arguments: object) -> None:
        pass


@dataclass
class Between:
    """A proxy between a server and whoever asks it; counts what was asked."""

    port: int
    behind: int
    fault: Fault | None = None
    asked: Counter[str] = field(default_factory=Counter)
    heard: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
            "AWS_REGION": "us-east-1",
        }

    def count(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        with self._lock:
            self.asked[f"{method} {path}"] += 1
            self.heard.append({name.lower(): value for name, value in headers.items()})

    def objects(self) -> int:
        """How many objects were fetched."""
        return sum(times for request, times in self.asked.items() if request.startswith(f"GET /{BUCKET}/"))


@contextmanager
def between(behind: int) -> Iterator[Between]:
    server = _Between(("127.0.0.1", 0), Passing)
    server.between = Between(server.server_port, behind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.between
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def environment(variables: Mapping[str, str], patience: stores.Patience) -> Iterator[None]:
    """This process asks as these variables say."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "AZURE_"))]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(stores, "PATIENCE", patience)
        stores.bucket.cache_clear()
        yield
    stores.bucket.cache_clear()
