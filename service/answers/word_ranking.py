"""How well albums fit words, and where they hold them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio
from rapidfuzz.process import cdist

from db.records import AlbumLetters
from sleeve.vocabulary import CoverId, WordPlace

LEAST_LIKENESS = 0.7
"""From here on a part of a text counts as a word, misspelled or misread: two wrong letters of seven."""

LEAST_FIT = 0.4
LEAST_FIT_OF_BEST = 0.6
"""An album that fits less is not found, nor one that fits less than this share of the best."""

PRINTED = 0.9
"""What a word printed on a cover counts, against one in a name."""

_WHOLE = 0.05
"""What it counts beyond that if there is nothing else in a name or line."""

_NAMES = (WordPlace.ARTIST, WordPlace.TITLE)

_Text: TypeAlias = tuple[CoverId | None, int, str]
"""The cover, or None for a name; which of its lines or of the names; its letters. A ``Place`` of each would take longer
than comparing them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text of an album is: the artist, the title, or a line of a cover, counted from 0."""

    place: WordPlace
    cover_id: CoverId | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """An album that fits words.

    Attributes:
        fit: how well, from 0; names that hold all of the words reach 1 and a little more.
        places: the texts that hold a word best, names before lines.
    """

    album: AlbumLetters
    fit: float
    places: tuple[Place, ...]


def ranked(asked: Sequence[str], albums: Sequence[AlbumLetters]) -> list[Ranked]:
    """The albums that fit best first, equals in the order given; those that fit too little are left out.

    Args:
        asked: the letters of each word.
        albums: those without any text are left out.
    """
    texts = [(number, text) for number, album in enumerate(albums) for text in _texts(album)]
    if not texts:
        return []
    likeness = _likeness(asked, [spelt for _, (_, _, spelt) in texts])
    counts = np.array([1.0 if cover_id is None else PRINTED for _, (cover_id, _, _) in texts])
    sizes = np.array([len(word) for word in asked])
    filled = np.minimum((sizes @ (likeness > 0)) / [len(spelt) for _, (_, _, spelt) in texts], 1)
    held = likeness * counts
    numbers, starts = np.unique([number for number, _ in texts], return_index=True)
    fits = sizes @ np.maximum.reduceat(held, starts, axis=1) / sizes.sum()
    fits += _WHOLE * np.maximum.reduceat(filled * counts, starts)
    found = np.flatnonzero(fits >= max(LEAST_FIT, LEAST_FIT_OF_BEST * fits.max()))
    ends = [*starts[1:].tolist(), len(texts)]
    return [
        Ranked(
            albums[int(numbers[at])],
            float(fits[at]),
            tuple(_place(texts[starts[at] + row][1]) for row in _best_rows(held[:, starts[at] : ends[at]])),
        )
        for at in found[np.argsort(-fits[found], kind="stable")].tolist()
    ]


def held(asked: Sequence[str], album: AlbumLetters) -> list[bool]:
    """Of each word, given by its letters, whether an album holds it, misspelled or misread."""
    texts = [spelt for _, _, spelt in _texts(album)]
    if not texts:
        return [False] * len(asked)
    return [bool(some.any()) for some in _likeness(asked, texts)]


def _texts(album: AlbumLetters) -> Iterator[_Text]:
    """The texts that say something, names before lines."""
    for number, spelt in enumerate(album.names):
        if spelt:
            yield None, number, spelt
    for cover_id, lines in album.lines.items():
        for number, spelt in enumerate(lines):
            if spelt:
                yield cover_id, number, spelt


def _place(text: _Text) -> Place:
    cover_id, number, _ = text
    return Place(_NAMES[number]) if cover_id is None else Place(WordPlace.COVER, cover_id, number)


def _likeness(asked: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
    """(words, texts): how much of each word is together in each text, 0 to 1; 0 below ``LEAST_LIKENESS``."""
    found = cdist(asked, texts, scorer=partial_ratio, dtype=np.float32, score_cutoff=100 * LEAST_LIKENESS)
    likeness = np.asarray(found) / 100
    # The library looks for the shorter in the longer, whichever is the word.
    lengths = np.array([[len(text) for text in texts]]) / np.array([[len(word)] for word in asked])
    likeness *= np.minimum(lengths, 1)
    return np.where(likeness >= LEAST_LIKENESS, likeness, 0)


def _best_rows(held: NDArray[np.float64]) -> list[int]:
    """Of an album's texts those that hold a word best."""
    return sorted({int(row) for row in held.argmax(axis=1)[held.max(axis=1) > 0]})
