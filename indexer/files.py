"""Files and folders that are replaced in one step, and locks that end with the process that holds them."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
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

_PRUNED_TO_SHARE = 0.8
_LOOK_AFTER_SHARE = 1 / 16
"""The whole folder is checked after this share of the bound was written, so it may exceed the bound by as much."""

_ABANDONED_S = 3600.0
"""After this long an unfinished file counts as abandoned."""

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


class BoundedFolder:
    """Files that are easily made again, the oldest removed when they take more than ``max_bytes``.

    Safe from several threads and processes.

    Args:
        own: the names of files that are kept here; others in the folder are somebody else's.
    """

    def __init__(self, folder: Path, max_bytes: int, own: re.Pattern[str]) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._own = own
        self._written_bytes: float = max_bytes  # the first look comes with the first file
        self._pruning = threading.Lock()

    def place(self, name: str) -> Path:
        """Where the file of a name is, if it is kept."""
        return self._folder / name[:2] / name

    def keep(self, name: str, write: Callable[[Path], int]) -> Path:
        """Let a function write a file, which returns how many bytes that are, and put it in its place.

        Raises:
            OSError: the disk refuses, or the function raised it.
        """
        path = self.place(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durable=False) as fresh:
            written = write(fresh)
        self._written_bytes += written
        if self._written_bytes >= self._max_bytes * _LOOK_AFTER_SHARE and self._pruning.acquire(blocking=False):
            try:
                self._written_bytes = 0
                self._prune()
            finally:
                self._pruning.release()
        return path

    def _prune(self) -> None:
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # another process prunes as well
                status = path.stat()
                if self._own.fullmatch(path.name):
                    found.append((status.st_mtime, status.st_size, path))
                elif BEGUN.fullmatch(path.name) and status.st_mtime < time.time() - _ABANDONED_S:
                    path.unlink()
        total = sum(size for _, size, _ in found)
        if total <= self._max_bytes:
            return
        for _, size, path in sorted(found):
            path.unlink(missing_ok=True)
            total -= size
            if total <= self._max_bytes * _PRUNED_TO_SHARE:
                return
