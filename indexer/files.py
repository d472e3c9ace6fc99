"""Files that are the old one or the new one at any moment, and locks that go with the process that holds them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from sleeve.errors import SleeveError


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


@contextmanager
def locked(path: Path, busy: SleeveError, *, wait_s: float = 0) -> Iterator[None]:
    """Hold a lock file, made if it is missing; the lock goes with the process, however that ends.

    Args:
        busy: raised if another process holds it.
        wait_s: how long to wait for that.

    Raises:
        OSError: the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=wait_s, poll_interval=0.02, mode=0o644)
    try:
        lock.acquire()
    except Timeout as error:
        raise busy from error
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether another process holds a lock file."""
    lock = FileLock(path, timeout=0, mode=0o644)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False
