"""The genre in the header of WMA files (ASF specification, sections 3.1, 3.2, 3.11, 4.7 and 4.8)."""

import struct
from collections.abc import Callable, Sequence
from uuid import UUID

from indexer.images.audio import asf
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_PADDING = UUID("1806D474-CADF-4509-A4BA-9AABCB96AAE8").bytes_le
_PROPERTIES = UUID("8CABDCA1-A947-11CF-8EE4-00C00C205365").bytes_le
_NAME = "WM/Genre"
_REMOVED = {_NAME.lower(), "wm/genreid", "genre"}
_HEAD = struct.Struct("<16sQ")
_FILE_SIZE_AT = 16
_TEXT = 0


def genre_in_asf(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    """The attributes of the header; as much less padding, or a file that says its new size."""
    head = bytes_at(file, 0, asf.HEADER_BYTES)
    size, count = struct.unpack_from("<QI", head, 16)
    body = bytes_at(file, asf.HEADER_BYTES, size - asf.HEADER_BYTES)
    before = _objects(body)
    parts = [_without_genre(guid, data) for guid, data in before]
    made = [_attribute(genre) for genre in genres]
    place = next((number for number, (guid, _) in enumerate(parts) if guid == asf.MORE_CONTENT), None)
    if place is None:
        place = len(parts)
        parts.append((asf.MORE_CONTENT, struct.pack("<H", 0)))
        count += 1
    (kept,) = struct.unpack_from("<H", parts[place][1])
    data = struct.pack("<H", kept + len(made)) + parts[place][1][2:] + b"".join(made)
    parts[place] = (asf.MORE_CONTENT, data)
    parts = _fitted(parts, len(body))
    grown = sum(_HEAD.size + len(data) for _, data in parts) - len(body)
    parts = [(guid, _with_file_size(data, grown) if guid == _PROPERTIES else data) for guid, data in parts]
    return [Splice(16, head[16:28], struct.pack("<QI", size + grown, count)), *_replaced(before, parts)]


def _replaced(before: Sequence[tuple[bytes, bytes]], parts: Sequence[tuple[bytes, bytes]]) -> list[Splice]:
    """Each object for the one in its place; one that is new is behind them."""
    splices, at = [], asf.HEADER_BYTES
    for (guid, old), (_, new) in zip(before, parts, strict=False):
        splices.append(Splice(at, _HEAD.pack(guid, _HEAD.size + len(old)), _HEAD.pack(guid, _HEAD.size + len(new))))
        splices.append(Splice(at + _HEAD.size, old, new))
        at += _HEAD.size + len(old)
    fresh = b"".join(_HEAD.pack(guid, _HEAD.size + len(data)) + data for guid, data in parts[len(before) :])
    return [*splices, Splice(at, b"", fresh)]


def _objects(body: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(body):
        guid, size = _HEAD.unpack_from(body, at)
        if size < _HEAD.size or at + size > len(body):
            raise ValueError("an object of its header is behind its end")
        found.append((guid, body[at + _HEAD.size : at + size]))
        at += size
    return found


def _without_genre(guid: bytes, data: bytes) -> tuple[bytes, bytes]:
    if guid == asf.MORE_CONTENT:
        return guid, _filtered(data, _content_size)
    if guid in {asf.METADATA, asf.LIBRARY}:
        return guid, _filtered(data, _metadata_size)
    if guid == asf.EXTENSION:
        parts = [_without_genre(*part) for part in _objects(data[asf.EXTENSION_BYTES :])]
        inner = b"".join(_HEAD.pack(guid, _HEAD.size + len(data)) + data for guid, data in parts)
        return guid, data[: asf.EXTENSION_BYTES - 4] + struct.pack("<I", len(inner)) + inner
    return guid, data


def _filtered(data: bytes, size_of: Callable[[bytes, int], tuple[str, int]]) -> bytes:
    (count,) = struct.unpack_from("<H", data)
    at, kept = 2, []
    for _ in range(count):
        name, size = size_of(data, at)
        if at + size > len(data):
            raise ValueError("an attribute of its header is behind its end")
        if name.strip("\0").lower() not in _REMOVED:
            kept.append(data[at : at + size])
        at += size
    return struct.pack("<H", len(kept)) + b"".join(kept) + data[at:]


def _content_size(data: bytes, at: int) -> tuple[str, int]:
    (name_bytes,) = struct.unpack_from("<H", data, at)
    _, value_bytes = struct.unpack_from("<HH", data, at + 2 + name_bytes)
    return data[at + 2 : at + 2 + name_bytes].decode("utf-16-le", errors="replace"), 6 + name_bytes + value_bytes


def _metadata_size(data: bytes, at: int) -> tuple[str, int]:
    name_bytes, _, value_bytes = struct.unpack_from("<4xHHI", data, at)
    return data[at + 12 : at + 12 + name_bytes].decode("utf-16-le", errors="replace"), 12 + name_bytes + value_bytes


def _attribute(genre: str) -> bytes:
    name, value = (f"{text}\0".encode("utf-16-le") for text in (_NAME, genre))
    return struct.pack("<H", len(name)) + name + struct.pack("<HH", _TEXT, len(value)) + value


def _fitted(parts: list[tuple[bytes, bytes]], size: int) -> list[tuple[bytes, bytes]]:
    """The parts in the size that they had, if there is padding for that."""
    over = sum(_HEAD.size + len(data) for _, data in parts) - size
    place = next((number for number, (guid, data) in enumerate(parts) if guid == _PADDING and len(data) >= over), None)
    if place is None:
        return parts
    padding = bytes(len(parts[place][1]) - over)
    return [*parts[:place], (_PADDING, padding), *parts[place + 1 :]]


def _with_file_size(data: bytes, grown: int) -> bytes:
    (size,) = struct.unpack_from("<Q", data, _FILE_SIZE_AT)
    return data[:_FILE_SIZE_AT] + struct.pack("<Q", size + grown) + data[_FILE_SIZE_AT + 8 :]
