"""What the paths and names of files say: whether one can be kept or is to be ignored, and which side it shows."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from db.records import RejectedFile
from sleeve.vocabulary import Rejection, Side

MAX_PATH_BYTES = 2000
"""Longer paths are rejected (PostgreSQL cannot index them)."""

IMAGE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
        *(".avif", ".heic", ".heif"),
    }
)

_SEPARATORS = " _.-(["
_SIDED = re.compile(r"^(?P<album>|.*[\s_.\-(\[])(?P<side>front|back)[)\]]?$", re.IGNORECASE)


def absolute(path: Path) -> Path:
    """The path from the root, without ``..``."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`, so one file could have two paths


def unusable(path: Path) -> RejectedFile | None:
    """Why a path cannot be kept; None if it can."""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:
        shown = str(path).encode(errors="backslashreplace")[-MAX_PATH_BYTES:].decode(errors="replace")
        return RejectedFile(shown, shown, Rejection.UNREADABLE, "not a possible file name")
    try:
        raw.decode()
    except UnicodeDecodeError:
        shown = raw.decode(errors="backslashreplace")
        return RejectedFile(shown, shown, Rejection.UNREADABLE, "the file's name is not UTF-8")
    if len(raw) > MAX_PATH_BYTES:
        shown = raw[-MAX_PATH_BYTES:].decode(errors="replace")
        return RejectedFile(shown, shown, Rejection.UNREADABLE, f"the path is longer than {MAX_PATH_BYTES} bytes")
    return None


def sides_of(stems: Sequence[str]) -> dict[str, tuple[Side, str]]:
    """The stems that are two sides of one album, each with its side and the album's name.

    ``X back`` goes with ``X`` or ``X front``; alone it is a title.
    """
    sided = {stem: match for stem in stems if (match := _SIDED.match(stem))}
    albums = {stem: match["album"].rstrip(_SEPARATORS) for stem, match in sided.items()}
    fronts = {albums[stem]: stem for stem, match in sided.items() if match["side"].lower() == Side.FRONT}
    fronts |= {stem: stem for stem in stems if stem not in sided}
    found: dict[str, tuple[Side, str]] = {}
    for stem, match in sided.items():
        album = albums[stem]
        if match["side"].lower() == Side.BACK and album in fronts:
            found[stem] = (Side.BACK, album)
            found[fronts[album]] = (Side.FRONT, album)
    return found
