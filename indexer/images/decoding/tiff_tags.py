"""A look at the tags of a TIFF before Pillow and libtiff follow them."""

import struct
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

_MAX_VALUES = 2**18
"""In one tag: more than the transfer function of 16 bits has (3 x 65,536), or any cover strips."""

_MAX_TAGS, _MAX_DIRECTORIES = 2**16, 16

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
"""Bytes of one value of each type (TIFF 6.0, section 2; 13 and 16 by the supplements)."""

_OPAQUE_TYPES = (1, 2, 7)
"""BYTE, ASCII and UNDEFINED: kept as they are, however long; each value of another type becomes an object."""

_OFFSET_CODES = {3: "H", 4: "I", 16: "Q"}

_DIRECTORIES = (34665, 34853, 40965)
"""Tags that lead to the EXIF, GPS and interoperability directories."""

_PIXELS = ((273, 279), (324, 325))
"""Where the strips and the tiles begin, and their lengths in bytes."""


class _Tag(NamedTuple):
    number: int
    kind: int
    values: int
    start: int

    @property
    def end(self) -> int:
        return self.start + self.values * _SIZES.get(self.kind, 1)


def check_tiff_tags(data: bytes) -> None:
    """Raise FileRejectedError (DAMAGED) if there are more tags, or more numbers in one, than any picture needs."""
    for tag in _tags(data):
        # Pillow skips a tag that says it has more values than the file has bytes.
        if tag.kind not in _OPAQUE_TYPES and _MAX_VALUES < tag.values <= len(data):
            raise FileRejectedError(Rejection.DAMAGED, f"TIFF: {tag.values} values in tag {tag.number}")


def tiff_reaches_past_end(data: bytes) -> bool:
    """Whether a tag, a strip or a tile is beyond the last byte."""
    tags = {tag.number: tag for tag in _tags(data)}
    if any(tag.end > len(data) for tag in tags.values()):
        return True
    for starts, lengths in _PIXELS:
        if starts in tags and lengths in tags:
            spans = zip(_numbers(data, tags[starts]), _numbers(data, tags[lengths]), strict=False)
            if any(start + length > len(data) for start, length in spans):
                return True
    return False


def tiff_numbers(data: bytes, wanted: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The whole numbers in these tags, as far as the file has them."""
    tags = [tag for tag in _tags(data) if tag.number in wanted and tag.values <= _MAX_VALUES and tag.end <= len(data)]
    return {tag.number: _numbers(data, tag) for tag in tags}


def _tags(data: bytes) -> Iterator[_Tag]:
    """The tags of the first directory and those it leads to, as far as the bytes go.

    Raises:
        FileRejectedError: DAMAGED, if there is no end of them.
    """
    order = _order(data)
    codes = ("Q", "Q", "HHQ") if b"+" in data[2:4] else ("I", "H", "HHI")
    word, count, entry = (struct.Struct(order + code) for code in codes)
    try:
        directories = [*word.unpack_from(data, word.size)]
        for directory in directories:
            (tags,) = count.unpack_from(data, directory)
            for index in range(tags):
                if index == _MAX_TAGS or len(directories) > _MAX_DIRECTORIES:
                    raise FileRejectedError(Rejection.DAMAGED, "TIFF: too many tags")
                at = directory + count.size + index * (entry.size + word.size)
                number, kind, values = entry.unpack_from(data, at)
                (value,) = word.unpack_from(data, at + entry.size)
                inside = values * _SIZES.get(kind, 1) <= word.size
                yield _Tag(number, kind, values, at + entry.size if inside else value)
                if number in _DIRECTORIES and value not in directories:
                    directories.append(value)
    except (struct.error, OverflowError):
        return  # cut short or pointing nowhere: Pillow finds out, and what it cannot read costs nothing


def _numbers(data: bytes, tag: _Tag) -> tuple[int, ...]:
    code = _OFFSET_CODES.get(tag.kind)
    return struct.unpack_from(f"{_order(data)}{tag.values}{code}", data, tag.start) if code else ()


def _order(data: bytes) -> str:
    return "<" if data.startswith(b"II") else ">"
