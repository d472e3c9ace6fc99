"""Paths as the catalogue keeps them: absolute, and such as every database can hold."""

import os
from pathlib import Path

from db.records import RejectedFile
from sleeve.vocabulary import Rejection

MAX_PATH_BYTES = 2000
"""Longer paths are rejected (PostgreSQL cannot index them)."""

_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}


def absolute(path: Path) -> Path:
    """The path from the root, without ``..``."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`, so one file could have two paths


def unusable(path: Path) -> RejectedFile | None:
    """Why a path cannot be kept; None where it can."""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:
        shown = str(path).encode(errors="backslashreplace")[-MAX_PATH_BYTES:].decode(errors="replace")
        return RejectedFile(shown, Rejection.UNREADABLE, "not a possible file name")
    try:
        raw.decode()
    except UnicodeDecodeError:
        shown = raw.decode(errors="backslashreplace")
        return RejectedFile(shown, Rejection.UNREADABLE, "the file's name is not UTF-8")
    if len(raw) > MAX_PATH_BYTES:
        shown = raw[-MAX_PATH_BYTES:].decode(errors="replace")
        return RejectedFile(shown, Rejection.UNREADABLE, f"the path is longer than {MAX_PATH_BYTES} bytes")
    return None


def passed_over(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or the system's own."""
    return name.startswith(".") or name.lower() in _SYSTEM_FILES
