"""Files that are the old one or the new one at any moment, whatever ends the process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path``: what is written there takes its place, flushed, when the block ends well; else it goes.

    Raises:
        OSError: the disk refuses; ``path`` is as it was.
    """
    fresh = path.with_name(f".{uuid4().hex}.part")
    try:
        yield fresh
        flush(fresh)
        fresh.replace(path)
        flush(path.parent)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
