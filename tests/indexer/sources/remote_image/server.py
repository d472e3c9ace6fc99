"""A web server that says exactly what a test wants, however wrong that is."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Thread

from indexer.sources.remote_image import Reach

Speak = Callable[[socket.socket, str], None]
"""Answers one connection, given the path that was asked for."""


@dataclass
class Server:
    """Where it listens, what was asked, and what it answers."""

    port: int
    speak: Speak
    requests: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "covers.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(headers or (f"Content-Length: {len(body)}",))]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(data: bytes) -> Speak:
    return lambda connection, _path: connection.sendall(data)


@contextmanager
def serving(speak: Speak, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1], speak)

        def run() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                Thread(target=talk, args=(connection,), daemon=True).start()

        def talk(connection: socket.socket) -> None:
            with suppress(OSError):
                spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
                with spoken:
                    request = b""
                    while b"\r\n\r\n" not in request:
                        part = spoken.recv(4096)
                        if not part:
                            return
                        request += part
                    server.requests.append(request.decode())
                    server.speak(spoken, request.split(b" ", 2)[1].decode())

        Thread(target=run, daemon=True).start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)


def near(*addresses: str, tls: ssl.SSLContext | None = None) -> Reach:
    """A reach in which every host is at these addresses and only 127.0.0.1 may be connected to, at any port."""
    found = [ip_address(address) for address in addresses or ("127.0.0.1",)]
    return Reach(
        resolve=lambda _host, _left_s: found, allowed=lambda address: str(address) == "127.0.0.1", ports=None, tls=tls
    )
