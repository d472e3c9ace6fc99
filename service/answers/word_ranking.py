"""How well albums fit words, and where they hold them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio
from rapidfuzz.process import cdist

from db.letters import letters
from db.records import AlbumWords
from service.answers.records import Found, WordMatch
from sleeve.vocabulary import WordPlace

LEAST_LIKENESS = 0.7
"""From here on a part of a text counts as a word, misspelled or misread: two wrong letters of seven."""

LEAST_FIT = 0.4
LEAST_FIT_OF_BEST = 0.6
"""An album that fits less is not found, nor one that fits less than this share of the best."""

PRINTED = 0.9
"""What a word printed on a cover counts, against one in a name."""

_WHOLE = 0.05
"""What it counts beyond that if there is nothing else in a name or line."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A name or a line, and its letters."""

    album: int
    match: WordMatch
    letters: str


def ranked(asked: Sequence[str], albums: Sequence[AlbumWords]) -> list[Found]:
    """The albums that fit best first, equals by id; those that fit too little are left out.

    Args:
        asked: the letters of each word.
    """
    texts = [text for number, album in enumerate(albums) for text in _texts(number, album) if text.letters]
    if not texts:
        return []
    likeness = _likeness(asked, [text.letters for text in texts])
    of_album = np.array([text.album for text in texts])
    found = []
    for number in np.unique(of_album).tolist():
        rows = np.flatnonzero(of_album == number)
        fit, at = _fit(asked, likeness[:, rows], [texts[row] for row in rows])
        if fit >= LEAST_FIT:
            found.append(Found(albums[number], fit, tuple(texts[rows[row]].match for row in at)))
    least = LEAST_FIT_OF_BEST * max((album.fit for album in found), default=0)
    return sorted((a for a in found if a.fit >= least), key=lambda album: (-album.fit, album.words.album_id))


def _texts(number: int, album: AlbumWords) -> Iterator[_Text]:
    for place, name in ((WordPlace.ARTIST, album.artist), (WordPlace.TITLE, album.title)):
        if name:
            yield _Text(number, WordMatch(place, name), letters(name))
    for cover_id, lines in album.lines.items():
        for line in lines:
            yield _Text(number, WordMatch(WordPlace.COVER, line.text, cover_id, line.box), letters(line.text))


def _likeness(asked: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
    """(words, texts): how much of each word is together in each text, 0 to 1; 0 below ``LEAST_LIKENESS``."""
    likeness = np.asarray(cdist(asked, texts, scorer=partial_ratio, dtype=np.float32)) / 100
    # The library looks for the shorter in the longer, whichever is the word.
    lengths = np.array([[len(text) for text in texts]]) / np.array([[len(word)] for word in asked])
    likeness *= np.minimum(lengths, 1)
    return np.where(likeness >= LEAST_LIKENESS, likeness, 0)


def _fit(asked: Sequence[str], likeness: NDArray[np.float32], texts: Sequence[_Text]) -> tuple[float, list[int]]:
    """How well the texts of an album fit the words, and which of them hold one."""
    counts = np.array([PRINTED if text.match.place is WordPlace.COVER else 1.0 for text in texts])
    sizes = np.array([len(word) for word in asked])
    held = likeness * counts
    best = held.max(axis=1)
    filled = (sizes @ (likeness > 0)) / [len(text.letters) for text in texts]
    fit = float(sizes @ best / sizes.sum() + _WHOLE * (np.minimum(filled, 1) * counts).max())
    return fit, sorted({int(row) for row in held.argmax(axis=1)[best > 0]})
