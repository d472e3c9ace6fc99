"""The genre in each kind of tags."""

from collections.abc import Sequence
from dataclasses import dataclass

from mutagen.id3 import TCON
from mutagen.id3._util import BitPaddedInt

from indexer.images.audio.chunks import RIFF
from indexer.images.audio.writing.ape import ape_item, ape_key
from indexer.images.audio.writing.changes import Attribute, Items, put
from indexer.images.audio.writing.mp4 import atom, atom_name, text_atom
from indexer.images.audio.writing.vorbis import comment_key

_ID3V1_GENRE_AT = 127
_NO_GENRE = 255
_TEXT = 0
_ASF_NAMES = {"wm/genre", "wm/genreid", "genre"}
_INFO_NAME = b"IGNR"


@dataclass(frozen=True, slots=True)
class Genres:
    """These genres in place of those that a file has; none remove the tag."""

    genres: Sequence[str]

    @property
    def in_info(self) -> bool:
        return True

    def frames(self, frames: Items, version: int, *, unsynchronised: bool) -> Items:
        name = b"TCO" if version == 2 else b"TCON"
        new = [self._frame(name, version)] if self.genres else []
        return put(frames, [frame.startswith(name) for frame in frames], new)

    def _frame(self, name: bytes, version: int) -> bytes:
        text = "\0".join(self.genres)
        if version == 4:
            data = b"\3" + text.encode()
            return name + BitPaddedInt.to_str(len(data), width=4) + bytes(2) + data
        data = b"\0" + text.encode("latin-1") if text.isascii() else b"\1" + text.encode("utf-16")
        if version == 2:
            return name + len(data).to_bytes(3, "big") + data
        return name + len(data).to_bytes(4, "big") + bytes(2) + data

    def id3v1(self, tag: bytes) -> bytes:
        known = [genre.lower() for genre in TCON.GENRES]
        is_known = bool(self.genres) and self.genres[0].lower() in known
        number = known.index(self.genres[0].lower()) if is_known else _NO_GENRE
        return tag[:_ID3V1_GENRE_AT] + bytes([min(number, _NO_GENRE)])

    def comments(self, comments: Items, *, add: bool) -> Items:
        is_genre = [comment_key(comment) == b"genre" for comment in comments]
        name = comments[is_genre.index(True)].partition(b"=")[0] if True in is_genre else b"GENRE"
        return put(comments, is_genre, [name + b"=" + genre.encode() for genre in self.genres])

    def picture_block(self, block: bytes) -> bytes:
        return block

    def added_block(self) -> None:
        return None

    def atoms(self, atoms: Items) -> Items:
        texts = b"".join(map(text_atom, self.genres))
        new = [atom(b"\xa9gen", texts)] if self.genres else []
        return put(atoms, [atom_name(one) in {b"\xa9gen", b"gnre"} for one in atoms], new)

    def ape_items(self, items: Items) -> Items:
        is_genre = [ape_key(item).lower() == b"genre" for item in items]
        key = ape_key(items[is_genre.index(True)]) if True in is_genre else b"Genre"
        return put(items, is_genre, [ape_item(key, "\0".join(self.genres).encode())] if self.genres else [])

    def info_chunks(self, found: Items) -> Items:
        texts = [genre.encode() + b"\0" for genre in self.genres]
        new = [RIFF.pack(_INFO_NAME, len(text)) + text + bytes(len(text) % 2) for text in texts]
        return put(found, [chunk.startswith(_INFO_NAME) for chunk in found], new)

    def removes(self, attribute: Attribute) -> bool:
        return attribute.name.lower() in _ASF_NAMES

    def added_attributes(self) -> Sequence[Attribute]:
        return [Attribute("WM/Genre", _TEXT, f"{genre}\0".encode("utf-16-le")) for genre in self.genres]
