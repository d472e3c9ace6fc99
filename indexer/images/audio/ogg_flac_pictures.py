"""The picture blocks of a FLAC stream in Ogg, which mutagen does not read."""

from collections.abc import Iterator
from contextlib import suppress

from mutagen.flac import Picture
from mutagen.ogg import OggPage

from indexer.images.bounded_file import BoundedFile

_MARK = b"\x7fFLAC"
_PICTURE_BLOCK = 6
_BLOCK_HEAD_BYTES = 4
_MAX_PACKETS = 100
"""Blocks that are read if the stream does not say how many it has."""


def ogg_flac_pictures(file: BoundedFile) -> Iterator[tuple[int, bytes]]:
    """The kinds and the bytes of the pictures in the header of an Ogg FLAC file."""
    file.seek(0)
    page = OggPage(file)
    while not page.packets[0].startswith(_MARK):
        page = OggPage(file)
    pages, serial = [page], page.serial
    wanted = int.from_bytes(page.packets[0][7:9], "big") or _MAX_PACKETS
    whole = 0
    with suppress(EOFError):
        while whole < wanted:
            page = OggPage(file)
            if page.serial == serial:
                pages.append(page)
                whole += len(page.packets) - (not page.complete)
    for packet in OggPage.to_packets(pages)[1:]:
        if packet and packet[0] & 0x7F == _PICTURE_BLOCK:
            picture = Picture(packet[_BLOCK_HEAD_BYTES:])
            yield picture.type, picture.data
