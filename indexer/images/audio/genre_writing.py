"""Writing the genre tag of a music file: on a copy next to it, which takes its place once it reads back right."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mutagen import FileType
from mutagen.id3 import ID3, TCON
from mutagen.mp4 import MP4

from indexer.files import replacing
from indexer.images.audio.opening import FAULTS, load, open_tags
from indexer.images.audio.tags import ID3_GENRE, MP4_GENRE, VORBIS_GENRE, Tags, genres_of, read_tags
from sleeve.errors import FileRejectedError, one_line
from sleeve.platform import keep_owner
from sleeve.vocabulary import Rejection

_OLD_ID3 = (2, 3)


def read_genres(path: Path) -> tuple[str, ...]:
    """The genre tag's texts as written.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    return genres_of(open_tags(path))


def check_writable(path: Path) -> None:
    """Whether genres can be written to a file of this format.

    Raises:
        FileRejectedError: BAD_TAGS if its tags are only read; else as ``read_genres``.
    """
    _kind(path)


def write_genres(path: Path, genres: Sequence[str]) -> None:
    """Set the genres of a file; no genres remove the tag. All other tags stay.

    The file is the old one or the new one at any moment. A link stays a link; the file that it leads to is written.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS, also for a format whose tags are only read; the file is as
            it was.
    """
    kind, before = _kind(path), _other_tags(path)
    target = path.resolve()
    try:
        with replacing(target) as fresh:
            shutil.copy2(target, fresh)
            try:
                _set(load(kind, str(fresh)), list(genres))
            except FAULTS as error:
                raise FileRejectedError(Rejection.BAD_TAGS, one_line(error)) from error
            if list(read_genres(fresh)) != list(genres):
                raise FileRejectedError(Rejection.BAD_TAGS, "the genre does not read back as it was written")
            if _other_tags(fresh) != before:
                raise FileRejectedError(Rejection.BAD_TAGS, "its other tags would not stay as they are")
            keep_owner(target, fresh)
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error


def _kind(path: Path) -> type[FileType]:
    kind = open_tags(path).kind
    if kind is None:
        raise FileRejectedError(Rejection.BAD_TAGS, f"genres are not written to {path.suffix} files, only read")
    return kind


def _other_tags(path: Path) -> Tags:
    """What must stay; of dates the first, since mutagen joins the day to the year."""
    tags = read_tags(path)
    return replace(tags, genres=(), dates=tags.dates[:1], original_dates=tags.original_dates[:1])


def _set(music: FileType, genres: list[str]) -> None:
    if music.tags is None:
        music.add_tags()
    tags: Any = music.tags
    if isinstance(tags, ID3):
        tags.setall(ID3_GENRE, [TCON(encoding=3, text=genres)] if genres else [])
        if tags.version[:2] == _OLD_ID3:
            tags.update_to_v23()
            music.save(v2_version=3)
            return
    else:
        key = MP4_GENRE if isinstance(music, MP4) else VORBIS_GENRE
        if genres:
            tags[key] = genres
        elif key in tags:
            del tags[key]
    music.save()
