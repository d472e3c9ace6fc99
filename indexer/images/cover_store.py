"""Uploaded and fetched covers: kept below ``<home>/covers``, whole or not at all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from indexer.files import flush, move_into_place
from sleeve.errors import CatalogueError
from sleeve.vocabulary import ContentHash

_ASIDE = ".aside"
_LEFT_AFTER_S = 3600.0
"""What is older there was left by a crash: an upload is written and put in its place within seconds."""


class CoverStore:
    """The covers of a home that are no files of the user's own.

    Files are put in place before their rows, so no row is without its file.
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

    def holds(self, path: Path) -> bool:
        """Whether a path is one of this store's."""
        return path.is_relative_to(self._folder)

    @contextmanager
    def set_aside(self, data: bytes) -> Iterator[Callable[[Path], None]]:
        """Write bytes aside, flushed to the disk; gives what puts them at a path. If that is not asked for, they go.

        Raises:
            CatalogueError: the disk refuses.
        """
        aside = self._folder / _ASIDE / uuid4().hex

        def put(path: Path) -> None:
            with _as_catalogue_error(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                move_into_place(aside, path)
                flush(self._folder)

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
            if file.stat().st_mtime < before_s:
                file.unlink()
