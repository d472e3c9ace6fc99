"""Bytes from anywhere → bounded, upright RGB → the square that a backbone takes.

``read`` bounds the file, ``decode`` the picture, ``fit`` makes the square. Every file that will not do leaves as an
``ImageRejectedError`` with a named reason; nothing else is raised, nothing hangs, and no file name is ever consulted.
All three are safe to call from several threads at once.
"""

from indexer.decoding.decoder import decode
from indexer.decoding.fitting import ResizeRule, fit
from indexer.decoding.limits import DecodingLimits
from indexer.decoding.reading import read
from indexer.decoding.sniffing import sniff

__all__ = ["DecodingLimits", "ResizeRule", "decode", "fit", "read", "sniff"]
