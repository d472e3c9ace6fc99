"""What to call albums without a title: the largest words on their covers, as a guess."""

from collections.abc import Sequence

from db import albums, texts
from db.database import Database
from db.letters import letters
from db.records import AlbumRecord, TextLine
from sleeve.vocabulary import AlbumId, CoverId, Side

_LINES = 2
_LEAST_LETTERS = 3
_LEAST_CONFIDENCE = 0.6


def printed_names(database: Database, album_ids: Sequence[AlbumId]) -> dict[AlbumId, tuple[str, ...]]:
    """The one or two largest lines of the first front of each of these albums that has no title, from top to bottom;
    albums whose front says nothing are absent.

    Raises:
        CatalogueError: the database cannot be used.
    """
    with database.reading() as session:
        unnamed = [album for album in albums.of_ids(session, album_ids).values() if not album.title]
        fronts = {front: album.id for album in unnamed for front in _front(album)}
        said = texts.of_covers(session, list(fronts))
    found = {fronts[cover_id]: _largest(lines) for cover_id, lines in said.items()}
    return {album_id: names for album_id, names in found.items() if names}


def _front(album: AlbumRecord) -> list[CoverId]:
    return [cover.id for cover in album.covers if cover.side is Side.FRONT][:1]


def _largest(lines: Sequence[TextLine]) -> tuple[str, ...]:
    sure = [line for line in lines if line.confidence >= _LEAST_CONFIDENCE and _is_word(line.text)]
    chosen = sorted(sure, key=_height, reverse=True)[:_LINES]
    return tuple(line.text for line in lines if line in chosen)


def _is_word(text: str) -> bool:
    """One sign alone, which may be spelt with several letters, is most often a shape that was taken for one."""
    return len(text) > 1 and len(letters(text)) >= _LEAST_LETTERS


def _height(line: TextLine) -> float:
    """Of its letters, as a part of the picture's height, also if the line is slanted."""
    (_, top), _, _, (_, bottom) = line.box
    return abs(bottom - top)
