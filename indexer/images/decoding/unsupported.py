"""What kind of picture a file is, if it is sound and of a kind that the libraries do not decode."""

from indexer.images.decoding.structure import JPEG_FRAMES, jpeg_segments
from indexer.images.decoding.tiff_tags import tiff_numbers

_BITS_PER_SAMPLE, _COMPRESSION, _SAMPLES, _SAMPLE_FORMAT = 258, 259, 277, 339
_REALS = 3
_KNOWN_BITS = {1, 2, 4, 6, 8, 12, 14, 16, 24, 32, 64}

_KNOWN_COMPRESSIONS = {34663: "JBIG", 34712: "JPEG 2000", 34892: "lossy JPEG", 50002: "JPEG XL", 34676: "LogLuv"}

_BMP_EMBEDDED = {4: "JPEG", 5: "PNG"}


def unsupported_kind(data: bytes, format_name: str) -> str | None:
    """The kind in a few words; None if nothing in the headers is unusual, so that the file is damaged."""
    if format_name == "JPEG":
        return _jpeg_kind(data)
    if format_name == "TIFF":
        return _tiff_kind(data)
    if format_name == "BMP":
        inside = _BMP_EMBEDDED.get(int.from_bytes(data[30:34], "little"))
        return inside and f"BMP with a {inside} inside"
    return None


def _jpeg_kind(data: bytes) -> str | None:
    for marker, start, _ in jpeg_segments(data):
        if marker in JPEG_FRAMES:
            bits = int.from_bytes(data[start + 4 : start + 5])
            if bits in _KNOWN_BITS and bits != 8:
                return f"JPEG of {bits} bits"
            return "JPEG without loss, or in layers" if marker & 3 == 3 or marker & 15 in range(5, 8) else None
    return None


def _tiff_kind(data: bytes) -> str | None:
    tags = tiff_numbers(data, (_BITS_PER_SAMPLE, _COMPRESSION, _SAMPLES, _SAMPLE_FORMAT))
    compression = tags.get(_COMPRESSION, (1,))[:1]
    if compression and compression[0] in _KNOWN_COMPRESSIONS:
        return f"TIFF compressed as {_KNOWN_COMPRESSIONS[compression[0]]}"
    bits, samples = tags.get(_BITS_PER_SAMPLE, (1,)), tags.get(_SAMPLES, (1,))
    if not bits or not samples or not set(bits) <= _KNOWN_BITS:
        return None
    if _REALS in tags.get(_SAMPLE_FORMAT, ()):
        return f"TIFF of floating-point numbers, {samples[0]} x {bits[0]} bits"
    return f"TIFF of {samples[0]} x {bits[0]} bits" if max(bits) > 16 or len(set(bits)) > 1 else None
