"""A change of ID3v2 tags (2.2, 2.3 and 2.4), and of ID3v1."""

from collections.abc import Iterator
from io import BytesIO

from mutagen.id3 import ID3, Frames
from mutagen.id3._tags import determine_bpi
from mutagen.id3._util import BitPaddedInt, unsynch

from indexer.images.audio.writing.changes import Items, TagChange
from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_HEAD_BYTES = 10
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_PADDING_BYTES = 1024
"""What a tag that must grow gets for the next time."""

_ID3V1_BYTES = 128


def change_at_front(file: BoundedFile, change: TagChange) -> list[Splice]:
    """For files that begin with ID3v2, or with sound."""
    old = tag_at(file, 0)
    return [*tag_splices(0, old, changed_tag(old or _from_id3v1(file), change)), *_in_id3v1(file, change)]


def tag_splices(at: int, old: bytes, new: bytes) -> list[Splice]:
    """A tag for another one; its head, its frames and its padding apart, so that most of it stays where it is."""
    if not old:
        return [Splice(at, old, new)]
    old_end, new_end = (max(_HEAD_BYTES, len(tag.rstrip(b"\0"))) for tag in (old, new))
    return [
        Splice(at, old[:_HEAD_BYTES], new[:_HEAD_BYTES]),
        Splice(at + _HEAD_BYTES, old[_HEAD_BYTES:old_end], new[_HEAD_BYTES:new_end]),
        Splice(at + old_end, old[old_end:], new[new_end:]),
    ]


def tag_at(file: BoundedFile, at: int) -> bytes:
    """The ID3v2 tag that begins at a place of a file; empty if there is none."""
    if file.size_bytes - at < _HEAD_BYTES:
        return b""
    head = bytes_at(file, at, _HEAD_BYTES)
    if not head.startswith(b"ID3"):
        return b""
    footer_bytes = _HEAD_BYTES if head[5] & _FOOTER else 0
    return bytes_at(file, at, _HEAD_BYTES + _unsynced(head[6:10]) + footer_bytes)


def changed_tag(tag: bytes, change: TagChange) -> bytes:
    """A whole ID3v2 tag (or b"" for none) with a change; of the same size if its padding allows that."""
    tag = tag or b"ID3\x04\x00\x00" + bytes(4)
    version, flags = tag[3], tag[5]
    if version not in {2, 3, 4} or (version == 2 and flags & _EXTENDED):
        raise ValueError("its ID3 tags are of a version that is not written")
    ends = len(tag) - (_HEAD_BYTES if flags & _FOOTER else 0)
    stored = tag[_HEAD_BYTES:ends]
    is_unsynchronised = bool(flags & _UNSYNCHRONISED) and version < 4
    body = unsynch.decode(stored) if is_unsynchronised else stored
    if is_unsynchronised and unsynch.encode(body) != stored:
        raise ValueError("its ID3 tags are unsynchronised in an unusual way")
    extended = _extended_bytes(body, version) if flags & _EXTENDED else 0
    frames = change.frames(_frames(body[extended:], version), version, unsynchronised=bool(flags & _UNSYNCHRONISED))
    fresh = body[:extended] + b"".join(frames)
    coded = unsynch.encode(fresh) if is_unsynchronised else fresh
    if len(coded) <= len(stored) and not flags & _FOOTER:
        coded += bytes(len(stored) - len(coded))
    elif not flags & _FOOTER:
        coded += bytes(_PADDING_BYTES)
    head = tag[:6] + BitPaddedInt.to_str(len(coded), width=4)
    return head + coded + (b"3DI" + head[3:] if flags & _FOOTER else b"")


def _frames(data: bytes, version: int) -> Items:
    """The frames, each with its head, without padding."""
    found, end = [], 0
    for start, end in _places(data, version):
        found.append(data[start:end])
    if data[end:].strip(b"\0"):
        raise ValueError("its ID3 tags end in something unknown")
    return found


def _places(data: bytes, version: int) -> Iterator[tuple[int, int]]:
    """Where each frame begins and ends."""
    head_bytes, name_bytes = (6, 3) if version == 2 else (10, 4)
    plain = version < 4 or determine_bpi(data, Frames) is int
    at = 0
    while at + head_bytes <= len(data) and data[at : at + name_bytes].strip(b"\0"):
        size = data[at + name_bytes : at + (6 if version == 2 else 8)]
        end = at + head_bytes + (int.from_bytes(size, "big") if plain else _unsynced(size))
        if end > len(data):
            raise ValueError("a frame of its ID3 tags is behind their end")
        yield at, end
        at = end


def _extended_bytes(body: bytes, version: int) -> int:
    size = int.from_bytes(body[:4], "big") + 4 if version == 3 else _unsynced(body[:4])
    has_checksum = body[4] & 0x80 if version == 3 else body[5] & 0x20
    if has_checksum or size > len(body):
        raise ValueError("its ID3 tags have a checksum, or a head of a kind that is not written")
    return size


def _from_id3v1(file: BoundedFile) -> bytes:
    """What ID3v1 says as ID3v2, so that who reads only that loses nothing; empty without ID3v1."""
    if not _id3v1_at(file):
        return b""
    file.seek(0)
    tags, made = ID3(file), BytesIO()
    tags.save(made, padding=lambda _: 0)
    return made.getvalue()


def _in_id3v1(file: BoundedFile, change: TagChange) -> list[Splice]:
    at = _id3v1_at(file)
    if not at:
        return []
    tag = bytes_at(file, at, _ID3V1_BYTES)
    return [Splice(at, tag, change.id3v1(tag))]


def _id3v1_at(file: BoundedFile) -> int:
    """Where ID3v1 begins; 0 if there is none."""
    at = file.size_bytes - _ID3V1_BYTES
    return at if at > 0 and bytes_at(file, at, 3) == b"TAG" else 0


def _unsynced(size: bytes) -> int:
    return int(BitPaddedInt(size))
