"""The tags of WMA files (Advanced Systems Format specification, revision 01.20.05, sections 3 and 4)."""

import struct
from collections.abc import Iterator
from uuid import UUID

from indexer.images.audio.keyed_tags import MAX_TEXT_BYTES, KeyedTags, texts_by_name
from indexer.images.bounded_file import BoundedFile

HEADER = UUID("75B22630-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_CONTENT = UUID("75B22633-668E-11CF-A6D9-00AA0062CE6C").bytes_le
MORE_CONTENT = UUID("D2D0A440-E307-11D2-97F0-00A0C95EA850").bytes_le
EXTENSION = UUID("5FBF03B5-A92E-11CF-8EE3-00C00C205365").bytes_le
METADATA = UUID("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA").bytes_le
LIBRARY = UUID("44231C94-9498-49D1-A141-1D134E457054").bytes_le

HEADER_BYTES = 30
EXTENSION_BYTES = 22
_OBJECT = struct.Struct("<16sQ")
_PICTURE = struct.Struct("<BI")
_MAX_OBJECTS = 1000
_MAX_ATTRIBUTES = 10_000
_TEXT, _BYTES = 0, 1
_NUMBERS = {2, 3, 4, 5}

Attribute = tuple[str, int, bytes]
"""The name, type and value of an attribute."""


def asf_tags(file: BoundedFile) -> KeyedTags:
    """The tags in a WMA's header.

    Raises:
        ValueError, struct.error: the header is damaged.
    """
    file.seek(0)
    head = file.read(HEADER_BYTES)
    (size,) = struct.unpack_from("<Q", head, len(HEADER))
    header = memoryview(file.read(max(0, min(size, file.size_bytes) - HEADER_BYTES)))
    texts: list[tuple[str, str]] = []
    pictures: dict[int, bytes] = {}
    for number, (name, kind, value) in enumerate(_attributes(header)):
        if number == _MAX_ATTRIBUTES:
            raise ValueError("its tags have too many parts")
        if kind == _BYTES and name == "WM/Picture":
            side, size = _PICTURE.unpack_from(value)
            if size and side not in pictures:
                pictures[side] = _picture(value, size)
        elif kind == _TEXT and len(value) <= MAX_TEXT_BYTES:
            texts.append((name, _text(value)))
        elif kind in _NUMBERS:
            texts.append((name, str(int.from_bytes(value[:8], "little"))))
    return KeyedTags(texts_by_name(texts), tuple(pictures.items()))


def _attributes(header: memoryview) -> Iterator[Attribute]:
    """All attributes; of several values of one name the first is in the content description, the others further on."""
    outer = list(_objects(header))
    inner = [part for guid, body in outer if guid == EXTENSION for part in _objects(body[EXTENSION_BYTES:])]
    for kind, read in _READERS.items():
        for guid, body in (*outer, *inner):
            if guid == kind:
                yield from read(body)


def _objects(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    for _ in range(_MAX_OBJECTS):
        if at + _OBJECT.size > len(data):
            return
        guid, size = _OBJECT.unpack_from(data, at)
        if size < _OBJECT.size:
            raise ValueError("an object of its header is smaller than its head")
        yield guid, data[at + _OBJECT.size : at + size]
        at += size


def _author(body: memoryview) -> Iterator[Attribute]:
    title_bytes, author_bytes = struct.unpack_from("<HH", body)
    at = 10 + title_bytes
    yield "Author", _TEXT, bytes(body[at : at + author_bytes])


def _content_attributes(body: memoryview) -> Iterator[Attribute]:
    (count,) = struct.unpack_from("<H", body)
    at = 2
    for _ in range(count):
        (name_bytes,) = struct.unpack_from("<H", body, at)
        name = bytes(body[at + 2 : at + 2 + name_bytes])
        at += 2 + name_bytes
        kind, value_bytes = struct.unpack_from("<HH", body, at)
        yield _text(name), kind, bytes(body[at + 4 : at + 4 + value_bytes])
        at += 4 + value_bytes


def _metadata_attributes(body: memoryview) -> Iterator[Attribute]:
    (count,) = struct.unpack_from("<H", body)
    at = 2
    for _ in range(count):
        name_bytes, kind, value_bytes = struct.unpack_from("<4xHHI", body, at)
        at += 12
        name = bytes(body[at : at + name_bytes])
        at += name_bytes
        yield _text(name), kind, bytes(body[at : at + value_bytes])
        at += value_bytes


_READERS = {
    _CONTENT: _author,
    MORE_CONTENT: _content_attributes,
    METADATA: _metadata_attributes,
    LIBRARY: _metadata_attributes,
}


def _picture(value: bytes, size: int) -> bytes:
    """The picture behind its type and description, which end in NUL."""
    at = _PICTURE.size
    for _ in ("type", "description"):
        at = next((end for end in range(at, at + MAX_TEXT_BYTES, 2) if value[end : end + 2] == b"\0\0"), at) + 2
    return value[at : at + size]


def _text(data: bytes) -> str:
    return data.decode("utf-16-le", errors="replace").strip("\0")
