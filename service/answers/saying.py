"""Which albums say what a picture says, in their names or on their covers. The text alone proves nothing: many covers
say "Greatest hits"; it names albums to look at, and speaks for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from db import words
from db.database import Database
from db.letters import letters
from db.records import CatalogueFilter, TextLine
from indexer.outline import Corners, outside
from service.answers.find import holding_most
from service.answers.word_ranking import held, ranked
from sleeve.vocabulary import AlbumId

LEAST_CONFIDENCE = 0.8
"""Of a line; below it most words of photos are misread."""

LEAST_LETTERS = 5
"""Of all words together: fewer are on too many covers."""

MOST_WORDS = 8
"""Words that are looked up, the longest."""

NEAR = 50
"""Albums that look like the picture, whose texts are compared whatever the words."""


@dataclass(frozen=True, slots=True)
class Saying:
    """An album, and how well it fits the words, from 0 to 1 and a little more (see ``Ranked``)."""

    album_id: AlbumId
    fit: float


def albums_saying(
    database: Database, lines: Sequence[TextLine], near: Sequence[AlbumId], allowed: CatalogueFilter
) -> list[Saying]:
    """The albums that say what these lines say, those that fit best first; none if the lines say too little.

    Args:
        near: albums that look like the picture, nearest first.

    Raises:
        CatalogueError: the database cannot be used.
    """
    asked = list(_words(lines))
    if sum(map(len, asked)) < LEAST_LETTERS:
        return []
    with database.reading() as session:
        candidates = list(dict.fromkeys([*near[:NEAR], *holding_most(session, asked)]))
        found = ranked(asked, words.of_albums(session, candidates, allowed))
    return [Saying(one.album.album_id, one.fit) for one in found]


def words_in_common(database: Database, lines: Sequence[TextLine], album_id: AlbumId) -> tuple[str, ...]:
    """Of the words that are looked up for these lines, those that an album says too, as the lines spell them.

    Raises:
        CatalogueError: the database cannot be used.
    """
    asked = _words(lines)
    if not asked:
        return ()
    with database.reading() as session:
        albums = words.of_albums(session, [album_id], CatalogueFilter())
    found = [held(list(asked), album) for album in albums]
    return tuple(word for some in found for word, is_held in zip(asked.values(), some, strict=True) if is_held)


def has_words_outside(lines: Sequence[TextLine], corners: Corners) -> bool:
    """Whether a line with a word is outside of an outline in the picture that the lines were read in."""
    middles = [np.mean(line.box, axis=0) for line in lines if _words([line])]
    return bool(outside(np.array(middles).reshape(-1, 2), corners).any())


def _words(lines: Sequence[TextLine]) -> dict[str, str]:
    """The letters of the words that are looked up, and how each is spelt."""
    sure = (line.text for line in lines if line.confidence >= LEAST_CONFIDENCE)
    found: dict[str, str] = {}
    for word in (word for text in sure for word in text.split()):
        found.setdefault(letters(word), word)
    longest = sorted((word for word in found if len(word) >= words.LEAST_LETTERS), key=len, reverse=True)
    return {word: found[word] for word in longest[:MOST_WORDS]}
