"""MusicBrainz, the Cover Art Archive and its mirrors as one local web server that behaves as their pages say.

Written from musicbrainz.org/doc/MusicBrainz_API (paging, rate limit, formats) and
musicbrainz.org/doc/Cover_Art_Archive/API (redirects, thumbnails, lists of images). Who asks a host sooner than it
permits gets 503. Every request is logged with its time.
"""

import json
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import numpy as np
from PIL import Image

MUSICBRAINZ, ARCHIVE, MIRROR, ITEMS = "musicbrainz.test", "archive.test", "mirror.test", "ia800000.mirror.test"
COLLECTIONS = {5: "release_group", 6: "release", 7: "artist"}
"""The id of a collection as a number, and what it holds."""

GENRES = ["atmospheric black metal", "black metal", "jazz", "metal"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the log."""

    at_s: float
    host: str
    path: str
    status: int
    headers: dict[str, str]


@dataclass
class StandIn:
    """What the services hold, what goes wrong, what was asked."""

    interval_s: float
    groups: list[int]
    port: int = 0
    others: list[dict[str, Any]] = field(default_factory=list)
    log: list[Asked] = field(default_factory=list)
    faults: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    lock: Lock = field(default_factory=Lock)
    last_s: dict[str, float] = field(default_factory=dict)

    def base(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def answered(self) -> Counter[str]:
        """How often each URL was answered with what it means."""
        return Counter(f"{line.host}{line.path}" for line in self.log if line.status not in {500, 503})

    def gaps_s(self) -> dict[str, list[float]]:
        """Seconds between the requests to each host."""
        times: defaultdict[str, list[float]] = defaultdict(list)
        for line in self.log:
            times[line.host].append(line.at_s)
        return {host: np.diff(found).tolist() for host, found in times.items()}

    def too_early(self, host: str, now_s: float) -> bool:
        with self.lock:
            last_s, self.last_s[host] = self.last_s.get(host, -np.inf), now_s
        return now_s - last_s < self.interval_s

    def answer(self, host: str, path: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        if host == MUSICBRAINZ:
            return self._musicbrainz(path, query)
        if host == ARCHIVE:
            return self._archive(path)
        if host == MIRROR:
            return 302, b"", {"Location": f"{self.base(ITEMS)}{path}"}
        number, kind = path.split("/")[2:4]
        data = b"<html>not there any more</html>" if int(number) % 10 == 9 else picture(int(number), kind == "back")
        return 200, data, {"ETag": f'"{number}{kind}"', "Last-Modified": formatdate(1e9, usegmt=True)}

    def _musicbrainz(self, path: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        if path == "/ws/2/genre/all":
            return 200, "\n".join(GENRES).encode(), {}
        if path.startswith("/ws/2/collection/"):
            held = COLLECTIONS.get(UUID(path.rsplit("/", 1)[1]).int)
            return _json({"entity-type": held, "editor": "me"}) if held else _json({"error": "Not Found"}, 404)
        if path == "/ws/2/release" and "collection" in query:
            return self._releases_collected(int(query["offset"]), min(100, int(query["limit"])), query["inc"])
        if path == "/ws/2/release":
            number = UUID(query["release-group"]).int
            return _json({"release-count": 2, "release-offset": 0, "releases": [_release(number, n) for n in range(2)]})
        if path.startswith("/ws/2/release-group/"):
            number = UUID(path.rsplit("/", 1)[1]).int
            return _json(_group(number)) if number in self.groups else _json({"error": "Not Found"}, 404)
        if re.match(r'artist:".*" AND releasegroup:"', query.get("query", "")):
            return self._hits(query["query"])
        if " AND releasegroup:" in query.get("query", ""):
            return self._hits_of_words(query["query"])
        if query.get("query") not in {'tag:"black metal"', 'artist:"Artist \\"3\\""', None}:
            return _json({"error": "unable to parse search"}, 400)
        offset, limit = int(query["offset"]), min(100, int(query["limit"]))
        page = [_group(number) for number in self.groups[offset : offset + limit]]
        count = "count" if "query" in query else "release-group-count"
        return _json({count: len(self.groups), "offset": offset, "release-groups": page})

    def _releases_collected(self, offset: int, limit: int, inc: str) -> tuple[int, bytes, dict[str, str]]:
        """Two releases of each group, all first ones before all second ones."""
        every = [(number, pressing) for pressing in range(2) for number in self.groups]
        releases = [
            {**_release(number, pressing), "release-group": {"id": group_id(number), "title": f"Title {number}"}}
            for number, pressing in every[offset : offset + limit]
        ]
        if inc != "release-groups":
            return _json({"error": f"{inc} is not a valid inc parameter"}, 400)
        return _json({"release-count": len(every), "release-offset": offset, "releases": releases})

    def _hits(self, query: str) -> tuple[int, bytes, dict[str, str]]:
        """As Lucene does: what has the words of both phrases, and below it what has some of them."""
        phrases = re.findall(r'"((?:[^"\\]|\\.)*)"', query)
        artist, title = (re.sub(r"\\(.)", r"\1", phrase).casefold() for phrase in phrases)
        found = []
        for group in (*map(_group, self.groups), *self.others):
            named = "".join(credit["name"] + credit.get("joinphrase", "") for credit in group["artist-credit"])
            same = (named.casefold() == artist) + (group["title"].casefold() == title)
            if same:
                found.append({"primary-type": "Album", **group, "score": 100 if same == 2 else 60})
        found.sort(key=lambda hit: -hit["score"])
        return _json({"created": "", "count": len(found), "offset": 0, "release-groups": found[:25]})

    def _hits_of_words(self, query: str) -> tuple[int, bytes, dict[str, str]]:
        """As Lucene does: what has a word or more in each field, the share of the words that it has as its score."""
        asked = [set(re.findall(r"\w+", words.casefold())) for words in re.findall(r":[(\"]([^)\"]*)", query)]
        found = []
        for group in (*map(_group, self.groups), *self.others):
            named = "".join(credit["name"] + credit.get("joinphrase", "") for credit in group["artist-credit"])
            held = [set(re.findall(r"\w+", name.casefold())) for name in (named, group["title"])]
            shared = [len(words & own) for words, own in zip(asked, held, strict=True)]
            if all(shared):
                found.append({"primary-type": "Album", **group, "score": 100 * sum(shared) // sum(map(len, held))})
        found.sort(key=lambda hit: -hit["score"])
        return _json({"created": "", "count": len(found), "offset": 0, "release-groups": found[:25]})

    def _archive(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        what, name, *rest = path.strip("/").split("/")
        number = UUID(name).int % 2**32
        if not rest:
            return _json({"images": _images(number), "release": f"https://musicbrainz.org/release/{name}"})
        kind = "front" if rest[0] == "front-500" else "back"
        if kind == "front" and (number % 10 == 7 or (number % 10 == 8 and what == "release-group")):
            return 404, b"<h1>404</h1>", {}
        return 307, b"", {"Location": f"{self.base(MIRROR)}/items/{number}/{kind}"}


def group_id(number: int) -> str:
    return str(UUID(int=number))


@cache
def picture(number: int, back: bool) -> bytes:
    """A cover of 4 x 4 fields, different for every number and side."""
    fields = np.random.default_rng([number, back]).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(fields).resize((64, 64), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def _group(number: int) -> dict[str, Any]:
    return {
        "id": group_id(number),
        "title": f"Title {number}",
        "first-release-date": ["1994-02-17", "1995", "", "????"][number % 4],
        "artist-credit": [
            {"name": f"Artist {number // 3}", "joinphrase": " feat. ", "artist": {"id": group_id(7)}},
            {"name": "Choir", "artist": {"id": group_id(8)}},
        ],
        "tags": [
            {"name": "seen live", "count": 9},
            {"name": "metal", "count": 2},
            {"name": "Black Metal", "count": 5},
            {"name": "jazz", "count": -1},
        ],
    }


def _release(number: int, pressing: int) -> dict[str, Any]:
    art = number % 10 != 7
    return {
        "id": str(UUID(int=number + (pressing + 1) * 2**32)),
        "status": "Official",
        "date": f"199{pressing}",
        "cover-art-archive": {"artwork": art, "front": art, "back": art, "count": 2, "darkened": False},
    }


def _images(number: int) -> list[dict[str, Any]]:
    """A front first; group 3's back is a PDF, 4's waits for approval, 5's is unfolded."""
    ending = "pdf" if number % 10 == 3 else "jpg"
    types = ["Front", "Back"] if number % 10 == 5 else ["Back"]
    common = {"comment": "", "edit": 1}
    return [
        {**common, "id": 10, "types": ["Front"], "front": True, "approved": True, "image": "http://x/10.jpg"},
        {**common, "id": "20", "types": types, "approved": number % 10 != 4, "image": f"http://x/20.{ending}"},
    ]


def _json(document: object, status: int = 200) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(document).encode(), {"Content-Type": "application/json"}


@contextmanager
def standing_in(groups: int, interval_s: float = 0.002) -> Iterator[StandIn]:
    stand_in = StandIn(interval_s, list(range(groups)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            now_s = time.monotonic()
            parts = urlsplit(self.path)
            host = self.headers["Host"].partition(":")[0]
            fault = stand_in.faults[parts.path].popleft() if stand_in.faults.get(parts.path) else ""
            if stand_in.too_early(host, now_s):
                status, body, headers = 503, b"", {"Retry-After": "1"}
            elif fault.isdigit():
                status, body, headers = int(fault), b"", {}
            elif fault.startswith("retry after "):
                status, body, headers = 503, b"", {"Retry-After": fault.removeprefix("retry after ")}
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, body, headers = stand_in.answer(host, parts.path, query)
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            stand_in.log.append(Asked(now_s, host, self.path, status, dict(self.headers)))
            body = b'{"count": 1, ' if fault == "broken" else body
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self._write(body, fault)

        def _write(self, body: bytes, fault: str) -> None:
            if fault == "cut":
                body = body[: len(body) // 2]
            for start in range(0, len(body), 2**20 if fault != "slow" else 1):
                self.wfile.write(body[start : start + (2**20 if fault != "slow" else 1)])
                if fault == "slow":
                    self.wfile.flush()
                    time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """The log is ``StandIn.log``."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        stand_in.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield stand_in
        finally:
            server.shutdown()
