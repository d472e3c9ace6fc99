"""A folder of covers: the first folder below it names the genre, however deep the file lies."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.records import CoverFile, RejectedFile
from db.vocabulary import LabelSource, Rejection, Side

MAX_PATH_BYTES = 2000
"""Longer paths are rejected (PostgreSQL cannot index them)."""

_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_SEPARATORS = " _.-(["
_SIDED = re.compile(r"^(?P<album>|.*[\s_.\-(\[])(?P<side>front|back)[)\]]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Every file below a folder, or one file alone, in the order of names.

    Hidden files, symbolic links to folders and the system's own files (``Thumbs.db``) are passed over. Files called
    ``… front`` and ``… back`` in one folder are the two covers of one album.

    Attributes:
        root: the folder or file, as the user named it.
        label: whether the first folder below ``root`` (or ``root`` itself for files that lie in it) is the genre.
    """

    root: Path
    label: bool = True

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        if not self.root.is_dir():
            yield self._offer(self.root, None, None)
            return
        folders = [entry for entry in _entries(self.root) if entry.is_dir()]
        yield from self._offers(self.root, genre=None if folders else _absolute(self.root).name, deep=False)
        for folder in folders:
            yield from self._offers(Path(folder.path), genre=folder.name, deep=True)

    def _offers(self, folder: Path, *, genre: str | None, deep: bool) -> Iterator[CoverFile | RejectedFile]:
        entries = _entries(folder)
        files = [Path(entry.path) for entry in entries if not entry.is_dir()]
        pairs = _pairs([path.stem for path in files])
        for path in files:
            yield self._offer(path, genre, pairs.get(path.stem))
        if deep:
            for entry in entries:
                if entry.is_dir():
                    yield from self._offers(Path(entry.path), genre=genre, deep=True)

    def _offer(self, path: Path, genre: str | None, pair: tuple[Side, str] | None) -> CoverFile | RejectedFile:
        absolute = _absolute(path)
        raw = os.fsencode(absolute)
        try:
            raw.decode()
        except UnicodeDecodeError:
            shown = raw.decode(errors="backslashreplace")
            return RejectedFile(shown, Rejection.UNREADABLE, "the file's name is not UTF-8")
        if len(raw) > MAX_PATH_BYTES:
            shown = raw[-MAX_PATH_BYTES:].decode(errors="replace")
            return RejectedFile(shown, Rejection.UNREADABLE, f"the path is longer than {MAX_PATH_BYTES} bytes")
        side, album = pair or (Side.FRONT, None)
        return CoverFile(
            file=str(path),
            path=absolute,
            label_source=LabelSource.FOLDER,
            genres=(genre,) if self.label and genre else (),
            side=side,
            group=None if album is None else f"{absolute.parent}/{album}",
        )


def _pairs(stems: list[str]) -> dict[str, tuple[Side, str]]:
    """The stems that are the two sides of one album: ``X back`` beside ``X`` or ``X front``; alone it is a title."""
    sided = {stem: match for stem in stems if (match := _SIDED.match(stem))}
    albums = {stem: match["album"].rstrip(_SEPARATORS) for stem, match in sided.items()}
    fronts = {albums[stem]: stem for stem, match in sided.items() if match["side"].lower() == Side.FRONT}
    fronts |= {stem: stem for stem in stems if stem not in sided}
    pairs: dict[str, tuple[Side, str]] = {}
    for stem, match in sided.items():
        album = albums[stem]
        if match["side"].lower() == Side.BACK and album in fronts:
            pairs[stem] = (Side.BACK, album)
            pairs[fronts[album]] = (Side.FRONT, album)
    return pairs


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    """What lies in a folder, by name; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not _passed_over(entry)]
    except OSError:
        return []
    return sorted(entries, key=lambda entry: entry.name)


def _passed_over(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or entry.name.lower() in _SYSTEM_FILES:
        return True
    return entry.is_symlink() and entry.is_dir()


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`, so one file could have two paths
