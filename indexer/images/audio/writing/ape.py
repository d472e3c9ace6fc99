"""The genre in APEv2 tags at the end of a file, before ID3v1 if there is any."""

import struct
from collections.abc import Sequence

from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_MARK = b"APETAGEX"
_FOOTER = struct.Struct("<8sIIII8s")
_ITEM = struct.Struct("<II")
_VERSION = 2000
_HAS_HEADER, _IS_HEADER = 1 << 31, 1 << 29
_ID3V1_BYTES = 128


def has_ape(file: BoundedFile) -> bool:
    """Whether a file has such a tag."""
    return bytes_at(file, _footer_at(file), 8) == _MARK if _footer_at(file) >= 0 else False


def genre_in_ape(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    """Its items with the genre's replaced; a file without such a tag gets one."""
    at = _footer_at(file)
    if not has_ape(file):
        data = _item(b"Genre", genres)
        count = 1 if genres else 0
        whole = _end(len(data), count, _HAS_HEADER | _IS_HEADER) + data + _end(len(data), count, _HAS_HEADER)
        return [Splice(at + _FOOTER.size, b"", whole)]
    _, version, size, count, flags, rest = _FOOTER.unpack(bytes_at(file, at, _FOOTER.size))
    start = at + _FOOTER.size - size
    old = bytes_at(file, start, size - _FOOTER.size)
    new, more = _with_genre(old, count, genres)
    ends = [(at, flags)]
    if flags & _HAS_HEADER:
        ends.append((start - _FOOTER.size, flags | _IS_HEADER))
    heads = [
        Splice(
            place,
            bytes_at(file, place, _FOOTER.size),
            _FOOTER.pack(_MARK, version, size + len(new) - len(old), count + more, kind, rest),
        )
        for place, kind in ends
    ]
    return [Splice(start, old, new), *heads]


def _with_genre(data: bytes, count: int, genres: Sequence[str]) -> tuple[bytes, int]:
    """The items, and by how many they are more."""
    kept: list[bytes] = []
    place, key, at, removed = None, b"Genre", 0, 0
    for _ in range(count):
        size, _flags = _ITEM.unpack_from(data, at)
        end = data.index(b"\0", at + _ITEM.size)
        name, stop = data[at + _ITEM.size : end], end + 1 + size
        if stop > len(data):
            raise ValueError("an item of its APEv2 tag is behind its end")
        if name.lower() == b"genre":
            place, key, removed = len(kept) if place is None else place, name, removed + 1
        else:
            kept.append(data[at:stop])
        at = stop
    if genres:
        kept.insert(len(kept) if place is None else place, _item(key, genres))
    return b"".join(kept) + data[at:], bool(genres) - removed


def _item(key: bytes, genres: Sequence[str]) -> bytes:
    text = "\0".join(genres).encode()
    return _ITEM.pack(len(text), 0) + key + b"\0" + text if genres else b""


def _end(data_bytes: int, count: int, flags: int) -> bytes:
    return _FOOTER.pack(_MARK, _VERSION, data_bytes + _FOOTER.size, count, flags, bytes(8))


def _footer_at(file: BoundedFile) -> int:
    """Where the footer is, or would be if there were one."""
    end = file.size_bytes
    if end >= _ID3V1_BYTES and bytes_at(file, end - _ID3V1_BYTES, 3) == b"TAG":
        end -= _ID3V1_BYTES
    return end - _FOOTER.size
