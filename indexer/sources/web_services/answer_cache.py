"""Answers of web servers on disk, one file a URL, whole or not at all: what was answered once is not asked again."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from indexer.files import BEGUN, replacing
from indexer.sources.remote_image import Answer
from sleeve.errors import CatalogueError

KEPT_S = 30 * 86_400.0
"""Answers older than this are deleted when the cache is opened."""

MAX_FIRST_LINE_BYTES = 2**16

_NAME = re.compile(rf"[0-9a-f]{{64}}|{BEGUN.pattern}")
"""An answer, or one that was not written to its end. Files of other names in the folder are not Sleeve's."""

_KEPT_HEADERS = ("etag", "last-modified", "location")


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer as it was, and when it came or was last confirmed (seconds since 1970)."""

    answer: Answer
    at_s: float

    @property
    def conditions(self) -> Mapping[str, str]:
        """The headers that ask only for what has changed since (RFC 9110, 13.1)."""
        pairs = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        return {condition: self.answer.headers[kept] for kept, condition in pairs if kept in self.answer.headers}


class AnswerCache:
    """The kept answers of a folder.

    A file holds a line of JSON (the URL, status, some headers, SHA-256 of the body) and the body. One that does not
    hold together, after a power failure say, counts as none.
    """

    def __init__(self, folder: Path, now_s: float) -> None:
        self._folder = folder
        with _as_catalogue_error(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for file in folder.glob("*/*"):
                if _NAME.fullmatch(file.name) and file.stat().st_mtime < now_s - KEPT_S:
                    file.unlink(missing_ok=True)

    def get(self, url: str) -> CachedAnswer | None:
        """What was answered to a URL."""
        try:
            with self._file(url).open("rb") as file:
                first = json.loads(file.readline(MAX_FIRST_LINE_BYTES))
                body = file.read()
            if first["url"] != url or first["sha256"] != sha256(body).hexdigest():
                return None
            return CachedAnswer(Answer(int(first["status"]), dict(first["headers"]), body), float(first["at_s"]))
        except (OSError, ValueError, TypeError, LookupError):
            return None

    def put(self, url: str, kept: CachedAnswer) -> None:
        """Keep an answer in place of the one before.

        Raises:
            CatalogueError: the disk refuses.
        """
        first = {
            "url": url,
            "status": kept.answer.status,
            "headers": {name: kept.answer.headers[name] for name in _KEPT_HEADERS if name in kept.answer.headers},
            "sha256": sha256(kept.answer.body).hexdigest(),
            "at_s": kept.at_s,
        }
        file = self._file(url)
        with _as_catalogue_error(self._folder):
            file.parent.mkdir(exist_ok=True)
            with replacing(file, durable=False) as fresh:
                fresh.write_bytes(json.dumps(first).encode() + b"\n" + kept.answer.body)

    def forget(self, url: str) -> None:
        """Keep nothing for a URL."""
        with _as_catalogue_error(self._folder):
            self._file(url).unlink(missing_ok=True)

    def _file(self, url: str) -> Path:
        name = sha256(url.encode()).hexdigest()
        return self._folder / name[:2] / name


@contextmanager
def _as_catalogue_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogueError(f"answers cannot be kept in {folder}: {error.strerror}") from error
