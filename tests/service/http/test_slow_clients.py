"""Clients that send or read a byte at a time, far more of them than there are threads: all others are answered."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from service.http.questions import IMAGE_THREADS
from service.http.written_route import MOST_THREADS
from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.indexer.artwork.artworks import artwork

SENDERS = 2 * MOST_THREADS
READERS = IMAGE_THREADS
PIPELINED = 100
"""Answers of 100 kB and more that a reader asks for at once: more than the kernel keeps for it."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("slow"), request.param)
    write_covers(home.folder / "covers", {"jazz": 12, "rock": 8})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@pytest.fixture
def form(tmp_path: Path) -> bytes:
    artwork(77).save(tmp_path / "asked.png")
    image = (tmp_path / "asked.png").read_bytes()
    assert len(image) > 50_000, "a byte at a time it takes an hour"
    head = b'--cover\r\nContent-Disposition: form-data; name="image"; filename="q.png"\r\n\r\n'
    return head + image + b"\r\n--cover--\r\n"


@contextmanager
def trickling(senders: list[tuple[socket.socket, bytes]], readers: list[socket.socket]) -> Iterator[list[int]]:
    """Sends and reads a byte of each connection every twentieth of a second; yields how many of each body were sent."""
    sent, stop = [len(body) // 2 for _, body in senders], threading.Event()

    def trickle() -> None:
        while not stop.wait(0.05):
            for number, (connection, body) in enumerate(senders):
                connection.sendall(body[sent[number] : sent[number] + 1])
                sent[number] += 1
            for connection in readers:
                connection.recv(1)

    for connection, body in senders:
        connection.sendall(body[: len(body) // 2])
    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join()


def test_who_sends_or_reads_slowly_holds_up_nobody(home: CommandHome, client: httpx.Client, form: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=cover"}

    def ask() -> list[int]:
        answer = client.post("/api/v1/similar?k=3", content=form, headers=kind)
        assert answer.status_code == 200, answer.text
        return [one["album_id"] for one in answer.json()["neighbours"]]

    expected = ask()
    place = ("127.0.0.1", urlsplit(str(client.base_url)).port)
    head = (
        f"POST /api/v1/similar?k=3 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(form)}\r\n"
        f"Content-Type: {kind['Content-Type']}\r\n\r\n"
    )
    question = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as until_done:

        def connected() -> socket.socket:
            return until_done.enter_context(socket.create_connection(place, timeout=60))

        senders = [(connected(), form) for _ in range(SENDERS)]
        readers = [connected() for _ in range(READERS)]
        for connection, _ in senders:
            connection.sendall(head.encode())
        for connection in readers:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(question * PIPELINED)
        with trickling(senders, readers) as sent:
            for number in range(1, 6):
                assert ask() == expected
                similar = client.post("/api/v1/similar?k=3", json={"album_id": number})
                assert len(similar.json()["neighbours"]) == 3
                listed = client.get("/api/v1/albums").json()["albums"]
                picture = client.get(f"/api/v1/images/{listed[number]['covers'][0]['content_hash']}")
                assert (len(listed), picture.status_code) == (20, 200)
        assert max(sent) < len(form), "none of them had sent all of it meanwhile"
        for (connection, body), done in zip(senders, sent, strict=True):
            connection.sendall(body[done:])
        for connection, _ in senders:
            answer = HTTPResponse(connection)
            answer.begin()
            assert [one["album_id"] for one in json.load(answer)["neighbours"]] == expected
