"""The pictures in a music file. The front's path is ``TRACK/front``, the back's ``TRACK/back``."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutagen.flac import Picture
from mutagen.flac import error as FLACError  # noqa: N812 - mutagen's name says nothing
from mutagen.mp4 import MP4Tags

from indexer.images.audio.opening import Music, open_tags
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side

_OTHER, _FRONT, _BACK = 0, 3, 4
"""Kinds of pictures (ID3v2.4, section 4.14; FLAC's picture block, Vorbis comments and ASF number them alike)."""


def pictures(music: Music) -> dict[Side, bytes]:
    """The pictures that are covers: of kind 3 the front, of kind 4 the back, the first of each.

    Without a kind 3 the first of kind 0 is the front; MP4 knows no kinds, and its first picture is.
    """
    found: dict[int, bytes] = {}
    for kind, data in _all(music):
        if data:
            found.setdefault(kind, data)
    sides = {Side.FRONT: found.get(_FRONT) or found.get(_OTHER), Side.BACK: found.get(_BACK)}
    return {side: data for side, data in sides.items() if data}


def read_picture(track: Path, name: str, max_bytes: int) -> bytes:
    """The bytes of a track's ``front`` or ``back``.

    Raises:
        FileRejectedError: MISSING (also if the track has no such picture), UNREADABLE, BAD_TAGS or TOO_MANY_BYTES.
    """
    if name not in set(Side):
        raise FileRejectedError(Rejection.MISSING)
    data = pictures(open_tags(track)).get(Side(name))
    if data is None:
        raise FileRejectedError(Rejection.MISSING, "not in the track's tags")
    if len(data) > max_bytes:
        raise FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {max_bytes:,} bytes")
    return data


def _all(music: Music) -> Iterator[tuple[int, bytes]]:
    yield from music.pictures
    yield from _in_tags(music.tags)
    yield from music.more.pictures


def _in_tags(tags: Any) -> Iterator[tuple[int, bytes]]:
    if tags is None:
        return
    if isinstance(tags, MP4Tags):
        yield from ((_FRONT, bytes(picture)) for picture in tags.get("covr", []))
    elif hasattr(tags, "getall"):
        yield from ((int(frame.type), bytes(frame.data)) for frame in tags.getall("APIC"))
    else:
        yield from _in_comments(tags.get("metadata_block_picture", []))


def _in_comments(blocks: list[str]) -> Iterator[tuple[int, bytes]]:
    """Pictures in Vorbis comments: base64 of FLAC's block; what is not one is left out."""
    for block in blocks:
        try:
            picture = Picture(b64decode(block, validate=True))
        except (Base64Error, ValueError, FLACError):
            continue
        yield picture.type, picture.data
