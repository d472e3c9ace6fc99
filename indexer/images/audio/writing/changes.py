"""What is to change in the tags of a file, said for each kind of tags: the genre, or the picture of the front."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Items = list[bytes]
"""The parts of a tag, each whole and as it is stored: frames, comments, atoms or items."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute in the header of a WMA.

    Attributes:
        kind: 0 for a text, 1 for bytes.
    """

    name: str
    kind: int
    value: bytes


class TagChange(Protocol):
    """A change, for whichever kind of tags a file turns out to have. What is not concerned comes back as it was."""

    @property
    def in_info(self) -> bool:
        """Whether RIFF INFO can hold it."""

    def frames(self, frames: Items, version: int, *, unsynchronised: bool) -> Items:
        """The frames of ID3v2.2, 2.3 or 2.4; ``unsynchronised`` says that those of a 2.4 tag are."""

    def id3v1(self, tag: bytes) -> bytes:
        """The 128 bytes of ID3v1."""

    def comments(self, comments: Items, *, add: bool) -> Items:
        """Vorbis comments.

        Args:
            add: what they lack is added to them; if not, there is a place of its own for it.
        """

    def picture_block(self, block: bytes) -> bytes:
        """A block of FLAC that holds a picture."""

    def added_block(self) -> bytes | None:
        """The block of FLAC that a file gets if none of its blocks and comments changes; None for none."""

    def atoms(self, atoms: Items) -> Items:
        """The atoms of MP4's ``ilst``."""

    def ape_items(self, items: Items) -> Items:
        """The items of APEv2."""

    def info_chunks(self, chunks: Items) -> Items:
        """The chunks of RIFF INFO."""

    def removes(self, attribute: Attribute) -> bool:
        """Whether an attribute of a WMA goes."""

    def added_attributes(self) -> Sequence[Attribute]:
        """The attributes that a WMA gets."""


def put(items: Items, is_replaced: Sequence[bool], new: Items) -> Items:
    """The items with new ones where the first that is replaced was, or behind all; the replaced ones are gone."""
    place = is_replaced.index(True) if True in is_replaced else len(items)
    kept = [(at, item) for at, (item, gone) in enumerate(zip(items, is_replaced, strict=True)) if not gone]
    before, behind = ([item for at, item in kept if (at < place) == first] for first in (True, False))
    return [*before, *new, *behind]
