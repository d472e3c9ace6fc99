"""A music server as opensubsonic.netlify.app describes it, with albums and faults that a test chooses."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

USER, PASSWORD, API_KEY = "me", "geheim 12", "k3y"

Answer = tuple[int, bytes, dict[str, str]]


def picture(seed: int) -> bytes:
    fields = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(fields).resize((64, 64), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def album(number: int, **more: Any) -> dict[str, Any]:
    """An album as the interface writes it."""
    named = {"id": f"al-{number}", "name": f"Blue {number}", "artist": f"Artist {number}", "year": 1990 + number}
    return {**named, "coverArt": f"art-{number}", "songCount": 1, "duration": 60, "genre": "Jazz", **more}


@dataclass
class StandIn:
    """What the server has, what goes wrong, and the forms that it was sent.

    Attributes:
        pictures: by the id of the picture.
        page: the most albums that it gives at once.
        takes_tokens, takes_keys: how one may log in; with the password itself always.
        faults: what it answers instead, by method or picture.
    """

    albums: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    page: int = 500
    takes_tokens: bool = True
    takes_keys: bool = False
    faults: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"subsonic://{USER}@127.0.0.1:{self.port}"

    def have(self, *numbers: int, **more: Any) -> None:
        """Have further albums, each with a picture of its own."""
        self.albums += [album(number, **more) for number in numbers]
        self.pictures |= {f"art-{number}": picture(number) for number in numbers}

    def of(self, method: str) -> list[dict[str, list[str]]]:
        """The forms that a method was sent."""
        return [form for name, form in self.asked if name == method]

    def answer(self, path: str, form: dict[str, list[str]]) -> Answer:
        method = path.removeprefix("/rest/").removesuffix(".view")
        self.asked.append((method, form))
        said = {name: values[0] for name, values in form.items()}
        if fault := self.faults.get(said.get("id", ""), self.faults.get(method)):
            return fault()
        refusal = self._refusal(said)
        if refusal:
            return says({"error": refusal}, status="failed")
        if method == "ping":
            return says({})
        if method == "getAlbumList2":
            first = int(said["offset"])
            return says({"albumList2": {"album": self.albums[first : first + min(self.page, int(said["size"]))]}})
        if method == "getCoverArt" and said["id"] in self.pictures:
            return 200, self.pictures[said["id"]], {"Content-Type": "image/png"}
        return says({"error": {"code": 70, "message": "not found"}}, status="failed")

    def _refusal(self, said: dict[str, str]) -> dict[str, Any] | None:
        if "apiKey" in said:
            if not self.takes_keys:
                return {"code": 42, "message": "no keys here"}
            if "u" in said:
                return {"code": 43, "message": "both"}
            return None if said["apiKey"] == API_KEY else {"code": 44, "message": "wrong key"}
        if "t" in said:
            if not self.takes_tokens:
                return {"code": 41, "message": "no tokens here"}
            right = said["t"] == md5(f"{PASSWORD}{said['s']}".encode()).hexdigest()
        else:
            right = bytes.fromhex(said.get("p", "").removeprefix("enc:")).decode() == PASSWORD
        return None if right and said["u"] == USER else {"code": 40, "message": "Wrong username or password"}


def says(content: dict[str, Any], status: str = "ok") -> Answer:
    response = {"status": status, "version": "1.16.1", "type": "stand-in", "openSubsonic": True, **content}
    return 200, json.dumps({"subsonic-response": response}).encode(), {"Content-Type": "application/json"}


def stalls(seconds: float) -> Callable[[], Answer]:
    def stall() -> Answer:
        time.sleep(seconds)
        return says({})

    return stall


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, data, headers = stand_in.answer(urlsplit(self.path).path, parse_qs(body))
            with suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # Nobody waits for an answer that stalls.
    server.block_on_close = False
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    stand_in.port = server.server_address[1]
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
