"""Reading and writing the genre tag of a music file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.images.audio.opening import open_tags
from indexer.images.audio.tag_writing import change_splices, splice_file
from indexer.images.audio.tags import Tags, genres_of, read_tags
from indexer.images.audio.writing.genre_change import Genres
from indexer.images.audio.writing.splices import Splice
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection


def read_genres(path: Path) -> tuple[str, ...]:
    """The genre tag's texts as written.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    return genres_of(open_tags(path))


def genre_splices(path: Path, genres: Sequence[str]) -> list[Splice]:
    """The pieces of a file to change so that it has these genres; no genres remove the tag.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    return change_splices(path, Genres(genres))


def write_genres(path: Path, genres: Sequence[str]) -> None:
    """Set the genres of a file; no genres remove the tag. Every other byte of its tags and its sound stays.

    Raises:
        FileRejectedError: as ``genre_splices``.
    """
    splice_genres(path, genres, genre_splices(path, genres))


def splice_genres(path: Path, genres: Sequence[str], splices: Sequence[Splice]) -> None:
    """Change pieces of a file, if it has these genres and its other tags as before from then on.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, BAD_TAGS, or CHANGED if the pieces are not those of the file; the file
            is as it was.
    """
    before = _other_tags(path, path)

    def check(fresh: Path) -> None:
        if list(genres_of(open_tags(fresh, named=path))) != list(genres):
            raise FileRejectedError(Rejection.BAD_TAGS, "the genre does not read back as it was written")
        if _other_tags(fresh, path) != before:
            raise FileRejectedError(Rejection.BAD_TAGS, "its other tags would not stay as they are")

    splice_file(path, splices, check)


def _other_tags(path: Path, named: Path) -> Tags:
    return replace(read_tags(path, named=named), genres=(), in_latin1=frozenset())
