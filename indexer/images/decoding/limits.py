"""What an image may cost before it is turned away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodingLimits:
    """Bounds on one image, all checked before its pixels are decoded.

    Args:
        max_bytes: largest file.
        max_pixels: largest width x height as the header states them; decoding takes up to 16 bytes for each.
            Pillow itself stops at about 179 million, whatever this says.
        min_side_px: smallest side; smaller ones are spacers and tracking pixels, which show nothing.
        kept_pixels: a decoded picture with four times as many or more is made smaller by whole steps; None keeps all.
    """

    max_bytes: int = 64 * 2**20
    max_pixels: int = 100_000_000
    min_side_px: int = 8
    kept_pixels: int | None = None


DEFAULT_LIMITS = DecodingLimits()
"""For the files of a catalogue."""

QUERY_LIMITS = DecodingLimits(max_pixels=40_000_000, kept_pixels=1600 * 1600)
"""For images that strangers send: more than any phone's picture has. An answer holds the picture while it looks for
what it shows, so it keeps no more than is looked at."""

MAX_PIXELS_IN_WORK = 48_000_000
"""Pixels that all threads of a process decode at once; they take up to 16 bytes each."""

LARGE_PIXELS = 8_000_000
"""From this many pixels on, the memory of a decoded picture is given back to the system."""

PROBE_PX = 224
"""Decoding that only proves a file sound may reduce to this size."""
