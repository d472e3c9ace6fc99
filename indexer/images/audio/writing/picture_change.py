"""The picture of the front in each kind of tags."""

import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass

from mutagen.flac import Picture
from mutagen.flac import error as FLACError  # noqa: N812 - mutagen's name says nothing
from mutagen.id3._util import BitPaddedInt, unsynch

from indexer.images.audio.writing.ape import ape_item, ape_key, ape_value
from indexer.images.audio.writing.changes import Attribute, Items, put
from indexer.images.audio.writing.mp4 import HEAD_BYTES, atom, atom_name
from indexer.images.audio.writing.vorbis import comment_key

_FRONT = 3
_JPEG = "image/jpeg"
_MP4_JPEG = struct.pack(">II", 13, 0)
_DATA_AT = 16
_BYTES = 1
_BINARY = 2
_APE_NAME = b"Cover Art (Front)"
_ASF_NAME = "WM/Picture"
_ASF_HEAD = struct.Struct("<BI")
_BLOCK_NAME = b"METADATA_BLOCK_PICTURE"
_FRAME_UNSYNCHRONISED, _FRAME_HAS_LENGTH, _FRAME_IS_CODED = 0x02, 0x01, 0x4C
_WITHOUT_DESCRIPTION = b"\0"


@dataclass(frozen=True, slots=True)
class FrontPicture:
    """A JPEG in place of a picture, or as a new one if there is none; other pictures stay.

    Attributes:
        old: the bytes of the picture that it replaces, whose kind and description it takes over; None for a new one.
        new: the bytes of the JPEG.
        size_px: its width and height.
    """

    old: bytes | None
    new: bytes
    size_px: tuple[int, int]

    @property
    def in_info(self) -> bool:
        return False

    def frames(self, frames: Items, version: int, *, unsynchronised: bool) -> Items:
        described = [self._described(frame, version, unsynchronised=unsynchronised) for frame in frames]
        place = next((at for at, said in enumerate(described) if said is not None), None)
        said = None if place is None else described[place]
        kind, description = said or (bytes([_FRONT]), b"\0" + _WITHOUT_DESCRIPTION)
        mime = b"JPG" if version == 2 else _JPEG.encode() + b"\0"
        data = description[:1] + mime + kind + description[1:] + self.new
        if version == 2:
            frame = b"PIC" + len(data).to_bytes(3, "big") + data
        elif version == 3:
            frame = b"APIC" + len(data).to_bytes(4, "big") + bytes(2) + data
        else:
            flags = bytes(2)
            if unsynchronised:
                flags = bytes([0, _FRAME_UNSYNCHRONISED | _FRAME_HAS_LENGTH])
                data = BitPaddedInt.to_str(len(data), width=4) + unsynch.encode(data)
            frame = b"APIC" + BitPaddedInt.to_str(len(data), width=4) + flags + data
        return put(frames, [at == place for at in range(len(frames))], [frame])

    def _described(self, frame: bytes, version: int, *, unsynchronised: bool) -> tuple[bytes, bytes] | None:
        """The kind of the picture that is replaced, and its encoding and description; None for any other frame."""
        if self.old is None or not frame.startswith(b"PIC" if version == 2 else b"APIC"):
            return None
        data = frame[6:] if version == 2 else frame[10:]
        if version == 4:
            flags = frame[9]
            if flags & _FRAME_IS_CODED:
                return None
            data = data[4:] if flags & _FRAME_HAS_LENGTH else data
            if flags & _FRAME_UNSYNCHRONISED or unsynchronised:
                data = _synchronised(data)
        if not data.endswith(self.old):
            return None
        head = data[: len(data) - len(self.old)]
        kind_at = 4 if version == 2 else head.index(b"\0", 1) + 1
        return head[kind_at : kind_at + 1], head[:1] + head[kind_at + 1 :]

    def id3v1(self, tag: bytes) -> bytes:
        return tag

    def comments(self, comments: Items, *, add: bool) -> Items:
        blocks = [self._block_of(comment) for comment in comments]
        place = next((at for at, block in enumerate(blocks) if block is not None), None)
        if place is None and not add:
            return comments
        block = self._block(_FRONT, "") if place is None else blocks[place]
        new = _BLOCK_NAME + b"=" + b64encode(block or b"")
        return put(comments, [at == place for at in range(len(comments))], [new])

    def _block_of(self, comment: bytes) -> bytes | None:
        """The block of the new picture in place of this comment's; None if it is not the one that is replaced."""
        key, _, value = comment.partition(b"=")
        if self.old is None or comment_key(comment) not in {b"metadata_block_picture", b"coverart"}:
            return None
        try:
            data = b64decode(value, validate=True)
        except (Base64Error, ValueError):
            return None
        if key.lower() == b"coverart":
            return self._block(_FRONT, "") if data == self.old else None
        fresh = self.picture_block(data)
        return None if fresh == data else fresh

    def picture_block(self, block: bytes) -> bytes:
        try:
            picture = Picture(block)
        except FLACError:
            return block
        return self._block(picture.type, picture.desc) if picture.data == self.old else block

    def added_block(self) -> bytes:
        return self._block(_FRONT, "")

    def _block(self, kind: int, description: str) -> bytes:
        picture = Picture()
        picture.type, picture.desc, picture.mime, picture.data = kind, description, _JPEG, self.new
        picture.width, picture.height = self.size_px
        picture.depth = 24
        return bytes(picture.write())

    def atoms(self, atoms: Items) -> Items:
        made = atom(b"data", _MP4_JPEG + self.new)
        place = next((at for at, one in enumerate(atoms) if atom_name(one) == b"covr"), None)
        if place is None:
            return [*atoms, atom(b"covr", made)]
        inside = _inner_atoms(atoms[place][HEAD_BYTES:])
        is_old = [one[_DATA_AT:] == self.old for one in inside]
        first = is_old.index(True) if True in is_old else None
        fresh = put(inside, [at == first for at in range(len(inside))], [made])
        return put(atoms, [at == place for at in range(len(atoms))], [atom(b"covr", b"".join(fresh))])

    def ape_items(self, items: Items) -> Items:
        is_old = [
            self.old is not None
            and ape_key(item).lower().startswith(b"cover art (")
            and ape_value(item).partition(b"\0")[2] == self.old
            for item in items
        ]
        first = is_old.index(True) if True in is_old else None
        key = _APE_NAME if first is None else ape_key(items[first])
        new = ape_item(key, b"cover.jpg\0" + self.new, kind=_BINARY)
        return put(items, [at == first for at in range(len(items))], [new])

    def info_chunks(self, chunks: Items) -> Items:
        return chunks

    def removes(self, attribute: Attribute) -> bool:
        return (
            self.old is not None
            and attribute.name == _ASF_NAME
            and attribute.kind == _BYTES
            and attribute.value.endswith(self.old)
        )

    def added_attributes(self) -> Sequence[Attribute]:
        head = _ASF_HEAD.pack(_FRONT, len(self.new)) + f"{_JPEG}\0\0".encode("utf-16-le")
        return [Attribute(_ASF_NAME, _BYTES, head + self.new)]


def _synchronised(data: bytes) -> bytes:
    try:
        return bytes(unsynch.decode(data))
    except ValueError:  # it only says that it is unsynchronised, as some programs write it
        return data


def _inner_atoms(data: bytes) -> Items:
    found, at = [], 0
    while at + HEAD_BYTES <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < HEAD_BYTES or at + size > len(data):
            raise ValueError("a part of its pictures is behind their end")
        found.append(data[at : at + size])
        at += size
    return found
