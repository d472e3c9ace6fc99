"""The size that an AV1 stream gives its frames (AV1 bitstream specification, sections 5.3 to 5.5)."""

from collections.abc import Iterator

from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

_SEQUENCE_HEADER = 1
_MAX_HEADER_BYTES = 1024
_LEVELS_WITHOUT_TIER = 7

_MAX_UNITS = 10_000
"""A picture has a handful of them."""


class _Bits:
    """The bits of some bytes, from the first on; past the end they are zero."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big") << 64
        self._left = 8 * len(data) + 64

    def take(self, count: int) -> int:
        self._left = max(0, self._left - count)
        return (self._value >> self._left) & ((1 << count) - 1)

    def skip_uvlc(self) -> None:
        zeros = 0
        while zeros < 32 and not self.take(1):
            zeros += 1
        self.take(zeros)


def most_pixels(stream: bytes) -> int:
    """The pixels of the largest frame that the sequence headers of a stream allow; 0 if it has none."""
    return max((_pixels(header) for header in _sequence_headers(stream)), default=0)


def _sequence_headers(stream: bytes) -> Iterator[bytes]:
    at = units = 0
    while at < len(stream):
        units += 1
        if units > _MAX_UNITS:
            raise FileRejectedError(Rejection.DAMAGED, "AV1: too many units")
        head = stream[at]
        at += 2 if head & 4 else 1
        size = len(stream) - at
        if head & 2:
            size, at = _leb128(stream, at)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            yield stream[at : at + min(size, _MAX_HEADER_BYTES)]
        at += size


def _leb128(stream: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for place in range(8):
        byte = stream[at + place] if at + place < len(stream) else 0
        value |= (byte & 127) << 7 * place
        if byte < 128:
            break
    return value, at + place + 1


def _pixels(header: bytes) -> int:
    bits = _Bits(header)
    bits.take(4)  # profile, still picture
    if bits.take(1):  # reduced header
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return (bits.take(width_bits) + 1) * (bits.take(height_bits) + 1)


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.take(1):  # timing
        bits.take(64)
        if bits.take(1):
            bits.skip_uvlc()
        if bits.take(1):  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(42)
    has_display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > _LEVELS_WITHOUT_TIER:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)
