"""Connections that send no head, or a very slow one, are closed; slow bodies and answers are not."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from service.http import connections
from service.http.connections import HEAD_TIME_S, TimedHeads
from tests.command_home import CommandHome

HEAD_S = 0.2
REQUEST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body, after the time that a head may take."""
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await asyncio.sleep(2 * HEAD_S)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listening:
        patch.setattr(connections, "HEAD_TIME_S", HEAD_S)
        config = uvicorn.Config(echo, http=TimedHeads, lifespan="off", log_config=None, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def answer_of(connection: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"body"):
        piece = connection.recv(1000)
        assert piece, "closed before the answer"
        found += piece
    return found


def ends(connection: socket.socket) -> bool:
    """Waits until the other side closes; the socket's own time limit ends a wait in which nothing happens."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(1000):
            pass
    return True


def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    with connected(port) as connection:
        assert ends(connection)


def test_a_head_that_never_ends_is_closed(port: int) -> None:
    with connected(port) as connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(b"GET / HTTP/1.1\r\n")
        for number in range(600):
            connection.sendall(b"X-%d: a\r\n" % number)
            time.sleep(HEAD_S / 4)
        pytest.fail("it went on")


def test_a_slow_body_and_a_slow_answer_are_waited_for(port: int) -> None:
    with connected(port) as connection:
        for piece in (REQUEST[:20], REQUEST[20:], b"bo"):
            connection.sendall(piece)
        time.sleep(2 * HEAD_S)
        connection.sendall(b"dy")
        assert answer_of(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(REQUEST + b"body")
        assert answer_of(connection).startswith(b"HTTP/1.1 200"), "a second request on the connection"
        connection.sendall(REQUEST[:20])
        assert ends(connection), "half of a third one"


@pytest.mark.slow
def test_the_service_closes_a_connection_that_says_nothing(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving() as address, connected(urlsplit(address).port or 0) as connection:
        connection.settimeout(6 * HEAD_TIME_S)
        assert ends(connection)
