"""Copies of objects in a folder of the home, so that an object is fetched once and read often."""

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from indexer.files import BoundedFolder
from indexer.images.storage.errors import ObjectError

_COPY = re.compile(r"[0-9a-f]{64}-[0-9a-f]{32}")
_USED_S = 3600.0
"""How exactly it is known when a copy was last used."""


class Copy(NamedTuple):
    """A copy of an object, and which version of it this is."""

    path: Path
    version: str


class Copies:
    """Copies of objects by their URL and version, those used least recently removed when they take too much.

    Safe from several threads and processes.

    Args:
        max_bytes: what they may take in all.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._folder = BoundedFolder(folder, max_bytes, _COPY)

    def of(self, url: str, version: str | None = None) -> Copy | None:
        """The copy of an object: of this version, or of whichever there is."""
        name = sha256(url.encode()).hexdigest()
        exact = version and self._folder.place(f"{name}-{version}")
        for path in [exact] if exact else self._named(name):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _USED_S:
                    os.utime(path)
                return Copy(path, path.name[-32:])
        return None

    def keep(self, url: str, version: str, size_bytes: int, chunks: Iterable[bytes]) -> Copy:
        """Write a copy, in place of one of another version.

        Raises:
            ObjectError: the disk refuses, or other bytes come than were announced.
            OSError: the bytes stop coming.
        """
        name = sha256(url.encode()).hexdigest()
        others = self._named(name)

        def write(fresh: Path) -> int:
            with fresh.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                written = file.tell()
            if written != size_bytes:
                raise ObjectError(f"{written:,} of {size_bytes:,} bytes came")
            return written

        path = self._folder.keep(f"{name}-{version}", write)
        for other in others:
            if other != path:
                other.unlink(missing_ok=True)
        return Copy(path, version)

    def _named(self, name: str) -> list[Path]:
        return sorted(self._folder.place(name).parent.glob(f"{name}-*"))


class _Used:
    copies: Copies | None = None


def use(copies: Copies) -> None:
    """Say where this process keeps copies of objects. Which folder that is changes no byte of what is read."""
    _Used.copies = copies


def copies_in_use() -> Copies:
    """Where copies are kept.

    Raises:
        ObjectError: nowhere.
    """
    if _Used.copies is None:
        raise ObjectError("no home is open to keep copies of objects")
    return _Used.copies
