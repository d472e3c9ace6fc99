"""A folder of covers: the first folder below it names the genre, however deep the file is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.records import CoverFile, RejectedFile
from indexer.images.archive import ARCHIVE_SUFFIX
from indexer.sources.archive import ArchiveSource
from indexer.sources.file_names import absolute, is_ignored, sides_of, unusable
from indexer.sources.names import clean, distinct
from sleeve.vocabulary import LabelSource, Side


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Every file below a folder, or one file alone, in the order of names.

    Hidden files, symbolic links to folders and the system's own files (``Thumbs.db``) are left out. Files called
    ``… front`` and ``… back`` in one folder are the two covers of one album. A zip archive is looked into; one that
    is in ``root`` itself says its genres as it would alone.

    Attributes:
        root: the folder or file, as the user named it.
        label: whether the first folder below ``root`` (or ``root`` itself for files that are in it) is the genre.
    """

    root: Path
    label: bool = True

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        if not self.root.is_dir():
            yield self._offer(self.root, None, None)
            return
        found = entries(self.root)
        folders = [entry for entry in found if entry.is_dir()]
        flat = None if folders else absolute(self.root).name
        files = [Path(entry.path) for entry in found if not entry.is_dir()]
        yield from self._offers([path for path in files if not _is_archive(path)], flat)
        yield from self._offers([path for path in files if _is_archive(path)], None)
        for folder in folders:
            yield from self._below(Path(folder.path), folder.name)

    def _below(self, folder: Path, genre: str) -> Iterator[CoverFile | RejectedFile]:
        found = entries(folder)
        yield from self._offers([Path(entry.path) for entry in found if not entry.is_dir()], genre)
        for entry in found:
            if entry.is_dir():
                yield from self._below(Path(entry.path), genre)

    def _offers(self, files: list[Path], genre: str | None) -> Iterator[CoverFile | RejectedFile]:
        sided = sides_of([path.stem for path in files])
        for path in files:
            if _is_archive(path):
                yield from ArchiveSource(path, label=self.label, genre=genre)
            else:
                yield self._offer(path, genre, sided.get(path.stem))

    def _offer(self, path: Path, genre: str | None, pair: tuple[Side, str] | None) -> CoverFile | RejectedFile:
        located = absolute(path)
        side, album = pair or (Side.FRONT, None)
        return unusable(located) or CoverFile(
            file=str(path),
            path=located,
            label_source=LabelSource.FOLDER,
            genres=distinct([clean(genre)]) if self.label else (),
            side=side,
            group=None if album is None else f"{located.parent}/{album}",
        )


def entries(folder: Path) -> list["os.DirEntry[str]"]:
    """What is in a folder, by name, without what is ignored; nothing if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            kept = [entry for entry in found if not (is_ignored(entry.name) or _leads_away(entry))]
    except OSError:
        return []
    return sorted(kept, key=lambda entry: entry.name)


def _leads_away(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() and entry.is_dir()


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ARCHIVE_SUFFIX
