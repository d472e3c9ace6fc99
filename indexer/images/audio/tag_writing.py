"""Changing the tags of a music file: on a copy next to it, which takes its place once it reads back right."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.files import replacing
from indexer.images.audio import chunks
from indexer.images.audio.opening import Container, open_tags, opened
from indexer.images.audio.writing.ape import change_in_ape, has_ape
from indexer.images.audio.writing.asf import change_in_asf
from indexer.images.audio.writing.changes import TagChange
from indexer.images.audio.writing.id3 import change_at_front, tag_at
from indexer.images.audio.writing.iff import change_in_chunks, change_in_dsf
from indexer.images.audio.writing.mp4 import change_in_mp4
from indexer.images.audio.writing.splices import Splice, apply, joined
from indexer.images.audio.writing.vorbis import change_in_flac, change_in_ogg
from indexer.images.bounded_file import BoundedFile
from sleeve.errors import FileRejectedError
from sleeve.platform import keep_owner
from sleeve.vocabulary import Rejection

_CHUNKS = {Container.WAV: chunks.RIFF, Container.AIFF: chunks.AIFF, Container.DSDIFF: chunks.DSDIFF}
_WRITERS: dict[Container, Callable[[BoundedFile, TagChange], list[Splice]]] = {
    Container.FLAC: change_in_flac,
    Container.OGG: change_in_ogg,
    Container.MP4: change_in_mp4,
    Container.DSF: change_in_dsf,
    Container.ASF: change_in_asf,
}


def change_splices(path: Path, change: TagChange) -> list[Splice]:
    """The pieces of a music file to replace so that its tags have a change.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    container = open_tags(path).container
    with opened(path) as file:
        return joined(_splices(file, container, change))


def splice_file(path: Path, splices: Sequence[Splice], check: Callable[[Path], None]) -> None:
    """Replace pieces of a file. It is the old one or the new one at any moment.

    A link stays a link; the file that it leads to is written.

    Args:
        check: raises ``FileRejectedError`` if the new file, whose path it gets, is not as it should be.

    Raises:
        FileRejectedError: CHANGED if the pieces are not those of the file, UNREADABLE, or what ``check`` raises; the
            file is as it was.
    """
    target = path.resolve()
    try:
        with replacing(target) as fresh:
            fresh.touch()
            shutil.copystat(target, fresh)
            try:
                apply(splices, target, fresh)
            except ValueError as error:
                raise FileRejectedError(Rejection.CHANGED, "it is another one now") from error
            os.utime(fresh)
            check(fresh)
            keep_owner(target, fresh)
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error


def _splices(file: BoundedFile, container: Container, change: TagChange) -> list[Splice]:
    if container in _CHUNKS:
        return change_in_chunks(file, _CHUNKS[container], change)
    if container in _WRITERS:
        return _WRITERS[container](file, change)
    # A file may have tags of both kinds, and programs read the one or the other.
    has_id3, has_both = bool(tag_at(file, 0)), has_ape(file)
    splices = change_in_ape(file, change) if has_both or (container is Container.APE and not has_id3) else []
    return splices if splices and not has_id3 else [*splices, *change_at_front(file, change)]
