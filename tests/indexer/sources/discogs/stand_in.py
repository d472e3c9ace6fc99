"""Discogs as discogs.com/developers describes it, and the host of its images, with lies and faults that a test chooses.

Who has no valid token gets 401. Every answer says how many requests a minute are permitted and how many are left; who
asks more often gets 429. Every request is logged.
"""

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.indexer.sources.musicbrainz.stand_in import picture

API, IMAGES = "api.discogs.test", "img.discogs.test"
TOKEN = "tOkEn-oF-mE"

Answer = tuple[int, bytes, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the log."""

    host: str
    path: str
    status: int
    headers: dict[str, str]


@dataclass
class Discogs:
    """What it has, what goes wrong, what was asked.

    Attributes:
        records: releases and masters by their path.
        faults: what is answered instead, by path, each once.
        pictures: what is answered for a picture, by path, instead of one that is drawn.
        permitted: requests in a minute; the minute begins anew when a test says so.
    """

    records: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, deque[Callable[[], Answer]]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    permitted: int = 60
    used: int = 0
    port: int = 0
    log: list[Asked] = field(default_factory=list)

    def base(self, host: str = API) -> str:
        return f"http://{host}:{self.port}"

    def release(self, number: int, artist: str, title: str, *, image: bool = True, **more: Any) -> None:
        """Have a release, with a picture of its own."""
        self.records[f"/releases/{number}"] = self._record(number, artist, title, image=image, **more)

    def master(self, number: int, artist: str, title: str, *, image: bool = True, **more: Any) -> None:
        """Have a master, with a picture of its own."""
        self.records[f"/masters/{number}"] = self._record(number, artist, title, image=image, **more)

    def _record(self, number: int, artist: str, title: str, *, image: bool, **more: Any) -> dict[str, Any]:
        images = [
            {"type": "secondary", "uri": f"{self.base(IMAGES)}/back-{number}.png", "width": 64, "height": 64},
            {"type": "primary", "uri": f"{self.base(IMAGES)}/{number}.png", "width": 64, "height": 64},
        ]
        said = {"id": number, "title": title, "artists": [{"name": artist, "anv": "", "join": "", "id": 1}]}
        return {**said, "year": 1972, "genres": ["Rock"], "styles": ["Krautrock"], "images": images * image, **more}

    def fail(self, path: str, *answers: Callable[[], Answer]) -> None:
        """Answer something else to the next requests for a path."""
        self.faults.setdefault(path, deque()).extend(answers)

    def asked(self, host: str = API) -> list[str]:
        """The paths that a host was asked for."""
        return [line.path for line in self.log if line.host == host]

    def answer(self, host: str, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        if waiting := self.faults.get(path):
            return waiting.popleft()()
        if host == IMAGES and path in self.pictures:
            return 200, self.pictures[path], {}
        if host == IMAGES:
            name = path.strip("/").removesuffix(".png")
            return 200, picture(int(name.removeprefix("back-")), name.startswith("back")), {}
        if headers.get("Authorization") != f"Discogs token={TOKEN}":
            return says({"message": f"You must authenticate; not with {headers.get('Authorization')}"}, 401)
        self.used += 1
        if self.used > self.permitted:
            return says({"message": "You are making requests too quickly."}, 429)
        if path == "/database/search":
            return says({"results": self._hits(query), "pagination": {}})
        found = self.records.get(path)
        return says({"message": "Release not found."}, 404) if found is None else says(found)

    def _hits(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """As Discogs does: whatever has the words."""
        found = []
        for path, record in self.records.items():
            if not isinstance(record["title"], str):
                continue
            artist = record["artists"][0]["name"]
            fits = _words(query["artist"]) <= _words(artist) and _words(query["release_title"]) <= _words(
                record["title"]
            )
            if fits and path.startswith(f"/{query['type']}s/"):
                title = f"{artist} - {record['title']}"
                found.append({"id": record["id"], "type": query["type"], "title": title, "year": str(record["year"])})
        return found[: int(query["per_page"])]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def says(content: object, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    return status, json.dumps(content).encode(), {"Content-Type": "application/json", **headers}


@contextmanager
def serving() -> Iterator[Discogs]:
    discogs = Discogs()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            host = self.headers["Host"].partition(":")[0]
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, body, headers = discogs.answer(host, parts.path, query, dict(self.headers))
            discogs.log.append(Asked(host, self.path, status, dict(self.headers)))
            left = max(0, discogs.permitted - discogs.used)
            limits = {"X-Discogs-Ratelimit": str(discogs.permitted), "X-Discogs-Ratelimit-Remaining": str(left)}
            with suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **limits, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The log is ``Discogs.log``."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        discogs.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield discogs
        finally:
            server.shutdown()


def stalls(seconds: float) -> Callable[[], Answer]:
    def stall() -> Answer:
        time.sleep(seconds)
        return says({})

    return stall
