"""Files and folders that are replaced in one step, and locks that end with the process that holds them."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from sleeve.errors import OutputError, SleeveError
from sleeve.platform import FLUSHABLE, HOLDS_OPEN_FILES

_RETRY_FOR_S = 2.0
_RETRY_EVERY_S = 0.05

BEGUN = re.compile(r"\.[0-9a-f]{32}\.part")
"""Names of files that are being written, or that a crash left (``replacing``)."""

UNFINISHED_PREFIX = ".writing-"
"""Begins the name of a folder that is being written, or that a crash left."""


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A new file next to ``path``, which takes its place when the block ends without an error, and else is deleted.

    Args:
        durable: whether it is on the disk before it takes the place; not worth the wait for what is easily made again.

    Raises:
        OSError: the disk refuses; ``path`` is as it was.
    """
    fresh = path.with_name(f".{uuid4().hex}.part")
    try:
        yield fresh
        if durable:
            flush(fresh)
        move_into_place(fresh, path, durable=durable)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A hidden folder next to ``path``, which takes that name when the block ends without an error; else it is deleted.

    Every file in it is on the disk before. A crash leaves no ``path``, or the whole of it, and at worst the hidden one.

    Raises:
        OSError: the disk refuses, or ``path`` exists already.
    """
    fresh = path.with_name(f"{UNFINISHED_PREFIX}{path.name}-{uuid4().hex[:8]}")
    try:
        fresh.mkdir(parents=True)
        yield fresh
        for file in sorted(fresh.iterdir()):
            flush(file)
        flush(fresh)
        move_into_place(fresh, path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def move_into_place(fresh: Path, target: Path, *, durable: bool = True) -> None:
    """Rename a file or folder over another, in one step.

    If open files cannot be replaced (on Windows), whoever reads the target is given a moment to finish.

    Raises:
        OSError: the disk refuses, or another program keeps the target open.
    """
    until_s = time.monotonic() + _RETRY_FOR_S
    while True:
        try:
            fresh.replace(target)
            break
        except PermissionError as error:
            if not HOLDS_OPEN_FILES:
                raise
            if time.monotonic() >= until_s:
                raise PermissionError(error.errno, "another program has it open, or it may not be changed") from error
            time.sleep(_RETRY_EVERY_S)
    if durable:
        flush(target.parent)


def flush(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    try:
        handle = os.open(path, FLUSHABLE)
    except PermissionError:
        if path.is_dir():
            return  # Windows opens no folders, and its file systems keep a journal of their entries
        raise
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
        OutputError: the file cannot be made.
    """
    lock = FileLock(path, timeout=wait_s, poll_interval=0.02, mode=0o644)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise busy from error
    except OSError as error:
        raise OutputError(f"cannot make the lock {path}: {error.strerror}") from error
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
    except OSError:  # nothing can be written here, so nobody here holds it
        return False
    lock.release()
    return False
