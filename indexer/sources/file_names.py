"""What the paths and names of files say: whether one can be kept or is to be ignored, and which side it shows."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from db.records import RejectedFile, fold
from indexer.images.storage import is_object, located
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

_MANY, _SHARE = 2, 1 / 4
"""From so many stems on, and this share of the folder, "X Back" is how somebody names backs."""


def absolute(path: Path) -> Path:
    """The path from the root, without ``..``; one in object storage is that already."""
    if is_object(path):
        return located(path)
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

    ``X back`` goes with ``X`` or ``X front``, in any case; alone it is a title, and so it is if it looks like one
    (``titles_like_backs``).
    """
    pairs, _ = _backs(stems)
    found: dict[str, tuple[Side, str]] = {}
    for back, front in pairs.items():
        sided = _SIDED.match(front)
        album = sided["album"].rstrip(_SEPARATORS) if sided else front
        found[back], found[front] = (Side.BACK, album), (Side.FRONT, album)
    return found


def titles_like_backs(stems: Sequence[str]) -> dict[str, str]:
    """The stems ``X Back`` that are titles, each with the ``X`` that it is not the back of.

    The word is written like those of ``X``, as in "I Want You Back", and few stems of the folder are.
    """
    return _backs(stems)[1]


def like_back(path: Path | str, front: str) -> str:
    """What is guessed about a file that may be a title or a back."""
    return f"{path} is taken for an album of its own, not for the back of {front}; a back is called “{front} (back)”"


def _backs(stems: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Back → front, and of those that look like titles the same."""
    sided = {stem: match for stem in stems if (match := _SIDED.match(stem))}
    albums = {stem: match["album"].rstrip(_SEPARATORS) for stem, match in sided.items()}
    fronts = {albums[stem]: stem for stem, match in sided.items() if match["side"].lower() == Side.FRONT}
    fronts |= {stem: stem for stem in stems if stem not in sided}
    folded = {fold(album): stem for album, stem in reversed(fronts.items())}
    pairs: dict[str, str] = {}
    for stem, match in sided.items():
        front = fronts.get(albums[stem]) or folded.get(fold(albums[stem]))
        if match["side"].lower() == Side.BACK and front is not None:
            pairs[stem] = front
    titles = {back: front for back, front in pairs.items() if front not in sided and _is_like_title(sided[back])}
    if len(titles) >= _MANY and len(titles) >= _SHARE * (len(stems) - len(sided)):
        titles = {}
    return {back: front for back, front in pairs.items() if back not in titles}, titles


def _is_like_title(match: re.Match[str]) -> bool:
    """Whether the side is one more word, with a capital like those before it."""
    before, side = match["album"], match["side"]
    if not match[0].endswith(side) or not before[len(before.rstrip(_SEPARATORS)) :].isspace():
        return False
    return (side.istitle() and before != before.lower()) or (side.isupper() and before.isupper())
