"""Bytes from anywhere → bounded, upright RGB → the square that a backbone takes.

``read`` bounds the file, ``decode`` the picture, ``fit`` makes the square. Every file that will not do leaves as an
``FileRejectedError`` with a named reason; nothing else is raised, nothing hangs, and no file name is ever consulted.
All three are safe to call from several threads at once.
"""

from indexer.images.decoding.decoder import decode, is_plain_jpeg, size_px
from indexer.images.decoding.fitting import Interpolation, ResizeRule, fit
from indexer.images.decoding.limits import DEFAULT_LIMITS, PROBE_PX, QUERY_LIMITS, DecodingLimits
from indexer.images.decoding.reading import (
    Listings,
    archive_around,
    file_holding,
    out_of_sight,
    present,
    present_as,
    read,
    version_of,
    written_since,
)
from indexer.images.decoding.sniffing import is_picture, sniff

__all__ = [
    "DEFAULT_LIMITS",
    "PROBE_PX",
    "QUERY_LIMITS",
    "DecodingLimits",
    "Interpolation",
    "Listings",
    "ResizeRule",
    "archive_around",
    "decode",
    "file_holding",
    "fit",
    "is_picture",
    "is_plain_jpeg",
    "out_of_sight",
    "present",
    "present_as",
    "read",
    "size_px",
    "sniff",
    "version_of",
    "written_since",
]
