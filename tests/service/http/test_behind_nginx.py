"""The sample of docs/settings.md in a real nginx, with the service behind it."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.cli.serve import listen
from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import problem
from tests.service.http.test_protection import home_with

NGINX = shutil.which("nginx")
DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"
NAME = "covers.example"
WRITES = 5

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


def sample(port: int, service: str) -> str:
    """The sample, listening on another port and passing on to this service."""
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    text = found[1].replace("listen 80;", f"listen 127.0.0.1:{port};").replace("http://127.0.0.1:8000", service)
    assert text.count(service) == 2
    return text


@pytest.fixture(scope="module")
def address(
    make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    folder = tmp_path_factory.mktemp("nginx")
    home = home_with(make_home, folder / "home", SLEEVE_HOSTS=NAME, SLEEVE_WRITES_PER_MINUTE=str(WRITES))
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("add", "covers")
    home.sleeve("index")
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with home.serving() as service:
        settings = folder / "nginx.conf"
        temporary = "\n".join(
            f"    {kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        settings.write_text(
            f"user root;\ndaemon off;\npid {folder / 'pid'};\nevents {{}}\n"
            f"http {{\n    access_log off;\n{temporary}\n{sample(port, service)}}}\n"
        )
        command = [str(NGINX), "-p", str(folder), "-c", str(settings), "-e", str(folder / "error.log")]
        with subprocess.Popen(command) as nginx:
            try:
                _wait_for(port, nginx, folder / "error.log")
                yield "127.0.0.1", port
            finally:
                nginx.terminate()


def _wait_for(port: int, nginx: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert nginx.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def client(address: tuple[str, int]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", headers={"Host": NAME}, timeout=60) as client:
        yield client


def test_questions_uploads_and_events_pass(client: httpx.Client, tmp_path: Path) -> None:
    assert client.get("/readyz").status_code == 200
    assert client.get("/api/v1/albums").json()["total"] == 4
    image = write_cover(tmp_path / "q.png", seed=2).read_bytes()
    answer = client.post("/api/v1/similar?k=2", files={"image": ("q.png", image)})
    assert len(answer.json()["neighbours"]) == 2
    assert "event: " in client.get("/api/v1/index/rebuild/events").text


def test_what_is_too_large_is_refused_by_the_proxy(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=60) as connection:
        head = f"POST /api/v1/similar HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {66 * 2**20}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_visitor_cannot_name_another_address(client: httpx.Client) -> None:
    codes = [
        client.patch("/api/v1/albums/999", json={"year": 1999}, headers={"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(WRITES + 1)
    ]
    assert [answer.status_code for answer in codes[:WRITES]] == [404] * WRITES
    assert problem(codes[WRITES], 429)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: covers.example\r\nX: "])
def test_a_connection_that_says_too_little_is_ended(address: tuple[str, int], said: bytes) -> None:
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(said)
        while connection.recv(1000):
            pass
