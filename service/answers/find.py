"""Albums by words: in their names or printed on their covers, misspelled or misread; or by what the words mean besides,
such as a genre and a year.

The database gives the albums that hold every word, and, if those are few, those that hold every word but one, and a
part of that one: a wrong letter spoils one word, and one part of it. If there is none, it gives the albums that hold
most parts of the words. Those few are then compared letter by letter.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from db import albums, statements, texts, words
from db.barcodes import barcode_in
from db.database import Database
from db.facets import MOST_ARTISTS
from db.letters import letters
from db.records import AlbumPlace, AlbumRecord, CatalogueFilter, Facets, TextLine, fold
from service.answers.records import WordMatch
from service.answers.word_facts import album_number, file_name, meaning_of, years_of
from service.answers.word_ranking import LEAST_FIT_OF_BEST, Place, Ranked, ranked
from sleeve.vocabulary import AlbumId, AlbumOrder, CoverId, Fact, ListName, WordPlace

MAX_FOUND = 100
"""Albums found for one search."""

COMPARED = 120
"""Albums compared letter by letter for one search."""

_BY_NUMBER = 2.0
"""What it counts if the words are an album's number, or the barcode of one."""

_BY_YEAR_LIKE_NUMBER = 0.97
"""The same if it may as well be a year: albums that are called so come before it."""

_BY_FACTS = 0.95
"""What words count that are a genre, a year or a file's name: a little less than the same words in a name."""

_POOR_FIT = 0.6
"""If the best album fits less, others are looked for that hold a part of the words."""

_ENOUGH = 20

_LETTERS_OF_OTHERS = 4
"""Of a word that is not the wrong one: each three letters are looked up, and the first tell words apart."""

_LONG_LETTERS = 2 * words.LEAST_LETTERS
"""From here on a piece has two parts that do not overlap."""

_MANY_WORDS = 4
_WORDS_LOOKED_UP = 6
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
    skip: int = 0,
) -> FoundPage:
    """The next albums of a list of those that hold words.

    Args:
        asked: words with spaces between them.
        allowed: which albums; its side of the sleeve is not asked for.
        after: the place of the last album of the page before, None for the first page.
        limit: the most albums of a page, 1 or more.
        skip: albums to leave out before those.

    Raises:
        CatalogueError: the database cannot be used.
    """
    tokens = list(dict.fromkeys(filter(None, map(letters, asked.split()))))
    if not tokens:
        return FoundPage((), None, 0)
    with database.reading() as session:
        best = _best(session, asked, tokens, allowed)[:MAX_FOUND]
        best.sort(key=lambda found: _rank(_place(found, order), order))
        left = [found for found in best if after is None or _rank(_place(found, order), order) > _rank(after, order)]
        left = left[skip:]
        shown = left[:limit]
        records = albums.of_ids(session, [found.album.album_id for found in shown])
        said = texts.of_covers(session, [place.cover_id for found in shown for place in found.places if place.cover_id])
    return FoundPage(
        tuple(_found(records[found.album.album_id], found.places, said) for found in shown),
        _place(shown[-1], order) if len(left) > limit else None,
        len(best),
    )


def facets_of_found(page: FoundPage) -> Facets:
    """What found albums are, by count."""
    found = [one.album for one in page.albums]
    lacks: dict[Fact, list[object]] = {
        Fact.TITLE: [album.title for album in found],
        Fact.ARTIST: [album.artist for album in found],
        Fact.YEAR: [album.year for album in found],
        Fact.GENRE: [album.genres for album in found],
        Fact.COVER: [album.covers for album in found],
    }
    return Facets(
        genres=dict(Counter(genre for album in found for genre in album.genres).most_common()),
        artists=dict(Counter(album.artist for album in found if album.artist).most_common(MOST_ARTISTS)),
        decades=dict(sorted(Counter(album.year - album.year % 10 for album in found if album.year).items())),
        missing={fact: sum(not value for value in values) for fact, values in lacks.items()},
        lists={name: albums for name in ListName if (albums := sum(name in album.lists for album in found))},
    )


def _found(album: AlbumRecord, places: Sequence[Place], said: Mapping[CoverId, Sequence[TextLine]]) -> FoundAlbum:
    return FoundAlbum(album, tuple(_match(album, place, said) for place in places))


def _match(album: AlbumRecord, place: Place, said: Mapping[CoverId, Sequence[TextLine]]) -> WordMatch:
    if place.cover_id is not None:
        line = said[place.cover_id][place.line]
        return WordMatch(place.place, line.text, place.cover_id, line.box)
    says = {
        WordPlace.ARTIST: album.artist,
        WordPlace.TITLE: album.title,
        WordPlace.YEAR: album.year,
        WordPlace.GENRE: ", ".join(album.genres),
        WordPlace.NUMBER: album.id,
    }
    return WordMatch(place.place, str(says.get(place.place) or ""))


def _best(session: Any, asked: str, tokens: Sequence[str], allowed: CatalogueFilter) -> list[Ranked]:
    """The albums that fit best first, by their names or by what the words mean besides."""
    found = {one.album.album_id: one for one in _named(session, tokens, asked, allowed)}
    others = [*_by_number(session, asked, allowed), *_by_barcode(session, asked, allowed)]
    others += _by_meaning(session, asked, allowed)
    if not any(one.fit >= _BY_FACTS for one in (*found.values(), *others)):
        others += _by_file(session, asked, allowed)
    for one in others:
        before = found.get(one.album.album_id)
        if before is None or before.fit < one.fit:
            found[one.album.album_id] = one
    best = sorted(found.values(), key=lambda one: -one.fit)
    return [one for one in best if one.fit >= LEAST_FIT_OF_BEST * min(1, best[0].fit)]


def _named(session: Any, tokens: Sequence[str], asked: str, allowed: CatalogueFilter) -> list[Ranked]:
    candidates = _candidates(session, tokens, asked)
    found = ranked(tokens, words.of_albums(session, candidates, allowed))
    pieces = [token for token in tokens if len(token) >= words.LEAST_LETTERS]
    if pieces and (not found or found[0].fit < _POOR_FIT):
        # Two letters that changed places in the middle of a word spoil both of its parts: others than it are enough.
        candidates = list(dict.fromkeys([*candidates, *_holding_parts(session, pieces)]))
        found = ranked(tokens, words.of_albums(session, candidates, allowed))
    return found


def _by_number(session: Any, asked: str, allowed: CatalogueFilter) -> list[Ranked]:
    number = album_number(asked)
    found = [] if number is None else words.of_albums(session, [number], allowed)
    fit = _BY_YEAR_LIKE_NUMBER if years_of(asked.strip()) else _BY_NUMBER
    return [Ranked(album, fit, (Place(WordPlace.NUMBER),)) for album in found]


def _by_barcode(session: Any, asked: str, allowed: CatalogueFilter) -> list[Ranked]:
    barcode = barcode_in(asked)
    ids = [] if barcode is None else statements.albums_with_barcode(session, barcode)[:MAX_FOUND]
    return [Ranked(album, _BY_NUMBER, (Place(WordPlace.BARCODE),)) for album in words.of_albums(session, ids, allowed)]


def _by_file(session: Any, asked: str, allowed: CatalogueFilter) -> list[Ranked]:
    name = file_name(asked)
    ids = [] if name is None else words.of_file(session, name, limit=MAX_FOUND)
    return [Ranked(album, _BY_FACTS, (Place(WordPlace.FILE),)) for album in words.of_albums(session, ids, allowed)]


def _by_meaning(session: Any, asked: str, allowed: CatalogueFilter) -> list[Ranked]:
    """Albums of the genre and the years that are among the words, and of the names that are left."""
    meaning = meaning_of(asked.split(), albums.genre_names(session), allowed)
    if meaning is None:
        return []
    is_said = {
        WordPlace.GENRE: meaning.allowed.genre != allowed.genre,
        WordPlace.YEAR: (meaning.allowed.year_from, meaning.allowed.year_to) != (allowed.year_from, allowed.year_to),
    }
    facts = tuple(Place(place) for place, said in is_said.items() if said)
    tokens = list(dict.fromkeys(filter(None, map(letters, meaning.names))))
    if not tokens:
        ids = words.newest(session, meaning.allowed, limit=MAX_FOUND)
        return [Ranked(album, _BY_FACTS, facts) for album in words.of_albums(session, ids, meaning.allowed)]
    return [
        Ranked(one.album, _BY_FACTS * meaning.share + one.fit * (1 - meaning.share), (*one.places, *facts))
        for one in _named(session, tokens, " ".join(meaning.names), meaning.allowed)
    ]


def _candidates(session: Any, tokens: Sequence[str], asked: str) -> list[AlbumId]:
    """The albums to compare, at most ``COMPARED``."""
    pieces = [token for token in tokens if len(token) >= words.LEAST_LETTERS]
    # Short words next to each other: what is looked up has no spaces either.
    pieces = pieces or [token for token in ["".join(tokens)] if len(token) >= words.LEAST_LETTERS]
    return holding_most(session, pieces) if pieces else words.called(session, asked, limit=COMPARED)


def holding_most(session: Any, pieces: Sequence[str]) -> list[AlbumId]:
    """At most ``COMPARED`` albums that hold all of these pieces, or if those are few, also all but a letter of them.

    If there is none at all, those that hold most parts of the pieces. If there is one, the text on covers is only asked
    for what begins as the pieces do.

    Args:
        pieces: as ``db.letters`` makes them, at least ``words.LEAST_LETTERS`` long.
    """
    [whole] = words.holding(session, [pieces], limit=COMPARED // 2)
    if len(whole) >= _ENOUGH:
        return whole
    if whole:
        beginnings = [piece[: words.LEAST_LETTERS] for piece in pieces]
        whole += words.holding(session, [beginnings], limit=_ENOUGH, in_names=False)[0]
    limit = COMPARED if len(pieces) > 1 else _ALBUMS_OF_A_PART
    nearly = _with_most(session, _all_but_a_letter(pieces), limit, in_covers=not whole)
    if not whole and not nearly:
        nearly = _holding_parts(session, pieces)
    return list(dict.fromkeys([*whole, *nearly]))[:COMPARED]


def _holding_parts(session: Any, pieces: Sequence[str]) -> list[AlbumId]:
    """The albums that hold most parts of the pieces, whatever else."""
    parts = sorted({part for piece in pieces for part in _parts(piece)}, key=lambda part: (-len(part), part))
    return _with_most(session, [[part] for part in parts[:_PARTS_LOOKED_UP]], _ALBUMS_OF_A_PART)


def _all_but_a_letter(pieces: Sequence[str]) -> list[list[str]]:
    """All of the longest pieces but one, for each; of few pieces that is too little, and a part of that one is added.

    The parts of a short piece overlap, so that one wrong letter may spoil all of them: it is left out altogether too.
    """
    longest = sorted(pieces, key=len, reverse=True)[:_WORDS_LOOKED_UP]
    asked: list[list[str]] = []
    for place, piece in enumerate(longest):
        others = [other[:_LETTERS_OF_OTHERS] for at, other in enumerate(longest) if at != place]
        if len(longest) < _MANY_WORDS:
            asked += [[*others, part] for part in _parts(piece) if part != piece]
        if len(longest) >= _MANY_WORDS or len(piece) < _LONG_LETTERS <= sum(map(len, others)):
            asked.append(others)
    return asked


def _parts(piece: str) -> list[str]:
    """A word in two or three parts, so that one wrong letter leaves another part as it is; short words overlap."""
    if len(piece) < _LONG_LETTERS:
        return sorted({piece[: words.LEAST_LETTERS], piece[-words.LEAST_LETTERS :]})
    count = 3 if len(piece) >= 12 else 2
    ends = [len(piece) * number // count for number in range(count + 1)]
    return [piece[begin:end] for begin, end in pairwise(ends)]


def _with_most(session: Any, asked: Sequence[Sequence[str]], limit: int, *, in_covers: bool = True) -> list[AlbumId]:
    """The albums that hold most of these lists of pieces, rare ones counting more, best first; ``limit`` for each."""
    weights: defaultdict[AlbumId, float] = defaultdict(float)
    for found in words.holding(session, asked, limit=limit, in_covers=in_covers) if asked else []:
        for album_id in found:
            weights[album_id] += log(4 * limit / len(found))
    return sorted(sorted(weights), key=weights.__getitem__, reverse=True)[:COMPARED]


def _place(found: Ranked, order: AlbumOrder) -> AlbumPlace:
    """A found album's place in a list of this order."""
    album = found.album
    keys: dict[AlbumOrder, str | int | None] = {
        AlbumOrder.MATCH: -round(_MICRO * found.fit),
        AlbumOrder.TITLE: fold(album.title) if album.title else None,
        AlbumOrder.ARTIST: fold(album.artist) if album.artist else None,
        AlbumOrder.YEAR: album.year,
        AlbumOrder.COLOUR: album.colour,
    }
    return AlbumPlace(keys.get(order), album.album_id)


def _rank(place: AlbumPlace, order: AlbumOrder) -> tuple[bool, Any, int]:
    """What sorts places; those without a key come last, the newest albums first if there is none in this order."""
    if order is AlbumOrder.NEWEST:
        return False, 0, -place.id
    return place.key is None, 0 if place.key is None else place.key, place.id
