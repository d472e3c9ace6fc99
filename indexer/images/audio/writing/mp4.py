"""A change of the tags of MP4 files, the items of ``moov.udta.meta.ilst``; chunk offsets follow what moves."""

import struct
from collections.abc import Iterator

from indexer.images.audio.writing.changes import Items, TagChange
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

HEAD_BYTES = 8
_META_BYTES = 4
_TEXT = 1
_HANDLER = bytes(8) + b"mdirappl" + bytes(9)

Atom = tuple[bytes, int, int]
"""A name, where its content begins, and where it ends."""


def change_in_mp4(file: BoundedFile, change: TagChange) -> list[Splice]:
    """The items, in the space that is free behind the list if there is enough."""
    outer = {name: (name, start, end) for name, start, end in _atoms(file, 0, file.size_bytes)}
    if b"moov" not in outer:
        raise ValueError("it has no index of its tags")
    path = [outer[b"moov"]]
    for name, skipped in ((b"udta", 0), (b"meta", 0), (b"ilst", _META_BYTES)):
        inside = (one for one in _atoms(file, path[-1][1] + skipped, path[-1][2]) if one[0] == name)
        if (found := next(inside, None)) is None:
            break
        path.append(found)
    if path[-1][0] != b"ilst":
        return _with_list(file, path, change)
    _, start, end = path[-1]
    old = bytes_at(file, start, end - start)
    new = b"".join(change.atoms(_items(file, start, end)))
    grown, free = len(new) - len(old), _free_behind(file, path)
    if free is not None and (left := free[2] - free[1] - grown) >= 0:
        fresh = atom(b"free", bytes(left))
        whole = bytes_at(file, start, free[2] - start)
        return [_sized(file, path[-1], grown), Splice(start, whole, new + fresh)]
    return [*(_sized(file, one, grown) for one in path), Splice(start, old, new), *_moved(file, path[0], end, grown)]


def atom(name: bytes, data: bytes) -> bytes:
    """An atom of a name."""
    return struct.pack(">I4s", HEAD_BYTES + len(data), name) + data


def atom_name(whole: bytes) -> bytes:
    """What an atom is called."""
    return whole[4:HEAD_BYTES]


def text_atom(text: str) -> bytes:
    """The value of an item that is a text."""
    return atom(b"data", struct.pack(">II", _TEXT, 0) + text.encode())


def _items(file: BoundedFile, start: int, end: int) -> Items:
    return [
        bytes_at(file, begins - HEAD_BYTES, ends - begins + HEAD_BYTES) for _, begins, ends in _atoms(file, start, end)
    ]


def _with_list(file: BoundedFile, path: list[Atom], change: TagChange) -> list[Splice]:
    """A file without the list of tags gets it, and what is around it, at the end of what there is."""
    made = atom(b"ilst", b"".join(change.atoms([])))
    if path[-1][0] != b"meta":
        made = atom(b"meta", bytes(_META_BYTES) + atom(b"hdlr", _HANDLER) + made)
    if path[-1][0] == b"moov":
        made = atom(b"udta", made)
    end = path[-1][2]
    resized = [_sized(file, one, len(made)) for one in path]
    return [*resized, Splice(end, b"", made), *_moved(file, path[0], end, len(made))]


def _free_behind(file: BoundedFile, path: list[Atom]) -> Atom | None:
    """The free atom that follows the list."""
    behind = _atoms(file, path[-1][2], path[-2][2])
    return next((one for one in behind if one[0] == b"free" and one[1] == path[-1][2] + HEAD_BYTES), None)


def _moved(file: BoundedFile, moov: Atom, after: int, grown: int) -> list[Splice]:
    """The offsets into what is behind a place, that much larger."""
    if not grown:
        return []
    if any(name == b"moof" for name, _, _ in _atoms(file, 0, file.size_bytes)):
        raise ValueError("it is in fragments, which are not written")
    splices = []
    for name, start, end in _descendants(file, moov):
        width, code = (4, "I") if name == b"stco" else (8, "Q")
        old = bytes_at(file, start, end - start)
        (count,) = struct.unpack_from(">I", old, 4)
        offsets = struct.unpack_from(f">{count}{code}", old, 8)
        new = struct.pack(f">{count}{code}", *(at + grown if at >= after else at for at in offsets))
        splices.append(Splice(start, old, old[:8] + new + old[8 + count * width :]))
    return splices


def _descendants(file: BoundedFile, outer: Atom) -> Iterator[Atom]:
    """The tables of chunk offsets in an atom."""
    for found in _atoms(file, outer[1], outer[2]):
        if found[0] in {b"trak", b"mdia", b"minf", b"stbl"}:
            yield from _descendants(file, found)
        elif found[0] in {b"stco", b"co64"}:
            yield found


def _atoms(file: BoundedFile, at: int, end: int) -> Iterator[Atom]:
    while at + HEAD_BYTES <= end:
        size, name = struct.unpack(">I4s", bytes_at(file, at, HEAD_BYTES))
        start = at + HEAD_BYTES
        if size == 1:
            (size,) = struct.unpack(">Q", bytes_at(file, start, 8))
            start += 8
        elif size == 0:
            size = end - at
        if size < start - at or at + size > end:
            raise ValueError("a part of it is behind its end")
        yield name, start, at + size
        at += size


def _sized(file: BoundedFile, part: Atom, grown: int) -> Splice:
    at = part[1] - HEAD_BYTES
    head = bytes_at(file, at, HEAD_BYTES)
    if head[4:] != part[0]:
        raise ValueError("its tags are in a part of a size that is not written")
    size = int.from_bytes(head[:4], "big")
    return Splice(at, head[:4], struct.pack(">I", size + grown if size else 0))
