"""Where covers come from: each source yields what it says about every file, in a stable order."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from db.records import Found
from indexer.images.archive import ARCHIVE_SUFFIXES
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import present
from indexer.images.storage import ObjectError, is_object
from indexer.sources.archive import ArchiveSource
from indexer.sources.columns import COLUMNS
from indexer.sources.folder import FolderSource
from indexer.sources.image_folder import ImageFolderSource, metadata_tables
from indexer.sources.list_table import ListSource
from indexer.sources.manifest import ManifestSource
from indexer.sources.other_files import ARCHIVES, HINTS, SPREADSHEETS, kind_of_name
from indexer.sources.parquet_rows import PARQUET_SUFFIX
from indexer.sources.parquet_vectors import AskedVectors, table_vectors
from indexer.sources.spelling import Spellings
from indexer.sources.subsonic import is_server
from indexer.sources.table_rows import TABLE_SUFFIXES
from indexer.sources.text_encoding import known_encoding
from sleeve.errors import SourceError
from sleeve.vocabulary import ListName

__all__ = [
    "COLUMNS",
    "AskedVectors",
    "GenreFrom",
    "ListSource",
    "ManifestSource",
    "Source",
    "is_server",
    "may_be_there",
    "open_source",
]


class Source(Protocol):
    """Files offered to the catalogue; may be read more than once."""

    def __iter__(self) -> Iterator[Found]:
        """Yield each file once, and count those that are not offered."""

    @property
    def place(self) -> Path | str | None:
        """The absolute path or the address of what it reads as a whole; None if it offers a part only."""


class GenreFrom(StrEnum):
    """What says an album's genre."""

    FOLDER = "folder"
    TABLE = "table"
    MANIFEST = "manifest"
    """Old name of ``TABLE``; leaves with the next release."""
    TAGS = "tags"
    NONE = "none"


def open_source(
    path: Path,
    genre_from: GenreFrom | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    own_spellings: Path | None = None,
    store: CoverStore | None = None,
    encoding: str | None = None,
    list_name: ListName | None = None,
    vectors: AskedVectors | None = None,
) -> Source:
    """The source at a path: a table is a manifest, a folder, zip or tar is one of covers, any other file a cover.
    A folder with tables called ``metadata`` that name its pictures is one of both.

    Args:
        path: what the user named; kept as named in every ``CoverFile.file``.
        genre_from: what says the genre; None lets the path decide (a manifest its column, a folder its sub-folders).
            TAGS makes a folder a music library.
        columns: names of ``COLUMNS`` → what a manifest calls them.
        own_spellings: the user's table of genres; it need not exist. Tables and music libraries need it.
        store: what keeps images that a manifest names by URL or holds itself; without it, it may not.
        list_name: what a table without pictures is; None lets its columns decide.
        encoding: of a manifest that is text, of names in archives that do not say theirs, or of a library's tags that
            say they are Latin-1; None finds out.
        vectors: those of a Parquet table of covers that are to be kept as a bundle without a model.

    Raises:
        SourceError: the path does not exist or does not go with the other arguments, or the table cannot be read.
    """
    try:
        return _open(path, genre_from, columns or {}, own_spellings, store, encoding, list_name, vectors)
    except ObjectError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


def _open(
    path: Path,
    genre_from: GenreFrom | None,
    columns: Mapping[str, str],
    own_spellings: Path | None,
    store: CoverStore | None,
    encoding: str | None,
    list_name: ListName | None,
    vectors: AskedVectors | None,
) -> Source:
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    if vectors is not None and (path.is_dir() or path.suffix.lower() != PARQUET_SUFFIX):
        raise SourceError(f"{path} is not a Parquet table; --vector needs one")
    if genre_from is GenreFrom.TAGS and is_object(path):
        raise SourceError(f"{path} is in object storage; a music library must be in folders")
    if encoding:
        encoding = known_encoding(encoding)
    if genre_from is GenreFrom.TAGS:
        return _library(path, own_spellings, encoding)
    label = genre_from is not GenreFrom.NONE
    by_table = genre_from in {GenreFrom.TABLE, GenreFrom.MANIFEST}
    if path.is_dir() and by_table:
        path = path / "manifest.csv"
        if not path.is_file():
            raise SourceError(f"{path} does not exist; --genre-from table needs it")
    if path.is_file() and path.suffix.lower() in TABLE_SUFFIXES:
        if genre_from is GenreFrom.FOLDER:
            raise SourceError(f"{path} is a table; its column `genre` gives the genres, not a folder")
        spellings = Spellings.read(own_spellings)
        listed = ListSource(path, list_name, label, columns, encoding, spellings)
        if listed.has_no_files():
            if vectors is not None:
                raise SourceError(f"{path} has no column `file`; --vector needs covers, which vectors belong to")
            return listed
        if list_name is not None:
            raise SourceError(f"{path} is not a table with artists and titles but no files; --list needs one")
        return ManifestSource(
            path,
            label=label,
            columns=columns,
            store=store,
            encoding=encoding,
            spellings=spellings,
            vectors=None if vectors is None else table_vectors(path, vectors),
        )
    if path.is_file() and (library := _other_library(path, own_spellings, list_name, label=label)):
        return library
    if list_name is not None:
        raise SourceError(f"{path} is not a table; --list needs one with artists and titles")
    is_archive = path.suffix.lower() in ARCHIVE_SUFFIXES
    if columns:
        raise SourceError(f"{path} is not a table, so it has no columns to name")
    if encoding and not (path.is_dir() or is_archive):
        raise SourceError(f"{path} is not a table or an archive, so it has no encoding")
    if by_table:
        raise SourceError(f"{path} is not a table (.csv, .tsv, .jsonl or .parquet, with a column `file`)")
    if path.is_dir():
        tables = metadata_tables(path) if genre_from is not GenreFrom.FOLDER else []
        if tables:
            return ImageFolderSource(path, tuple(tables), label=label, store=store, encoding=encoding)
        return FolderSource(path, label=label, encoding=encoding)
    if is_archive:
        return ArchiveSource(path, label=label, encoding=encoding)
    kind = kind_of_name(path.name)
    if kind in {SPREADSHEETS, ARCHIVES}:
        raise SourceError(f"{path} is not read ({kind}: {HINTS[kind]})")
    return FolderSource(path, label=False)


def may_be_there(place: str) -> bool:
    """Whether there may be a source at a place; a server or an object storage is not asked."""
    return is_server(place) or is_object(place) or present(place)


def _other_library(path: Path, own_spellings: Path | None, list_name: ListName | None, *, label: bool) -> Source | None:
    # As slow to import as the tag library, which it needs.
    from indexer.sources.libraries import LibrarySource, kind_of_library

    kind = kind_of_library(path)
    return LibrarySource(path, kind, Spellings.read(own_spellings), label, list_name) if kind else None


def _library(path: Path, own_spellings: Path | None, encoding: str | None) -> Source:
    # The tag library is slow to import, and only this source needs it.
    from indexer.images.audio import AUDIO_SUFFIXES
    from indexer.sources.music import MusicSource

    if path.is_file() and path.suffix.lower() not in AUDIO_SUFFIXES:
        raise SourceError(f"{path} is not a music file; --genre-from tags needs a music library")
    return MusicSource(path, Spellings.read(own_spellings), encoding=encoding)
