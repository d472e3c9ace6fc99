"""The genre in Vorbis comments: in the blocks of FLAC, and in the packets of Ogg."""

import struct
from collections.abc import Sequence

from mutagen.ogg import OggPage

from indexer.images.audio.writing.id3 import tag_at
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_COMMENTS, _PADDING = 4, 1
_LAST = 0x80
_MAX_BLOCK_BYTES = 2**24 - 1
_PAGE_BYTES = (4096, 8192, 16384, 32768, 65025)
_NO_COMMENTS = struct.pack("<I", 6) + b"Sleeve" + struct.pack("<I", 0)
_HEADS = {b"\x03vorbis": 2, b"OpusTags": 1}
"""How the packet of comments begins, and how many header packets there are from it on."""

_SEQUENCE_AND_CHECKSUM = slice(18, 26)


def genre_in_flac(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    """For a FLAC stream, also one behind an ID3v2 tag: its comments, and as much less padding."""
    blocks = _blocks(file)
    comments = next((block for block in blocks if block[1] == _COMMENTS), None)
    padding = next((block for block in blocks if block[1] == _PADDING), None)
    if comments is None:
        at, kind, size, is_last = blocks[0]
        made = with_genre(_NO_COMMENTS, genres)
        head = Splice(at, bytes_at(file, at, 1), bytes([kind]))
        block = bytes([_COMMENTS | (_LAST if is_last else 0)]) + len(made).to_bytes(3, "big") + made
        return [head, Splice(at + 4 + size, b"", block)]
    start, _, size, _ = comments
    old = bytes_at(file, start + 4, size)
    new = with_genre(old, genres)
    splices = [Splice(start + 1, bytes_at(file, start + 1, 3), _size(len(new))), Splice(start + 4, old, new)]
    grown = len(new) - len(old)
    if padding is not None and 0 <= padding[2] - grown <= _MAX_BLOCK_BYTES:
        at, _, size, _ = padding
        zeros = bytes_at(file, at + 4, size)
        splices.append(Splice(at + 1, _size(size), _size(size - grown)))
        splices.append(Splice(at + 4, zeros, zeros[grown:] if grown >= 0 else zeros + bytes(-grown)))
    return splices


def genre_in_ogg(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    """For Vorbis, Opus and FLAC in Ogg: the pages of the comments; if they become more, all others are renumbered."""
    pages, head = _comment_pages(file)
    packets = OggPage.to_packets(pages, strict=False)
    packets[0] = _ogg_comments(packets[0], head, genres)
    fresh = _paged(packets, pages)
    places = [(int(page.offset or 0), page.size) for page in pages]
    data = [page.write() for page in fresh]
    # Page by page; what is more, or less, is at the last one.
    data = [*data[: len(pages) - 1], b"".join(data[len(pages) - 1 :])]
    data += [b""] * (len(pages) - len(data))
    splices = [Splice(at, bytes_at(file, at, size), new) for (at, size), new in zip(places, data, strict=True)]
    end = sum(places[-1])
    return splices + _renumbered(file, end, pages[0].serial, len(fresh) - len(pages))


def with_genre(comments: bytes, genres: Sequence[str]) -> bytes:
    """Vorbis comments (without what is before them) with these genres; what is behind them stays."""
    (vendor_bytes,) = struct.unpack_from("<I", comments)
    (count,) = struct.unpack_from("<I", comments, 4 + vendor_bytes)
    kept: list[bytes] = []
    place: int | None = None
    at, name = 8 + vendor_bytes, b"GENRE"
    for _ in range(count):
        (size,) = struct.unpack_from("<I", comments, at)
        text = comments[at + 4 : at + 4 + size]
        if len(text) < size:
            raise ValueError("a comment is behind the end of its tags")
        at += 4 + size
        key = text.partition(b"=")[0]
        if key.lower() != b"genre":
            kept.append(text)
        elif place is None:
            place, name = len(kept), key
    place = len(kept) if place is None else place
    kept[place:place] = [name + b"=" + genre.encode() for genre in genres]
    listed = b"".join(struct.pack("<I", len(text)) + text for text in kept)
    return comments[: 4 + vendor_bytes] + struct.pack("<I", len(kept)) + listed + comments[at:]


def _size(size: int) -> bytes:
    if size > _MAX_BLOCK_BYTES:
        raise ValueError("its tags are too large for one more")
    return size.to_bytes(3, "big")


def _blocks(file: BoundedFile) -> list[tuple[int, int, int, bool]]:
    """The place, kind and size of each block, and whether it is the last."""
    at = len(tag_at(file, 0))
    if bytes_at(file, at, 4) != b"fLaC":
        raise ValueError("its FLAC stream is not where it should be")
    found, at, is_last = [], at + 4, False
    while not is_last:
        head = bytes_at(file, at, 4)
        is_last, size = bool(head[0] & _LAST), int.from_bytes(head[1:], "big")
        found.append((at, head[0] & 0x7F, size, is_last))
        at += 4 + size
    return found


def _comment_pages(file: BoundedFile) -> tuple[list[OggPage], bytes]:
    """The pages from the one where the comments begin to the one where its last packet, or they, end."""
    file.seek(0)
    first = OggPage(file)
    pages: list[OggPage] = []
    head = b""
    while True:
        page = OggPage(file)
        if page.serial != first.serial:
            continue
        pages.append(page)
        if len(pages) == 1:
            head = next((head for head in _HEADS if page.packets[0].startswith(head)), b"")
            if not head and page.packets[0][:1][0] & 0x7F != _COMMENTS:
                raise ValueError("its comments are not where they should be")
        if page.complete and sum(len(page.packets) - page.continued for page in pages) >= _HEADS.get(head, 1):
            return pages, head


def _ogg_comments(packet: bytes, head: bytes, genres: Sequence[str]) -> bytes:
    if head:
        return head + with_genre(packet[len(head) :], genres)
    made = with_genre(packet[4:], genres)
    return packet[:1] + _size(len(made)) + made


def _paged(packets: list[bytes], before: list[OggPage]) -> list[OggPage]:
    """Pages of these packets, as many as before if that is possible."""
    made: list[list[OggPage]] = [OggPage.from_packets(packets, before[0].sequence, size) for size in _PAGE_BYTES]
    pages = next((pages for pages in made if len(pages) == len(before)), made[0])
    for page in pages:
        page.serial, page.position = before[0].serial, page.position if page.position < 0 else 0
    pages[0].first, pages[0].continued = before[0].first, before[0].continued
    pages[-1].last, pages[-1].complete = before[-1].last, before[-1].complete
    return pages


def _renumbered(file: BoundedFile, at: int, serial: int, more: int) -> list[Splice]:
    splices: list[Splice] = []
    while more and at < file.size_bytes:
        file.seek(at)
        page = OggPage(file)
        if page.serial == serial:
            head = bytes_at(file, at, 27)
            page.sequence += more
            new = page.write()
            start, stop = _SEQUENCE_AND_CHECKSUM.start, _SEQUENCE_AND_CHECKSUM.stop
            splices.append(Splice(at + start, head[start:stop], new[start:stop]))
        at += page.size
    return splices
