"""Bounds on what a small file can make Pillow do, checked before Pillow sees it.

Pillow bounds pixels, not effort. JPEG segments and TIFF tags are therefore counted first, and ``BoundedSource`` bounds
the reads of every format.
"""

import io
import re
from collections.abc import Iterator

from PIL import ImageFile

from indexer.images.decoding.boxes import BOXED, boxes_reach_past_end, check_boxes
from indexer.images.decoding.tiff_tags import check_tiff_tags, tiff_reaches_past_end
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

_MAX_READS = 1_000_000
"""About two seconds of parsing; a 64 MiB PNG in chunks of 8 KiB takes 25,000."""

_MAX_SCANS = 32
"""A progressive JPEG has 6 (grey), 10 (colour) or 18 (CMYK)."""

_MAX_EXIF_SEGMENTS = 64

_MAX_SEGMENTS = 10_000

_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd7])")
_EOI, _SOS, _APP1 = 0xD9, 0xDA, 0xE1

JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that start a frame and give its size."""


class BoundedSource(io.BytesIO):
    """The file as Pillow reads it: at most a million reads, and it remembers having come up short."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads_left = _MAX_READS
        self.ended_early = False

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads_left -= 1
        if self._reads_left < 0:
            raise FileRejectedError(Rejection.DAMAGED, "in too many pieces")
        piece = super().read(size)
        # Pixels are asked for by the block and may come up short; everything else is asked for by its exact size.
        if size is not None and len(piece) < size and (size < ImageFile.MAXBLOCK or not piece):
            self.ended_early = True
        return piece


def check_structure(data: bytes, format_name: str, max_pixels: int) -> None:
    """Raise FileRejectedError for a JPEG, TIFF, AVIF or HEIF that would cost out of all proportion to its size."""
    if format_name == "JPEG":
        _check_jpeg(data)
    elif format_name == "TIFF":
        check_tiff_tags(data)
    elif format_name in BOXED:
        check_boxes(data, format_name, max_pixels)


def reaches_past_end(data: bytes, format_name: str) -> bool:
    """Whether the file speaks of bytes it does not have; for the formats whose decoders do not say so themselves."""
    if format_name == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if format_name in BOXED:
        return boxes_reach_past_end(data)
    return format_name == "TIFF" and tiff_reaches_past_end(data)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The segments of a JPEG before its end marker: marker, where it starts, and where its content ends."""
    position = 2
    while (marker := _MARKER.search(data, position)) and marker[1][0] != _EOI:
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
        yield marker[1][0], marker.start(), position


def has_every_scan(data: bytes) -> bool:
    """Whether the scans of a JPEG that are there give every coefficient of every component all its bits."""
    components, exact = 1, set()
    for marker, start, _ in jpeg_segments(data):
        if marker in JPEG_FRAMES:
            components = int.from_bytes(data[start + 9 : start + 10])
        elif marker == _SOS:
            count = int.from_bytes(data[start + 4 : start + 5])
            names, limits = (
                data[start + 5 : start + 5 + 2 * count : 2],
                data[start + 5 + 2 * count : start + 8 + 2 * count],
            )
            if len(limits) == 3 and limits[2] & 15 == 0:
                exact |= {(name, place) for name in names for place in range(limits[0], min(limits[1], 63) + 1)}
    return len(exact) >= 64 * components


def _check_jpeg(data: bytes) -> None:
    scans = exif_segments = 0
    for segments, (marker, start, _) in enumerate(jpeg_segments(data), 1):
        scans += marker == _SOS
        exif_segments += marker == _APP1 and data.startswith(b"Exif\0\0", start + 4)
        if segments > _MAX_SEGMENTS or scans > _MAX_SCANS or exif_segments > _MAX_EXIF_SEGMENTS:
            raise FileRejectedError(Rejection.DAMAGED, "JPEG: too many scans or segments")
