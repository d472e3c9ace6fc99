"""Words on covers, and in names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sleeve.vocabulary import AlbumId, ContentHash, CoverId


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a cover.

    Attributes:
        text: as it was read; not empty.
        box: its four corners, clockwise from where its first letter begins: x and y as parts of the picture's width and
            height, 0 to 1.
        confidence: the mean probability of its characters, 0 to 1.
    """

    text: str
    box: tuple[tuple[float, float], ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class TextCounts:
    """How many covers were read, how many of them are without text, and how many wait to be read."""

    read: int = 0
    without_text: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class AlbumLetters:
    """An album's names, and the letters of them and of what its covers say (see ``db.letters``).

    Attributes:
        colour: its place in the order by colour.
        names: the letters of the artist and of the title; empty if there are none.
        lines: for each cover that says something, the letters of each of its lines.
    """

    album_id: AlbumId
    artist: str | None
    title: str | None
    year: int | None
    colour: int | None
    names: tuple[str, str]
    lines: Mapping[CoverId, Sequence[str]]


@dataclass(frozen=True, slots=True)
class NewText:
    """The lines read in a file with this content, maybe none; stored only while the cover still has it."""

    cover_id: CoverId
    content_hash: ContentHash
    lines: tuple[TextLine, ...]
