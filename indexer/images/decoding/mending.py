"""Pictures that were refused although their pixels are whole: the same bytes without what is broken next to them."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from indexer.images.decoding.structure import has_every_scan, jpeg_segments

_PNG_START, _WEBP_START = 8, 12
_PNG_KEPT = frozenset({b"tRNS", b"iCCP", b"eXIf"})
"""What a PNG says about its colours and its orientation. Other chunks in small letters are not needed here."""

_MAX_UNPACKED_BYTES = 2**20
"""Pillow refuses a PNG whose profile is larger."""

_JPEG_KEPT = {0xE0: (b"JFIF\0", 14), 0xE1: (b"Exif\0\0", 14), 0xE2: (b"ICC_PROFILE\0", 14), 0xEE: (b"Adobe", 12)}
"""Metadata that decoding needs: how its content begins, and how many bytes it has at least."""

_APPLICATION_DATA, _COMMENT = range(0xE0, 0xF0), 0xFE
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")

_WEBP_METADATA = {b"ICCP": 0b00100000, b"EXIF": 0b00001000, b"XMP ": 0b00000100}
"""The chunks of metadata, and the bit in the first byte of VP8X that announces each."""

_MOST_MISSING_BYTES = 64

_MAX_CHUNKS = 100_000

_FILLS = (b"\x00", b"\xa5", b"\x5a")


def without_metadata(data: bytes, format_name: str) -> bytes:
    """The picture without the metadata that may be why it was refused, and with its true length if it gives one."""
    essential = _ESSENTIALS.get(format_name)
    return data if essential is None else essential(data)


def with_other_ends(data: bytes, format_name: str) -> list[bytes]:
    """A picture that was cut off, continued in several ways; none if its format, or what it lacks, does not allow it.

    If all decode to the same pixels, none of these depends on what is missing: the pixels are whole.
    """
    if format_name == "JPEG" and has_every_scan(data):
        restarts = [7, *(marker[1][0] for marker in _RESTART.finditer(data))]
        continued = bytes((0xFF, 0xD0 | restarts[-1] + 1 & 7)) + _FILLS[1] * _MOST_MISSING_BYTES
        ends = [*(fill * _MOST_MISSING_BYTES for fill in _FILLS), continued]
        return [data.removesuffix(b"\xff") + end + b"\xff\xd9" for end in ends]
    if format_name == "GIF":
        return [data + fill * 255 + b"\0;" for fill in _FILLS]
    missing = 8 + int.from_bytes(data[4:8], "little") - len(data)
    if format_name == "WEBP" and 0 < missing <= _MOST_MISSING_BYTES:
        return [data + fill * missing for fill in _FILLS]
    return []


def _png(data: bytes) -> bytes:
    kept = [data[:_PNG_START]]
    for start, end in _chunks(data, _PNG_START, lambda at: 12 + int.from_bytes(data[at : at + 4])):
        name, content, checksum = data[start + 4 : start + 8], data[start + 8 : end - 4], data[end - 4 : end]
        if name[:1].isupper() or (name in _PNG_KEPT and _is_sound(name, content, checksum)):
            kept.append(data[start:end])
    return b"".join(kept)


def _chunks(data: bytes, start: int, length_at: Callable[[int], int]) -> Iterator[tuple[int, int]]:
    """Where the chunks from a place on start and end; the last may end behind the file."""
    for _ in range(_MAX_CHUNKS):
        if start + 8 > len(data):
            return
        end = start + length_at(start)
        yield start, end
        start = end


def _is_sound(name: bytes, content: bytes, checksum: bytes) -> bool:
    if zlib.crc32(name + content).to_bytes(4, "big") != checksum:
        return False
    if name != b"iCCP":
        return True
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(content.partition(b"\0")[2][1:], _MAX_UNPACKED_BYTES)
    except zlib.error:
        return False
    return unpacking.eof


def _jpeg(data: bytes) -> bytes:
    kept, done = [], 0
    for marker, start, end in jpeg_segments(data):
        name, least = _JPEG_KEPT.get(marker, (b"", 0))
        content = data[start + 4 : end]
        needed = bool(name) and content.startswith(name) and len(content) >= least
        if marker == _COMMENT or (marker in _APPLICATION_DATA and not needed):
            kept.append(data[done:start])
            done = end
    return b"".join([*kept, data[done:]])


def _even(size: bytes) -> int:
    return (int.from_bytes(size, "little") + 1) & ~1


def _webp(data: bytes) -> bytes:
    kept, flags = [], 0
    for start, end in _chunks(data, _WEBP_START, lambda at: 8 + _even(data[at + 4 : at + 8])):
        name = data[start : start + 4]
        if name in _WEBP_METADATA and end > len(data):
            flags |= _WEBP_METADATA[name]
        else:
            kept.append(data[start:end])
    if kept and kept[0].startswith(b"VP8X"):
        kept[0] = kept[0][:8] + bytes(byte & ~flags for byte in kept[0][8:9]) + kept[0][9:]
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_ESSENTIALS: dict[str, Callable[[bytes], bytes]] = {"PNG": _png, "JPEG": _jpeg, "WEBP": _webp}
