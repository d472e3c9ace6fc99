"""Albums by words: in their names or printed on their covers, misspelled or misread.

The database gives the albums that hold every word, and, if those are few, the albums that hold most parts of the words:
a wrong letter spoils one part only. Those few are then compared letter by letter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from db import albums, texts, words
from db.database import Database
from db.letters import letters
from db.records import AlbumPlace, AlbumRecord, CatalogueFilter, TextLine, fold
from service.answers.records import WordMatch
from service.answers.word_ranking import Place, Ranked, ranked
from sleeve.vocabulary import AlbumId, AlbumOrder, CoverId, WordPlace

MAX_FOUND = 100
"""Albums found for one search."""

COMPARED = 120
"""Albums compared letter by letter for one search."""

_ENOUGH = 20
_PARTS_LOOKED_UP = 8
_ALBUMS_OF_A_PART = 300
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundAlbum:
    """An album, and where it holds the words."""

    album: AlbumRecord
    matches: tuple[WordMatch, ...]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A piece of a list of found albums; see ``AlbumPage``."""

    albums: tuple[FoundAlbum, ...]
    next: AlbumPlace | None
    total: int


def find(
    database: Database,
    asked: str,
    allowed: CatalogueFilter,
    order: AlbumOrder = AlbumOrder.MATCH,
    *,
    after: AlbumPlace | None = None,
    limit: int = MAX_FOUND,
) -> FoundPage:
    """The next albums of a list of those that hold words.

    Args:
        asked: words with spaces between them.
        allowed: which albums; its side of the sleeve is not asked for.
        after: the place of the last album of the page before, None for the first page.
        limit: the most albums of a page, 1 or more.

    Raises:
        CatalogueError: the database cannot be used.
    """
    tokens = list(dict.fromkeys(filter(None, map(letters, asked.split()))))
    if not tokens:
        return FoundPage((), None, 0)
    with database.reading() as session:
        candidates = _candidates(session, tokens, asked)
        best = ranked(tokens, words.of_albums(session, candidates, allowed))[:MAX_FOUND]
        best.sort(key=lambda found: _rank(_place(found, order), order))
        left = [found for found in best if after is None or _rank(_place(found, order), order) > _rank(after, order)]
        shown = left[:limit]
        records = albums.of_ids(session, [found.album.album_id for found in shown])
        said = texts.of_covers(session, [place.cover_id for found in shown for place in found.places if place.cover_id])
    return FoundPage(
        tuple(
            FoundAlbum(records[found.album.album_id], tuple(_match(found, place, said) for place in found.places))
            for found in shown
        ),
        _place(shown[-1], order) if len(left) > limit else None,
        len(best),
    )


def _match(found: Ranked, place: Place, said: Mapping[CoverId, Sequence[TextLine]]) -> WordMatch:
    if place.cover_id is None:
        name = found.album.artist if place.place is WordPlace.ARTIST else found.album.title
        return WordMatch(place.place, name or "")
    line = said[place.cover_id][place.line]
    return WordMatch(place.place, line.text, place.cover_id, line.box)


def _candidates(session: Any, tokens: Sequence[str], asked: str) -> list[AlbumId]:
    """The albums to compare, at most ``COMPARED``."""
    pieces = [token for token in tokens if len(token) >= words.LEAST_LETTERS]
    # Short words next to each other: what is looked up has no spaces either.
    pieces = pieces or [token for token in ["".join(tokens)] if len(token) >= words.LEAST_LETTERS]
    if not pieces:
        return words.called(session, asked, limit=COMPARED)
    [whole] = words.holding(session, [pieces], limit=COMPARED // 2)
    if len(whole) >= _ENOUGH:
        return whole
    parts = sorted({part for piece in pieces for part in _parts(piece)}, key=lambda part: (-len(part), part))
    some = _with_most(session, parts[:_PARTS_LOOKED_UP])
    return list(dict.fromkeys([*whole, *some]))[:COMPARED]


def _parts(piece: str) -> list[str]:
    """A word in two or three parts, so that one wrong letter leaves another part as it is; short words overlap."""
    if len(piece) < 2 * words.LEAST_LETTERS:
        return sorted({piece[: words.LEAST_LETTERS], piece[-words.LEAST_LETTERS :]})
    count = 3 if len(piece) >= 12 else 2
    ends = [len(piece) * number // count for number in range(count + 1)]
    return [piece[begin:end] for begin, end in pairwise(ends)]


def _with_most(session: Any, parts: Sequence[str]) -> list[AlbumId]:
    """The albums that hold most of these parts, rare ones counting more, best first."""
    weights: defaultdict[AlbumId, float] = defaultdict(float)
    for found in words.holding(session, [[part] for part in parts], limit=_ALBUMS_OF_A_PART):
        for album_id in found:
            weights[album_id] += log(4 * _ALBUMS_OF_A_PART / len(found))
    return sorted(sorted(weights), key=weights.__getitem__, reverse=True)[:COMPARED]


def _place(found: Ranked, order: AlbumOrder) -> AlbumPlace:
    """A found album's place in a list of this order."""
    album = found.album
    keys: dict[AlbumOrder, str | int | None] = {
        AlbumOrder.MATCH: -round(_MICRO * found.fit),
        AlbumOrder.TITLE: fold(album.title) if album.title else None,
        AlbumOrder.ARTIST: fold(album.artist) if album.artist else None,
        AlbumOrder.YEAR: album.year,
    }
    return AlbumPlace(keys.get(order), album.album_id)


def _rank(place: AlbumPlace, order: AlbumOrder) -> tuple[bool, Any, int]:
    """What sorts places; those without a key come last, the newest albums first if there is none in this order."""
    if order is AlbumOrder.NEWEST:
        return False, 0, -place.id
    return place.key is None, 0 if place.key is None else place.key, place.id
