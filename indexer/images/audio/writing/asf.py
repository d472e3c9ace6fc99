"""A change of the attributes in the header of WMA files (ASF specification, sections 3.1, 3.2, 3.11, 4.7 and 4.8)."""

import struct
from collections.abc import Callable, Sequence
from uuid import UUID

from indexer.images.audio import asf
from indexer.images.audio.writing.changes import Attribute, TagChange
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_PADDING = UUID("1806D474-CADF-4509-A4BA-9AABCB96AAE8").bytes_le
_PROPERTIES = UUID("8CABDCA1-A947-11CF-8EE4-00C00C205365").bytes_le
_EXTENSION_HEAD = UUID("ABD3D211-A9BA-11CF-8EE6-00C00C205365").bytes_le + struct.pack("<HI", 6, 0)
_MOST_SHORT_BYTES = 2**16 - 1
"""Of the value of an attribute outside of the metadata library."""

_HEAD = struct.Struct("<16sQ")
_FILE_SIZE_AT = 16

_Object = tuple[bytes, bytes]
"""What an object is, and what is in it."""


def change_in_asf(file: BoundedFile, change: TagChange) -> list[Splice]:
    """The attributes of the header; as much less padding, or a file that says its new size."""
    head = bytes_at(file, 0, asf.HEADER_BYTES)
    size, count = struct.unpack_from("<QI", head, 16)
    body = bytes_at(file, asf.HEADER_BYTES, size - asf.HEADER_BYTES)
    before = _objects(body)
    parts = [_without_removed(guid, data, change) for guid, data in before]
    added = change.added_attributes()
    parts = _with_short(parts, [one for one in added if len(one.value) <= _MOST_SHORT_BYTES])
    parts = _with_long(parts, [one for one in added if len(one.value) > _MOST_SHORT_BYTES])
    count += len(parts) - len(before)
    parts = _fitted(parts, len(body))
    grown = sum(_HEAD.size + len(data) for _, data in parts) - len(body)
    parts = [(guid, _with_file_size(data, grown) if guid == _PROPERTIES else data) for guid, data in parts]
    return [Splice(16, head[16:28], struct.pack("<QI", size + grown, count)), *_replaced(before, parts)]


def _with_short(parts: list[_Object], added: Sequence[Attribute]) -> list[_Object]:
    """The objects with attributes behind those of the extended content description, which is new if there is none."""
    if not added:
        return parts
    made = b"".join(map(_short_attribute, added))
    return _extended(parts, asf.MORE_CONTENT, lambda data: _more(data or struct.pack("<H", 0), len(added), made))


def _with_long(parts: list[_Object], added: Sequence[Attribute]) -> list[_Object]:
    """The objects with attributes behind those of the metadata library, in the header extension."""
    if not added:
        return parts
    made = b"".join(map(_long_attribute, added))

    def in_library(data: bytes | None) -> bytes:
        return _more(data or struct.pack("<H", 0), len(added), made)

    def in_extension(data: bytes | None) -> bytes:
        head = (_EXTENSION_HEAD + bytes(4) if data is None else data)[: asf.EXTENSION_BYTES - 4]
        inner = _joined(_extended(_objects((data or b"")[asf.EXTENSION_BYTES :]), asf.LIBRARY, in_library))
        return head + struct.pack("<I", len(inner)) + inner

    return _extended(parts, asf.EXTENSION, in_extension)


def _extended(parts: list[_Object], kind: bytes, extend: Callable[[bytes | None], bytes]) -> list[_Object]:
    """The objects with the first of a kind extended, or with a new one behind them."""
    place = next((number for number, (guid, _) in enumerate(parts) if guid == kind), None)
    if place is None:
        return [*parts, (kind, extend(None))]
    return [*parts[:place], (kind, extend(parts[place][1])), *parts[place + 1 :]]


def _more(data: bytes, count: int, made: bytes) -> bytes:
    (before,) = struct.unpack_from("<H", data)
    return struct.pack("<H", before + count) + data[2:] + made


def _replaced(before: Sequence[_Object], parts: Sequence[_Object]) -> list[Splice]:
    """Each object for the one in its place; one that is new is behind them."""
    splices, at = [], asf.HEADER_BYTES
    for (guid, old), (_, new) in zip(before, parts, strict=False):
        splices.append(Splice(at, _HEAD.pack(guid, _HEAD.size + len(old)), _HEAD.pack(guid, _HEAD.size + len(new))))
        splices.append(Splice(at + _HEAD.size, old, new))
        at += _HEAD.size + len(old)
    fresh = b"".join(_HEAD.pack(guid, _HEAD.size + len(data)) + data for guid, data in parts[len(before) :])
    return [*splices, Splice(at, b"", fresh)]


def _objects(body: bytes) -> list[_Object]:
    found, at = [], 0
    while at < len(body):
        guid, size = _HEAD.unpack_from(body, at)
        if size < _HEAD.size or at + size > len(body):
            raise ValueError("an object of its header is behind its end")
        found.append((guid, body[at + _HEAD.size : at + size]))
        at += size
    return found


def _without_removed(guid: bytes, data: bytes, change: TagChange) -> _Object:
    if guid == asf.MORE_CONTENT:
        return guid, _filtered(data, _short_at, change)
    if guid in {asf.METADATA, asf.LIBRARY}:
        return guid, _filtered(data, _long_at, change)
    if guid == asf.EXTENSION:
        inner = _joined([_without_removed(*part, change) for part in _objects(data[asf.EXTENSION_BYTES :])])
        return guid, data[: asf.EXTENSION_BYTES - 4] + struct.pack("<I", len(inner)) + inner
    return guid, data


def _joined(parts: Sequence[_Object]) -> bytes:
    return b"".join(_HEAD.pack(guid, _HEAD.size + len(data)) + data for guid, data in parts)


def _filtered(data: bytes, read: Callable[[bytes, int], tuple[Attribute, int]], change: TagChange) -> bytes:
    (count,) = struct.unpack_from("<H", data)
    at, kept = 2, []
    for _ in range(count):
        attribute, end = read(data, at)
        if end > len(data):
            raise ValueError("an attribute of its header is behind its end")
        if not change.removes(attribute):
            kept.append(data[at:end])
        at = end
    return struct.pack("<H", len(kept)) + b"".join(kept) + data[at:]


def _short_at(data: bytes, at: int) -> tuple[Attribute, int]:
    """An attribute of the extended content description, and where it ends."""
    (name_bytes,) = struct.unpack_from("<H", data, at)
    begins = at + 2 + name_bytes
    kind, value_bytes = struct.unpack_from("<HH", data, begins)
    end = begins + 4 + value_bytes
    return Attribute(_name(data[at + 2 : begins]), kind, data[begins + 4 : end]), end


def _long_at(data: bytes, at: int) -> tuple[Attribute, int]:
    """An attribute of the metadata objects, and where it ends."""
    name_bytes, kind, value_bytes = struct.unpack_from("<4xHHI", data, at)
    begins = at + 12 + name_bytes
    end = begins + value_bytes
    return Attribute(_name(data[at + 12 : begins]), kind, data[begins:end]), end


def _name(data: bytes) -> str:
    return data.decode("utf-16-le", errors="replace").strip("\0")


def _short_attribute(attribute: Attribute) -> bytes:
    name = f"{attribute.name}\0".encode("utf-16-le")
    return (
        struct.pack("<H", len(name)) + name + struct.pack("<HH", attribute.kind, len(attribute.value)) + attribute.value
    )


def _long_attribute(attribute: Attribute) -> bytes:
    name = f"{attribute.name}\0".encode("utf-16-le")
    return struct.pack("<HHHHI", 0, 0, len(name), attribute.kind, len(attribute.value)) + name + attribute.value


def _fitted(parts: list[_Object], size: int) -> list[_Object]:
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
