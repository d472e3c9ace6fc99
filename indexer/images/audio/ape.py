"""APEv2 tags at the end of a file: those of Monkey's Audio, WavPack, Musepack, and of some MP3, AAC and TTA files."""

import struct
from collections.abc import Iterator

from indexer.images.audio.keyed_tags import MAX_TEXT_BYTES, KeyedTags, texts_by_name
from indexer.images.bounded_file import BoundedFile

_FOOTER = struct.Struct("<8sIIII8x")
_ITEM = struct.Struct("<II")
_ID3V1_BYTES = 128
_MAX_ITEMS = 1000
_MAX_KEY_BYTES = 255
_TEXT, _BINARY = 0, 1
_PICTURES = {
    f"cover art ({kind})": number
    for number, kind in enumerate(
        (
            *("other", "png icon", "icon", "front", "back", "leaflet", "media", "lead artist", "artist", "conductor"),
            *("band", "composer", "lyricist", "recording location", "during recording", "during performance"),
            *("video capture", "fish", "illustration", "band logotype", "publisher logotype"),
        )
    )
}
"""Kinds of pictures as ID3 numbers them."""


def ape_tags(file: BoundedFile) -> KeyedTags | None:
    """The APEv2 tag of a file; None if there is none.

    Raises:
        ValueError, struct.error: the tag is damaged.
    """
    for after_bytes in (0, _ID3V1_BYTES):
        at = file.size_bytes - after_bytes - _FOOTER.size
        if at < 0:
            break
        file.seek(at)
        mark, _, size, count, _ = _FOOTER.unpack(file.read(_FOOTER.size))
        if mark == b"APETAGEX":
            start = at + _FOOTER.size - size
            if start < 0 or start > at:
                raise ValueError("its APEv2 tag is larger than the file")
            file.seek(start)
            return _tags(file.read(at - start), min(count, _MAX_ITEMS))
    return None


def _tags(data: bytes, count: int) -> KeyedTags:
    texts, pictures = [], []
    for key, kind, value in _items(data, count):
        name = key.lower()
        if kind == _TEXT and len(value) <= MAX_TEXT_BYTES:
            texts += [(name, text) for text in value.decode(errors="replace").split("\0")]
        elif kind == _BINARY and name in _PICTURES:
            pictures.append((_PICTURES[name], value.partition(b"\0")[2]))
    return KeyedTags(texts_by_name(texts), tuple(pictures))


def _items(data: bytes, count: int) -> Iterator[tuple[str, int, bytes]]:
    at = 0
    for _ in range(count):
        if at >= len(data):
            return
        size, flags = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        end = data.find(b"\0", at, at + _MAX_KEY_BYTES + 1)
        if end < 0:
            raise ValueError("an item of its APEv2 tag has no name")
        yield data[at:end].decode("latin-1"), (flags >> 1) & 3, data[end + 1 : end + 1 + size]
        at = end + 1 + size
