"""Uploaded and fetched covers: kept below ``<home>/covers``, whole or not at all."""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from uuid import uuid4

from db.records import Placed
from indexer.files import flush, move_into_place
from sleeve.errors import CatalogueError
from sleeve.vocabulary import ContentHash

_ASIDE = ".aside"
_NAME_ASIDE = re.compile(r"[0-9a-f]{32}")
_LEFT_AFTER_S = 3600.0
"""What is older there was left by a crash: an upload is written and put in its place within seconds."""


class CoverStore:
    """The covers of a home that are not files of the user's own.

    Files are put in place before their rows, so no row is without its file. Nothing that is there is written over, and
    which files may be deleted is for the database to say: the user's own may be in the same folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, content_hash: ContentHash, format_name: str) -> Path:
        """Where bytes of this hash and format (``sniff``) are kept."""
        return self._folder / content_hash[:2] / f"{content_hash}.{format_name.lower()}"

    def path_of_url(self, url: str) -> Path:
        """Where the image behind a URL is kept, whatever it turns out to be."""
        name = sha256(url.encode()).hexdigest()
        return self._folder / name[:2] / f"url-{name}"

    def path_of_picture(self, data: bytes, name: str) -> Path:
        """Where a picture that a table holds is kept; equal pictures of different names are two files."""
        found = sha256(f"{sha256(data).hexdigest()}/{name}".encode())
        return self._folder / found.hexdigest()[:2] / f"picture-{found.hexdigest()}"

    def place(self, path: Path, data: bytes) -> Placed:
        """Where bytes are to be put: at a path, or near it if something else is there.

        A file that has these bytes already is used as it is. Whose it is is not known, so it counts as the user's own.
        """
        if not os.path.lexists(path):
            return Placed(path, stored=True)
        if _holds(path, data):
            return Placed(path, stored=False)
        return Placed(path.with_stem(f"{path.stem}-{uuid4().hex[:8]}"), stored=True)

    @contextmanager
    def set_aside(self, data: bytes) -> Iterator[Callable[[Path], Placed]]:
        """Write bytes aside, flushed to the disk; gives what puts them at their ``place`` for a path. If that is not
        asked for, they go.

        Raises:
            CatalogueError: the disk refuses.
        """
        aside = self._folder / _ASIDE / uuid4().hex

        def put(path: Path) -> Placed:
            with _as_catalogue_error(path):
                place = self.place(path, data)
                if place.stored:
                    place.path.parent.mkdir(parents=True, exist_ok=True)
                    move_into_place(aside, place.path)
                    flush(self._folder)
            return place

        try:
            with _as_catalogue_error(aside):
                aside.parent.mkdir(parents=True, exist_ok=True)
                _sweep(aside.parent)
                aside.write_bytes(data)
                flush(aside)
            yield put
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def delete(self, path: Path, content_hash: ContentHash, *, unless_at: Iterable[Path]) -> None:
        """Delete a file that was put here, as far as the disk allows.

        It stays if it is not what was put here any more, or if one of ``unless_at`` is the same file.
        """
        with suppress(OSError):
            with path.open("rb") as file:
                is_as_it_was = file_digest(file, "sha256").hexdigest() == content_hash
            if is_as_it_was and not any(_is_same(path, other) for other in unless_at):
                path.unlink()


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _is_same(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.samefile(other)
    return False


@contextmanager
def _as_catalogue_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogueError(f"the cover cannot be kept in {path.parent}: {error.strerror}") from error


def _sweep(folder: Path) -> None:
    before_s = time.time() - _LEFT_AFTER_S
    for file in folder.iterdir():
        # Another upload may be sweeping as well.
        with suppress(FileNotFoundError):
            if _NAME_ASIDE.fullmatch(file.name) and file.stat().st_mtime < before_s:
                file.unlink()
