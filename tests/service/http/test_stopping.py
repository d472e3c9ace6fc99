"""Ctrl-C and SIGTERM while the service is at work."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from indexer.jobs.running import job
from service.cli.serve import MAX_CONNECTIONS
from tests.command_home import CommandHome
from tests.factories import home_at, write_cover, write_covers
from tests.forked import Forked

EVENTS = "/api/v1/index/rebuild/events"


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    home = make_home(tmp_path_factory.mktemp("stopping"), "sqlite")
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@contextmanager
def started(home: CommandHome, *options: object) -> Iterator[tuple["Forked | subprocess.Popen[str]", str]]:
    # The installed script itself: it is what takes the signals, and what its workers begin as.
    process = replace(home, as_script=True).start("serve", "--port", 0, *options)
    try:
        assert process.stderr is not None
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address
        yield process, address[0]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_streams_end_and_requests_finish(home: CommandHome, number: signal.Signals, workers: int) -> None:
    image = write_cover(home.folder / "q.png", seed=2).read_bytes()
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="q.png"\r\n\r\n' + image + b"\r\n--x--\r\n"
    result: list[str] = []
    # This process is at work on the index, so the stream has no end of its own.
    with (
        job(home_at(Path(home.environment["SLEEVE_HOME"]))),
        started(home, "--workers", workers) as (process, address),
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        client.get("/readyz").raise_for_status()
        listening = client.stream("GET", EVENTS)
        with listening as stream, socket.create_connection(_place(address)) as upload:
            lines = stream.iter_lines()
            assert next(lines) == "event: progress"
            rest = Thread(target=lambda: result.extend(lines))
            rest.start()
            upload.sendall(
                b"POST /api/v1/similar?k=2 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body[:50]
            )
            time.sleep(0.3)
            process.send_signal(number)
            rest.join(timeout=8)
            assert not rest.is_alive(), "the stream did not end"
            upload.sendall(body[50:])
            answer = b""
            while part := upload.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        assert b'"neighbours"' in answer
        _, err = process.communicate(timeout=20)
    assert "Traceback" not in err, err
    assert process.returncode in {0, 130, -number, 128 + number}


@pytest.mark.slow
def test_it_answers_after_its_index_was_cut_short_in_place(home: CommandHome) -> None:
    with started(home) as (process, address), httpx.Client(base_url=address, timeout=60) as client:
        before = _similar(client)
        assert len(before) == 3
        [version] = (Path(home.environment["SLEEVE_HOME"]) / "versions").iterdir()
        for name in ("index.faiss", "ids.npy"):
            (version / name).chmod(0o644)
            os.truncate(version / name, 0)
        assert _similar(client) == before
        assert process.poll() is None
        deadline = time.monotonic() + 60
        while client.get("/api/v1/index").json()["version"] == version.name:
            assert time.monotonic() < deadline, "it was not built again"
            time.sleep(0.2)
        assert _similar(client) == before


@pytest.mark.slow
def test_workers_end_with_their_parent(home: CommandHome) -> None:
    with started(home, "--workers", 2) as (process, address):
        httpx.get(f"{address}/readyz", timeout=60).raise_for_status()
        workers = _children(process.pid)
        assert len(workers) >= 2
        process.kill()
        process.wait()
        try:
            deadline = time.monotonic() + 60
            while not _is_free(_place(address)):
                assert time.monotonic() < deadline, "the workers kept the port"
                time.sleep(0.1)
        except AssertionError:
            for worker in workers:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGTERM)
            raise
        with home.serving("--port", _place(address)[1]) as again:
            httpx.get(f"{again}/healthz", timeout=60).raise_for_status()


@pytest.mark.slow
def test_a_worker_takes_so_many_connections(home: CommandHome) -> None:
    with started(home) as (_, address), ExitStack() as idle:
        for _ in range(MAX_CONNECTIONS):
            idle.enter_context(socket.create_connection(_place(address)))
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 503
        idle.close()
        deadline = time.monotonic() + 60
        while httpx.get(f"{address}/healthz", timeout=60).status_code != 200:
            assert time.monotonic() < deadline, "the connections were not given back"
            time.sleep(0.1)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_free(place: tuple[str, int]) -> bool:
    try:
        with socket.create_server(place):
            return True
    except OSError:
        return False


def _similar(client: httpx.Client) -> Any:
    return client.post("/api/v1/similar?k=3", json={"album_id": 1}).json()["neighbours"]


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
