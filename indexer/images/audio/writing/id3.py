"""The genre in ID3v2 tags (2.2, 2.3 and 2.4), and the one byte for it in ID3v1."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from mutagen.id3 import ID3, TCON, Frames
from mutagen.id3._tags import determine_bpi
from mutagen.id3._util import BitPaddedInt, unsynch

from indexer.images.audio.writing.splices import Splice, bytes_at
from indexer.images.bounded_file import BoundedFile

_HEAD_BYTES = 10
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_PADDING_BYTES = 1024
"""What a tag that must grow gets for the next time."""

_ID3V1_BYTES = 128
_NO_GENRE = 255


def genre_at_front(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    """For files that begin with ID3v2, or with sound."""
    old = tag_at(file, 0)
    new = with_genre(old or _from_id3v1(file), genres)
    return [*tag_splices(0, old, new), *_in_id3v1(file, genres)]


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


def with_genre(tag: bytes, genres: Sequence[str]) -> bytes:
    """A whole ID3v2 tag (or b"" for none) with these genres; of the same size if its padding allows that."""
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
    frames = _with_genre(body[extended:], version, genres)
    fresh = body[:extended] + frames
    coded = unsynch.encode(fresh) if is_unsynchronised else fresh
    if len(coded) <= len(stored) and not flags & _FOOTER:
        coded += bytes(len(stored) - len(coded))
    elif not flags & _FOOTER:
        coded += bytes(_PADDING_BYTES)
    head = tag[:6] + BitPaddedInt.to_str(len(coded), width=4)
    return head + coded + (b"3DI" + head[3:] if flags & _FOOTER else b"")


def _with_genre(data: bytes, version: int, genres: Sequence[str]) -> bytes:
    """The frames with the genre's replaced, without padding."""
    name = b"TCO" if version == 2 else b"TCON"
    frame = _frame(name, version, genres) if genres else b""
    kept, is_placed, end = [], False, 0
    for start, end in _frames(data, version):
        if data[start : start + len(name)] != name:
            kept.append(data[start:end])
        elif not is_placed:
            kept.append(frame)
            is_placed = True
    if data[end:].strip(b"\0"):
        raise ValueError("its ID3 tags end in something unknown")
    return b"".join(kept) + (b"" if is_placed else frame)


def _frames(data: bytes, version: int) -> Iterator[tuple[int, int]]:
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


def _frame(name: bytes, version: int, genres: Sequence[str]) -> bytes:
    text = "\0".join(genres)
    if version == 4:
        data = b"\3" + text.encode()
        return name + BitPaddedInt.to_str(len(data), width=4) + bytes(2) + data
    data = b"\0" + text.encode("latin-1") if text.isascii() else b"\1" + text.encode("utf-16")
    if version == 2:
        return name + len(data).to_bytes(3, "big") + data
    return name + len(data).to_bytes(4, "big") + bytes(2) + data


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
    tags.delall("TCON")
    tags.save(made, padding=lambda _: 0)
    return made.getvalue()


def _in_id3v1(file: BoundedFile, genres: Sequence[str]) -> list[Splice]:
    at = _id3v1_at(file)
    if not at:
        return []
    known = [genre.lower() for genre in TCON.GENRES]
    number = known.index(genres[0].lower()) if genres and genres[0].lower() in known else _NO_GENRE
    place = at + _ID3V1_BYTES - 1
    return [Splice(place, bytes_at(file, place, 1), bytes([min(number, _NO_GENRE)]))]


def _id3v1_at(file: BoundedFile) -> int:
    """Where ID3v1 begins; 0 if there is none."""
    at = file.size_bytes - _ID3V1_BYTES
    return at if at > 0 and bytes_at(file, at, 3) == b"TAG" else 0


def _unsynced(size: bytes) -> int:
    return int(BitPaddedInt(size))
