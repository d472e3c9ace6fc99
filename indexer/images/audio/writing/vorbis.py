"""A change of Vorbis comments and pictures: in the blocks of FLAC, and in the packets of Ogg."""

import struct
from dataclasses import dataclass

from mutagen.ogg import OggPage

from indexer.images.audio.writing.changes import Items, TagChange
from indexer.images.audio.writing.id3 import tag_at
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_PADDING, _COMMENTS, _PICTURE = 1, 4, 6
_BLOCK_HEAD_BYTES = 4
_OGG_FLAC_COUNT = slice(7, 9)
"""Where the first packet of FLAC in Ogg says how many headers follow; 0 if that is not known."""

_LAST = 0x80
_MAX_BLOCK_BYTES = 2**24 - 1
_PAGE_BYTES = (4096, 8192, 16384, 32768, 65025)
_NO_COMMENTS = struct.pack("<I", 6) + b"Sleeve" + struct.pack("<I", 0)
_HEADS = {b"\x03vorbis": 2, b"OpusTags": 1}
"""How the packet of comments begins, and how many header packets there are from it on."""

_SEQUENCE_AND_CHECKSUM = slice(18, 26)


def change_in_flac(file: BoundedFile, change: TagChange) -> list[Splice]:
    """For a FLAC stream, also one behind an ID3v2 tag: its blocks, and as much less padding."""
    blocks = _blocks(file)
    before = {block.at: bytes_at(file, block.at + _BLOCK_HEAD_BYTES, block.size) for block in blocks if block.is_read}
    after, added = _changed_blocks(blocks, before, change)
    splices, grown = [], 0
    for block in blocks:
        if block.at in after:
            old, new = before[block.at], after[block.at]
            splices.append(Splice(block.at + 1, _size(len(old)), _size(len(new))))
            splices.append(Splice(block.at + _BLOCK_HEAD_BYTES, old, new))
            grown += len(new) - len(old)
    if added is not None:
        last = next(block for block in reversed(blocks) if block.kind != _PADDING)
        kind, data = added
        head = bytes([kind | (_LAST if last.is_last else 0)]) + _size(len(data))
        splices.append(Splice(last.at, bytes_at(file, last.at, 1), bytes([last.kind])))
        splices.append(Splice(last.at + _BLOCK_HEAD_BYTES + last.size, b"", head + data))
        grown += len(head + data)
    padding = next((block for block in blocks if block.kind == _PADDING), None)
    if padding is not None and 0 <= padding.size - grown <= _MAX_BLOCK_BYTES:
        zeros = bytes_at(file, padding.at + _BLOCK_HEAD_BYTES, padding.size)
        splices.append(Splice(padding.at + 1, _size(padding.size), _size(padding.size - grown)))
        fresh = zeros[grown:] if grown >= 0 else zeros + bytes(-grown)
        splices.append(Splice(padding.at + _BLOCK_HEAD_BYTES, zeros, fresh))
    return splices


@dataclass(frozen=True, slots=True)
class _Block:
    """A metadata block of FLAC: where its head is, and how large it is without the head."""

    at: int
    kind: int
    size: int
    is_last: bool

    @property
    def is_read(self) -> bool:
        return self.kind in {_COMMENTS, _PICTURE}


def _changed_blocks(
    blocks: list[_Block], before: dict[int, bytes], change: TagChange
) -> tuple[dict[int, bytes], tuple[int, bytes] | None]:
    """The blocks that change, by their places: a picture, else the comments; and the kind and data of a new one."""
    for block in blocks:
        if block.kind == _PICTURE and (fresh := change.picture_block(before[block.at])) != before[block.at]:
            return {block.at: fresh}, None
    new_picture = change.added_block()
    comments = next((block for block in blocks if block.kind == _COMMENTS), None)
    old = before[comments.at] if comments else _NO_COMMENTS
    fresh = _with_comments(old, change, add=new_picture is None)
    if fresh == old:
        return {}, None if new_picture is None else (_PICTURE, new_picture)
    return ({comments.at: fresh}, None) if comments else ({}, (_COMMENTS, fresh))


def change_in_ogg(file: BoundedFile, change: TagChange) -> list[Splice]:
    """For Vorbis, Opus and FLAC in Ogg: the pages of the headers; if they become more, all others are renumbered."""
    pages, head = _header_pages(file)
    packets = _changed_packets(OggPage.to_packets(pages, strict=False), head, change)
    fresh = _paged(packets, pages)
    places = [(int(page.offset or 0), page.size) for page in pages]
    data = [page.write() for page in fresh]
    # Page by page; what is more, or less, is at the last one.
    data = [*data[: len(pages) - 1], b"".join(data[len(pages) - 1 :])]
    data += [b""] * (len(pages) - len(data))
    splices = [Splice(at, bytes_at(file, at, size), new) for (at, size), new in zip(places, data, strict=True)]
    end = sum(places[-1])
    return splices + _renumbered(file, end, pages[0].serial, len(fresh) - len(pages))


def comment_key(comment: bytes) -> bytes:
    """The name of a comment, in lower case."""
    return comment.partition(b"=")[0].lower()


def _changed_packets(packets: list[bytes], head: bytes, change: TagChange) -> list[bytes]:
    if head:
        return [head + _with_comments(packets[0][len(head) :], change, add=True), *packets[1:]]
    for place, packet in enumerate(packets):
        block = packet[_BLOCK_HEAD_BYTES:]
        if packet[:1] and packet[0] & ~_LAST == _PICTURE and (fresh := change.picture_block(block)) != block:
            return [*packets[:place], packet[:1] + _size(len(fresh)) + fresh, *packets[place + 1 :]]
    fresh = _with_comments(packets[0][_BLOCK_HEAD_BYTES:], change, add=True)
    return [packets[0][:1] + _size(len(fresh)) + fresh, *packets[1:]]


def _with_comments(data: bytes, change: TagChange, *, add: bool) -> bytes:
    """Vorbis comments (without what is before them) with a change; what is behind them stays."""
    (vendor_bytes,) = struct.unpack_from("<I", data)
    (count,) = struct.unpack_from("<I", data, 4 + vendor_bytes)
    found: Items = []
    at = 8 + vendor_bytes
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        text = data[at + 4 : at + 4 + size]
        if len(text) < size:
            raise ValueError("a comment is behind the end of its tags")
        found.append(text)
        at += 4 + size
    new = change.comments(found, add=add)
    listed = b"".join(struct.pack("<I", len(text)) + text for text in new)
    return data[: 4 + vendor_bytes] + struct.pack("<I", len(new)) + listed + data[at:]


def _size(size: int) -> bytes:
    if size > _MAX_BLOCK_BYTES:
        raise ValueError("its tags are too large for one more")
    return size.to_bytes(3, "big")


def _blocks(file: BoundedFile) -> list[_Block]:
    at = len(tag_at(file, 0))
    if bytes_at(file, at, 4) != b"fLaC":
        raise ValueError("its FLAC stream is not where it should be")
    found, at, is_last = [], at + 4, False
    while not is_last:
        head = bytes_at(file, at, _BLOCK_HEAD_BYTES)
        is_last, size = bool(head[0] & _LAST), int.from_bytes(head[1:], "big")
        found.append(_Block(at, head[0] & ~_LAST, size, is_last))
        at += _BLOCK_HEAD_BYTES + size
    return found


def _header_pages(file: BoundedFile) -> tuple[list[OggPage], bytes]:
    """The pages from the one where the comments begin to the one where the last header, or they, end."""
    file.seek(0)
    first = OggPage(file)
    pages: list[OggPage] = []
    head, wanted = b"", 1
    while True:
        page = OggPage(file)
        if page.serial != first.serial:
            continue
        pages.append(page)
        if len(pages) == 1:
            head = next((head for head in _HEADS if page.packets[0].startswith(head)), b"")
            if not head and page.packets[0][:1][0] & ~_LAST != _COMMENTS:
                raise ValueError("its comments are not where they should be")
            wanted = _HEADS.get(head) or max(1, int.from_bytes(first.packets[0][_OGG_FLAC_COUNT], "big"))
        if page.complete and sum(len(page.packets) - page.continued for page in pages) >= wanted:
            return pages, head


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
