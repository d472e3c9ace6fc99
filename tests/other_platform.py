"""Makes this process one in which macOS and Windows are missed the least: what they lack is gone, and refused as there.

To be imported by a ``sitecustomize.py``, so that the processes which it starts are like it. What the standard library
needs for itself on Linux stays: modules are hidden from all other importers, and calls go once it has been loaded.
"""

import asyncio
import builtins
import concurrent.futures.process
import errno
import inspect
import logging.handlers
import multiprocessing.popen_spawn_posix
import os
import shutil
import signal
import socketserver
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_LOADED_FIRST = (asyncio, concurrent.futures.process, logging.handlers, multiprocessing.popen_spawn_posix, socketserver)

_MODULES = "fcntl grp posix pwd resource syslog termios tty pty"
_OF_OS = """
O_CLOEXEC O_DIRECTORY O_NOFOLLOW chown fchown fork forkpty getegid geteuid getgid getloadavg getuid
killpg lchown mkfifo nice posix_fadvise posix_fallocate pread pwrite sched_getaffinity sched_setaffinity sendfile
setsid statvfs sysconf wait4
"""
_OF_SIGNAL = "SIGKILL SIGQUIT SIGHUP SIGUSR1 SIGUSR2 SIGALRM alarm setitimer pthread_kill"

_ALLOWED = {*sys.stdlib_module_names, "filelock"}
"""filelock has a lock for each system, and would use the weakest here."""

_OURS = {"__main__", "sleeve", "db", "indexer", "service", "migrations"}
"""Who can neither open a folder nor see ``/proc``; other packages have their own ways for each system."""

_import = builtins.__import__
_looking = False
"""Whether this module itself looks at what it hides."""


def _import_as_there(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if name in _MODULES.split() and level == 0 and _package(globals or {}) not in _ALLOWED:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, globals, locals, fromlist or (), level)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if _looking or not arguments or not isinstance(arguments[0], str | Path):
        return
    path = os.fspath(arguments[0])
    if event == "open":
        frame = inspect.currentframe()
        caller = frame and frame.f_back
        if caller is None or _package(caller.f_globals) not in _OURS:
            return
        if path.startswith("/proc"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if _is_folder(path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
    elif event in {"os.remove", "os.rename"}:
        for name in (path, *(str(other) for other in arguments[1:2] if event == "os.rename")):
            if name.startswith(os.environ["SLEEVE_HOME"]) and _is_mapped(name):
                raise PermissionError(errno.EACCES, "The process cannot access the file", name)


def _package(names: Mapping[str, Any]) -> str:
    return str(names.get("__name__", "")).partition(".")[0]


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def _is_mapped(path: str) -> bool:
    """Whether any process has mapped a file, or one in a folder."""
    global _looking
    _looking = True
    try:
        for maps in Path("/proc").glob("[0-9]*/maps"):
            try:
                if any(line.endswith(path) or f"{path}/" in line for line in maps.read_text().splitlines()):
                    return True
            except OSError:
                continue
        return False
    finally:
        _looking = False


builtins.__import__ = _import_as_there
for _name in _OF_OS.split():
    if hasattr(os, _name):
        delattr(os, _name)
for _name in _OF_SIGNAL.split():
    if hasattr(signal, _name):
        delattr(signal, _name)
shutil._use_fd_functions = False  # type: ignore[attr-defined]
sys.addaudithook(_refuse)
