"""A look at the boxes of an AVIF or HEIF file before its library follows them (ISO/IEC 14496-12 and 23008-12).

The library gets the file as a still picture: what describes a sequence is hidden from it, so that nothing is decoded
but the pictures whose sizes are checked here.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from indexer.images.decoding.av1 import most_pixels
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

BOXED = frozenset({"AVIF", "HEIF"})
"""Pillow's names of the formats made of boxes."""

_BRAND = slice(8, 12)

_MAX_BOXES = 10_000

_MAX_PIECES = 100_000

_GIVEN_ONCE = frozenset({b"meta", b"iprp", b"ipco", b"iinf", b"iloc", b"idat"})

_AV1 = b"av01"

_UNTRUSTED = frozenset({b"unci", b"mski"})
"""Uncompressed pictures and masks: no camera writes them, and most holes found in libheif are in what reads them."""

_IN_FILE, _IN_ITEM_DATA = 0, 1
"""From where ``iloc`` counts an offset; the third way is for derived pictures, which have no stream."""


class _Box(NamedTuple):
    """A box, and where its content starts and ends."""

    kind: bytes
    start: int
    end: int


def check_boxes(data: bytes, format_name: str, max_pixels: int) -> None:
    """Raise FileRejectedError if a picture in the file, or a tile of one, has more pixels than are allowed."""
    try:
        meta = _children(data, _Box(b"", 0, len(data))).get(b"meta")
        if meta is None:
            raise FileRejectedError(Rejection.UNSUPPORTED_FORMAT, f"{format_name} without a still picture")
        parts = _children(data, meta, skipped=4)
        kinds = _item_kinds(data, parts)
        if untrusted := _UNTRUSTED & set(kinds.values()):
            raise FileRejectedError(Rejection.UNSUPPORTED_FORMAT, f"{format_name} of kind {min(untrusted).decode()}")
        streams = _streams(data, parts, {item for item, kind in kinds.items() if kind == _AV1})
        pixels = max([0, *_stated_pixels(data, parts), *map(most_pixels, streams)])
    except (struct.error, IndexError) as error:
        raise FileRejectedError(Rejection.TRUNCATED, f"{format_name}: a box ends too early") from error
    if pixels > max_pixels:
        raise FileRejectedError(Rejection.TOO_MANY_PIXELS, f"{pixels:,} px")


def as_still(data: bytes, format_name: str) -> bytes:
    """The file as one that has no sequences: libavif goes by the first brand, libheif by the box of the sequences."""
    if format_name == "AVIF":
        return data[: _BRAND.start] + b"avif" + data[_BRAND.stop :]
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"moov":
            kind_at = data.rindex(b"moov", 0, box.start)
            data = data[:kind_at] + b"free" + data[kind_at + 4 :]
    return data


def boxes_reach_past_end(data: bytes) -> bool:
    """Whether a box ends behind the file."""
    return any(box.end > len(data) for box in _boxes(data, 0, len(data)))


def _stated_pixels(data: bytes, parts: Mapping[bytes, _Box]) -> Iterator[int]:
    """The pixels of each picture, as the file's properties state them."""
    for properties in _inside(data, parts.get(b"iprp")):
        for box in _inside(data, properties if properties.kind == b"ipco" else None):
            if box.kind == b"ispe":
                width, height = struct.unpack_from(">II", data, box.start + 4)
                yield width * height


def _item_kinds(data: bytes, parts: Mapping[bytes, _Box]) -> dict[int, bytes]:
    """What kind each item is of."""
    if b"iinf" not in parts:
        return {}
    place = parts[b"iinf"]
    header = 6 if data[place.start] == 0 else 8
    kinds = {}
    for box in _boxes(data, place.start + header, place.end):
        version = data[box.start]
        if version >= 2:
            item, _, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, box.start + 4)
            kinds[item] = kind
    return kinds


def _streams(data: bytes, parts: Mapping[bytes, _Box], wanted: set[int]) -> Iterator[bytes]:
    """The bytes of these items; no more in all than the file has, in which only items that overlap would have more."""
    if not wanted or b"iloc" not in parts:
        return
    left = len(data)
    for item, pieces in _item_places(data, parts):
        stream = bytearray()
        for start, length in pieces if item in wanted else ():
            stream += data[start : start + min(length, left - len(stream))]
        left -= len(stream)
        yield bytes(stream)


def _item_places(data: bytes, parts: Mapping[bytes, _Box]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each item with the offsets and lengths of its pieces in the file."""
    place = parts[b"iloc"]
    reader = _Numbers(data, place.start)
    left = _MAX_PIECES
    version = reader.take(4) >> 24
    sizes = reader.take(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(reader.take(2 if version < 2 else 4)):
        item = reader.take(2 if version < 2 else 4)
        way = reader.take(2) & 15 if version else _IN_FILE
        reader.take(2)
        base = reader.take(base_size)
        if way == _IN_ITEM_DATA and b"idat" in parts:
            base += parts[b"idat"].start
        pieces = []
        for _ in range(reader.take(2)):
            left -= 1
            if left < 0:
                raise FileRejectedError(Rejection.DAMAGED, "items in too many pieces")
            reader.take(index_size if version else 0)
            start = base + reader.take(offset_size)
            pieces.append((start, reader.take(length_size) or len(data)))
        yield item, pieces


class _Numbers:
    """Big-endian numbers of given sizes, one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, size: int) -> int:
        if self._at + size > len(self._data):
            raise IndexError
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")


def _inside(data: bytes, box: _Box | None) -> Iterator[_Box]:
    return iter(()) if box is None else _boxes(data, box.start, box.end)


def _children(data: bytes, parent: _Box, skipped: int = 0) -> dict[bytes, _Box]:
    """The boxes in another by their kinds; those that matter here must not be given twice."""
    found: dict[bytes, _Box] = {}
    for box in _boxes(data, parent.start + skipped, parent.end):
        if box.kind in found and box.kind in _GIVEN_ONCE:
            raise FileRejectedError(Rejection.DAMAGED, f"two boxes {box.kind.decode()}")
        found[box.kind] = box
    return found


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    """The boxes from one place to another; the last may end behind the file."""
    for count in range(_MAX_BOXES + 1):
        if start + 8 > min(end, len(data)):
            return
        if count == _MAX_BOXES:
            raise FileRejectedError(Rejection.DAMAGED, "too many boxes")
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        finish = end if size == 0 else start + size
        if finish < content:
            raise FileRejectedError(Rejection.DAMAGED, "a box smaller than its head")
        yield _Box(kind, content, finish)
        start = finish
