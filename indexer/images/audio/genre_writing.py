"""Writing the genre tag of a music file: on a copy next to it, which takes its place once it reads back right."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.files import replacing
from indexer.images.audio import chunks
from indexer.images.audio.opening import Container, open_tags, opened
from indexer.images.audio.tags import Tags, genres_of, read_tags
from indexer.images.audio.writing.ape import genre_in_ape, has_ape
from indexer.images.audio.writing.asf import genre_in_asf
from indexer.images.audio.writing.id3 import genre_at_front, tag_at
from indexer.images.audio.writing.iff import genre_in_chunks, genre_in_dsf
from indexer.images.audio.writing.mp4 import genre_in_mp4
from indexer.images.audio.writing.splices import Splice, apply, joined
from indexer.images.audio.writing.vorbis import genre_in_flac, genre_in_ogg
from indexer.images.bounded_file import BoundedFile
from sleeve.errors import FileRejectedError
from sleeve.platform import keep_owner
from sleeve.vocabulary import Rejection

_CHUNKS = {Container.WAV: chunks.RIFF, Container.AIFF: chunks.AIFF, Container.DSDIFF: chunks.DSDIFF}
_WRITERS = {
    Container.FLAC: genre_in_flac,
    Container.OGG: genre_in_ogg,
    Container.MP4: genre_in_mp4,
    Container.DSF: genre_in_dsf,
    Container.ASF: genre_in_asf,
}


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
    container = open_tags(path).container
    with opened(path) as file:
        return joined(_splices(file, container, genres))


def write_genres(path: Path, genres: Sequence[str]) -> None:
    """Set the genres of a file; no genres remove the tag. Every other byte of its tags and its sound stays.

    Raises:
        FileRejectedError: as ``splice_genres``.
    """
    splice_genres(path, genres, genre_splices(path, genres))


def splice_genres(path: Path, genres: Sequence[str], splices: Sequence[Splice]) -> None:
    """Change pieces of a file, if it has these genres and its other tags as before from then on.

    The file is the old one or the new one at any moment. A link stays a link; the file that it leads to is written.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, BAD_TAGS, or CHANGED if the pieces are not those of the file; the file
            is as it was.
    """
    before, target = _other_tags(path, path), path.resolve()
    try:
        with replacing(target) as fresh:
            fresh.touch()
            shutil.copystat(target, fresh)
            try:
                apply(splices, target, fresh)
            except ValueError as error:
                raise FileRejectedError(Rejection.CHANGED, "its tags are other ones now") from error
            os.utime(fresh)
            if list(genres_of(open_tags(fresh, named=path))) != list(genres):
                raise FileRejectedError(Rejection.BAD_TAGS, "the genre does not read back as it was written")
            if _other_tags(fresh, path) != before:
                raise FileRejectedError(Rejection.BAD_TAGS, "its other tags would not stay as they are")
            keep_owner(target, fresh)
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error


def _splices(file: BoundedFile, container: Container, genres: Sequence[str]) -> list[Splice]:
    if container in _CHUNKS:
        return genre_in_chunks(file, _CHUNKS[container], genres)
    if container in _WRITERS:
        return _WRITERS[container](file, genres)
    # A file may have tags of both kinds, and programs read the one or the other.
    has_id3, has_both = bool(tag_at(file, 0)), has_ape(file)
    splices = genre_in_ape(file, genres) if has_both or (container is Container.APE and not has_id3) else []
    return splices if splices and not has_id3 else [*splices, *genre_at_front(file, genres)]


def _other_tags(path: Path, named: Path) -> Tags:
    return replace(read_tags(path, named=named), genres=(), in_latin1=frozenset())
