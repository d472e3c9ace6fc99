"""A change in formats of chunks: WAV, AIFF and DSDIFF, and in DSF, which points to its tags."""

import struct

from indexer.images.audio import chunks
from indexer.images.audio.writing.changes import Items, TagChange
from indexer.images.audio.writing.id3 import changed_tag, tag_at, tag_splices
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_ID3_NAMES = (b"ID3 ", b"id3 ")
_NAME_BYTES = 4


def change_in_chunks(file: BoundedFile, head: struct.Struct, change: TagChange) -> list[Splice]:
    """The ID3 chunk, else the INFO list of a WAV if that can hold it, else a new ID3 chunk at the end of the file."""
    found = list(chunks.chunks_of(file, head))
    at, size = next(((at, size) for name, at, size in found if name in _ID3_NAMES), (0, 0))
    if at:
        whole = tag_at(file, at)
        new, rest = changed_tag(whole, change), size - len(whole)
        return [*tag_splices(at, whole, new), *_resized(file, head, at, size, len(new) + rest)]
    info = next((part for part in found if part[0] == b"LIST" and _is_info(file, part[1])), None)
    if head is chunks.RIFF and info is not None and change.in_info:
        _, at, size = info
        old = bytes_at(file, at, size)
        listed = old[:_NAME_BYTES] + _info(old[_NAME_BYTES:], change)
        return [Splice(at, old, listed), *_resized(file, head, at, size, len(listed))]
    name = b"id3 " if head is chunks.RIFF else b"ID3 "
    tag = changed_tag(b"", change)
    pad = b"\0" if file.size_bytes % 2 else b""
    fresh = pad + head.pack(name, len(tag)) + tag + bytes(len(tag) % 2)
    return [Splice(file.size_bytes, b"", fresh), _whole_size(file, head, len(fresh))]


def change_in_dsf(file: BoundedFile, change: TagChange) -> list[Splice]:
    """The ID3 tag at the end; a file without one gets it, and its head says where it is."""
    head = bytes_at(file, 12, 16)
    total, at = struct.unpack("<QQ", head)
    old = tag_at(file, at) if at else b""
    new = changed_tag(old, change)
    at = at or file.size_bytes
    return [Splice(12, head, struct.pack("<QQ", total + len(new) - len(old), at)), *tag_splices(at, old, new)]


def _is_info(file: BoundedFile, at: int) -> bool:
    return bytes_at(file, at, _NAME_BYTES) == b"INFO"


def _info(data: bytes, change: TagChange) -> bytes:
    found: Items = []
    at = 0
    while at + chunks.RIFF.size <= len(data):
        _, size = chunks.RIFF.unpack_from(data, at)
        end = at + chunks.RIFF.size + size + size % 2
        found.append(data[at:end])
        at = end
    return b"".join(change.info_chunks(found)) + data[at:]


def _resized(file: BoundedFile, head: struct.Struct, at: int, old_bytes: int, new_bytes: int) -> list[Splice]:
    """The sizes of a chunk and of the whole, and the byte that makes a chunk's size even."""
    if old_bytes == new_bytes:
        return []
    before = bytes_at(file, at - head.size, head.size)
    end = at + old_bytes
    pad = bytes_at(file, end, min(old_bytes % 2, file.size_bytes - end))
    fresh = bytes(new_bytes % 2)
    return [
        Splice(at - head.size, before, before[:_NAME_BYTES] + head.pack(b"", new_bytes)[_NAME_BYTES:]),
        Splice(end, pad, fresh),
        _whole_size(file, head, new_bytes + len(fresh) - old_bytes - len(pad)),
    ]


def _whole_size(file: BoundedFile, head: struct.Struct, grown: int) -> Splice:
    before = bytes_at(file, 0, head.size)
    name, size = head.unpack(before)
    return Splice(0, before, head.pack(name, size + grown))
