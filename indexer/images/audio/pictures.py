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
from indexer.images.decoding.sniffing import is_picture
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side

_KINDS = {Side.FRONT: (3, 0, 5, 6, 18, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 1, 2), Side.BACK: (4,)}
"""Kinds of pictures that can show a side, the likeliest first (ID3v2.4, section 4.14; FLAC's picture block, Vorbis
comments and ASF number them alike): a front without a kind 3 may be of kind 0, a page of the booklet or the label."""

_FRONT = 3
_A_LINK = "-->"


def pictures(music: Music) -> dict[Side, list[bytes]]:
    """The pictures that show each side, the likeliest first; a side without any is left out.

    MP4 knows no kinds: its first picture is the front, and the others are next. What is no picture comes last.
    """
    by_kind: dict[int, list[bytes]] = {}
    for kind, data in _all(music):
        if data:
            by_kind.setdefault(kind, []).append(data)
    found = {side: [data for kind in kinds for data in by_kind.get(kind, ())] for side, kinds in _KINDS.items()}
    return {side: sorted(shown, key=lambda data: not is_picture(data)) for side, shown in found.items() if shown}


def read_picture(track: Path, name: str, max_bytes: int) -> bytes:
    """The bytes of a track's ``front`` or ``back``.

    Raises:
        FileRejectedError: MISSING (also if the track has no such picture), UNREADABLE, BAD_TAGS or TOO_MANY_BYTES.
    """
    if name not in set(Side):
        raise FileRejectedError(Rejection.MISSING)
    shown = pictures(open_tags(track)).get(Side(name))
    if shown is None:
        raise FileRejectedError(Rejection.MISSING, "not in the track's tags")
    data = shown[0]
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
        # A frame may have a URL in place of the picture; nothing is fetched for it.
        pictured = (frame for frame in tags.getall("APIC") if frame.mime != _A_LINK)
        yield from ((int(frame.type), bytes(frame.data)) for frame in pictured)
    else:
        yield from _in_comments(tags.get("metadata_block_picture", []))
        yield from ((_FRONT, data) for data in map(_decoded, tags.get("coverart", [])) if data)


def _in_comments(blocks: list[str]) -> Iterator[tuple[int, bytes]]:
    """Pictures in Vorbis comments: base64 of FLAC's block; what is not one is left out."""
    for block in blocks:
        try:
            picture = Picture(_decoded(block))
        except FLACError:
            continue
        yield picture.type, picture.data


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
