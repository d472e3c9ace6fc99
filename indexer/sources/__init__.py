"""Where covers come from: each source yields what it says of every file, in a stable order."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from db.errors import SourceError
from db.records import CoverFile, RejectedFile
from indexer.sources.folder import FolderSource
from indexer.sources.manifest import ManifestSource

__all__ = ["GenreFrom", "Source", "open_source"]


class Source(Protocol):
    """Files offered to the catalogue; may be read more than once."""

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        """Yield each file once."""


class GenreFrom(StrEnum):
    """What says an album's genre."""

    FOLDER = "folder"
    MANIFEST = "manifest"
    NONE = "none"


def open_source(path: Path, genre_from: GenreFrom | None = None) -> Source:
    """The source at a path: a CSV file is a manifest, a folder is one of covers, any other file is a cover.

    Args:
        path: what the user named; kept as named in every ``CoverFile.file``.
        genre_from: what says the genre; None lets the path decide (a manifest its column, a folder its sub-folders).

    Raises:
        SourceError: the path does not exist or does not go with ``genre_from``.
    """
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    if path.is_dir() and genre_from is not GenreFrom.MANIFEST:
        return FolderSource(path, label=genre_from is not GenreFrom.NONE)
    if path.is_dir():
        path = path / "manifest.csv"
        if not path.is_file():
            raise SourceError(f"{path} does not exist; --genre-from manifest needs it")
    if path.suffix.lower() == ".csv":
        if genre_from is GenreFrom.FOLDER:
            raise SourceError(f"{path} is a manifest; its genre column says the genres, not a folder")
        return ManifestSource(path, label=genre_from is not GenreFrom.NONE)
    if genre_from is GenreFrom.MANIFEST:
        raise SourceError(f"{path} is not a manifest (a .csv file with a column `file`)")
    return FolderSource(path, label=False)
