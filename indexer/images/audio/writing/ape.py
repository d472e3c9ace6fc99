"""A change of APEv2 tags at the end of a file, before ID3v1 if there is any."""

import struct

from indexer.images.audio.writing.changes import Items, TagChange
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_MARK = b"APETAGEX"
_FOOTER = struct.Struct("<8sIIII8s")
_ITEM = struct.Struct("<II")
_VERSION = 2000
_HAS_HEADER, _IS_HEADER = 1 << 31, 1 << 29
_ID3V1_BYTES = 128


def has_ape(file: BoundedFile) -> bool:
    """Whether a file has such a tag."""
    return bytes_at(file, _footer_at(file), 8) == _MARK if _footer_at(file) >= 0 else False


def change_in_ape(file: BoundedFile, change: TagChange) -> list[Splice]:
    """Its items with a change; a file without such a tag gets one."""
    at = _footer_at(file)
    if not has_ape(file):
        items = change.ape_items([])
        data, count = b"".join(items), len(items)
        whole = _end(len(data), count, _HAS_HEADER | _IS_HEADER) + data + _end(len(data), count, _HAS_HEADER)
        return [Splice(at + _FOOTER.size, b"", whole)]
    _, version, size, count, flags, rest = _FOOTER.unpack(bytes_at(file, at, _FOOTER.size))
    start = at + _FOOTER.size - size
    old = bytes_at(file, start, size - _FOOTER.size)
    before, behind = _items(old, count)
    items = change.ape_items(before)
    new = b"".join(items) + behind
    ends = [(at, flags)]
    if flags & _HAS_HEADER:
        ends.append((start - _FOOTER.size, flags | _IS_HEADER))
    heads = [
        Splice(
            place,
            bytes_at(file, place, _FOOTER.size),
            _FOOTER.pack(_MARK, version, size + len(new) - len(old), len(items), kind, rest),
        )
        for place, kind in ends
    ]
    return [Splice(start, old, new), *heads]


def ape_item(key: bytes, value: bytes, *, kind: int = 0) -> bytes:
    """An item; its kind is 0 for a text, 2 for bytes."""
    return _ITEM.pack(len(value), kind) + key + b"\0" + value


def ape_key(item: bytes) -> bytes:
    """The name of an item as it is written."""
    return item[_ITEM.size : item.index(b"\0", _ITEM.size)]


def ape_value(item: bytes) -> bytes:
    """What an item holds."""
    return item[item.index(b"\0", _ITEM.size) + 1 :]


def _items(data: bytes, count: int) -> tuple[Items, bytes]:
    """The items, and what is behind them."""
    found, at = [], 0
    for _ in range(count):
        size, _flags = _ITEM.unpack_from(data, at)
        stop = data.index(b"\0", at + _ITEM.size) + 1 + size
        if stop > len(data):
            raise ValueError("an item of its APEv2 tag is behind its end")
        found.append(data[at:stop])
        at = stop
    return found, data[at:]


def _end(data_bytes: int, count: int, flags: int) -> bytes:
    return _FOOTER.pack(_MARK, _VERSION, data_bytes + _FOOTER.size, count, flags, bytes(8))


def _footer_at(file: BoundedFile) -> int:
    """Where the footer is, or would be if there were one."""
    end = file.size_bytes
    if end >= _ID3V1_BYTES and bytes_at(file, end - _ID3V1_BYTES, 3) == b"TAG":
        end -= _ID3V1_BYTES
    return end - _FOOTER.size
