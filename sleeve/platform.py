"""What differs between Linux, macOS and Windows."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from threading import Thread

HOLDS_OPEN_FILES = os.name == "nt"
"""Whether a file that is open or mapped can be neither deleted nor replaced."""

FLUSHABLE = os.O_RDWR if os.name == "nt" else os.O_RDONLY
"""How a file is opened whose bytes are to be forced to the disk; elsewhere a read-only file must do as well."""

if sys.platform == "win32":
    BACKGROUND = subprocess.IDLE_PRIORITY_CLASS
else:
    BACKGROUND = 0
"""Creation flags of a process that leaves the processor to others; it also calls ``lower_priority``."""

_LOOK_EVERY_S = 0.5
_LOWEST_PRIORITY = 19
_READABLE = 0o444

_ARENAS = 2
_M_ARENA_MAX = -8

if sys.platform == "linux":
    _malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    _mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
else:
    _malloc_trim = _mallopt = None


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lower_priority() -> None:
    """Leave the processor to other processes."""
    if hasattr(os, "nice"):
        os.nice(_LOWEST_PRIORITY)


def end_with(parent: int) -> None:
    """Stop this process once the one that started it has ended, however it did.

    On Windows a process keeps the number of its parent for good, and stays.
    """
    Thread(target=_stop_after, args=(parent,), name="parent", daemon=True).start()


def _stop_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    signal.raise_signal(signal.SIGTERM)


def share_freed_memory() -> None:
    """Let all threads allocate from the same few heaps: by default glibc makes eight for each core, and what is freed
    in one is of no use to another. To be called before there are many threads; see mallopt(3)."""
    if _mallopt is not None:
        _mallopt(_M_ARENA_MAX, _ARENAS)


def return_freed_memory() -> None:
    """Give memory that was freed back to the system: glibc keeps much of it, see malloc_trim(3)."""
    if _malloc_trim is not None:
        _malloc_trim(0)


def protect_from_writing(path: Path) -> None:
    """Take from everyone the right to write to a file; it can still be replaced and deleted.

    On Windows it does nothing, because a read-only file could not be deleted there.
    """
    if not HOLDS_OPEN_FILES:
        path.chmod(_READABLE)


def keep_owner(original: Path, copy: Path) -> None:
    """Give a copy the owner of the original, if the system allows it."""
    if hasattr(os, "chown"):
        status = original.stat()
        with suppress(OSError):  # only root may give a file away
            os.chown(copy, status.st_uid, status.st_gid)


def read_names_as_utf8() -> None:
    """Start the command again in Python's UTF-8 mode if the locale is another one, such as Latin-1: it says how text is
    shown, not how the names of files are written."""
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def write_utf8() -> None:
    """Make stdout and stderr take every character; on Windows a pipe or a file gets the country's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8")
