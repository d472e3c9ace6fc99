"""What covers say: how much text there is, which words speak for which genre, where text and picture disagree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine
from indexer.genre import LabelledVectors, TextOpinion
from indexer.genre.wording import is_word

LEAST_GROUPS = 5
"""Artists or artworks, as far as they are known, whose covers hold a word that is listed: fewer are names."""

LEAST_LETTERS = 3

WORDS_A_GENRE = 12


@dataclass(frozen=True, slots=True)
class TextAmount:
    """The covers of a genre: how many, how many with text, and the median number of words on those."""

    genre: str
    covers: int
    with_text: int
    words: float


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A word, how many covers hold it, and by how much it raises the logarithm of a genre's odds over those of a genre
    that it says nothing about, if it is the only word."""

    genre: str
    word: str
    covers: int
    weight: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A cover (``row`` of the data) whose text and picture are each for another genre, with their probabilities."""

    row: int
    picture: str
    picture_probability: float
    text: str
    text_probability: float


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Covers whose text and picture were both heard.

    Attributes:
        heard: how many.
        differ: of how many the two differ; ``picture_right`` and ``text_right`` of those each is right.
        worst: those on which both are surest.
    """

    heard: int
    differ: int
    picture_right: int
    text_right: int
    worst: tuple[Disagreement, ...]


def text_amounts(data: LabelledVectors) -> tuple[TextAmount, ...]:
    """Of each genre, the commonest first; without texts none."""
    if data.texts is None:
        return ()
    words = np.array([is_word(term, 1) for term in data.texts.terms], dtype=np.float32)
    counts = np.asarray(data.texts.counts @ words)
    found = [
        TextAmount(genre, int(rows.sum()), int((counts[rows] > 0).sum()), _median(counts[rows & (counts > 0)]))
        for genre, rows in zip(data.genres, data.targets.T, strict=True)
    ]
    return tuple(sorted(found, key=lambda amount: (-amount.covers, amount.genre)))


def telling_words(data: LabelledVectors, opinion: TextOpinion) -> tuple[TellingWord, ...]:
    """For each genre the words that speak for it most, ``WORDS_A_GENRE`` at most, of those on covers of enough
    groups."""
    if data.texts is None:
        return ()
    found: dict[str, list[TellingWord]] = {genre: [] for genre in opinion.genres}
    known = [number for number, term in enumerate(data.texts.terms) if is_word(term, LEAST_LETTERS)]
    columns = data.texts.counts.tocsc()
    for number in known:
        rows = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
        if len(np.unique(data.groups[rows])) < LEAST_GROUPS:
            continue
        word = data.texts.terms[number].strip("=")
        for genre, spoken in opinion.spoken([_line(word)]).items():
            found[genre] += [TellingWord(genre, word, len(rows), one.weight) for one in spoken[:1]]
    return tuple(
        word
        for genre in found
        for word in sorted(found[genre], key=lambda one: (-one.weight, one.word))[:WORDS_A_GENRE]
    )


def disagreements(
    data: LabelledVectors,
    rows: NDArray[np.integer],
    pictures: NDArray[np.float64],
    texts: NDArray[np.float64],
    count: int,
) -> Disagreements:
    """Where the likeliest genres of text and picture differ.

    Args:
        rows: (m,) of the data, those answered for.
        pictures, texts: (m, g) by models that had not seen them; rows of zeros of what says nothing.
        count: the most that are listed.
    """
    heard = np.flatnonzero(pictures.any(axis=1) & texts.any(axis=1))
    rows, pictures, texts = rows[heard], pictures[heard], texts[heard]
    seen, read = pictures.argmax(axis=1), texts.argmax(axis=1)
    differ = np.flatnonzero(seen != read)
    sure = np.minimum(pictures.max(axis=1), texts.max(axis=1))
    worst = differ[np.argsort(-sure[differ], kind="stable")][:count]
    targets = data.targets[rows]
    return Disagreements(
        len(heard),
        len(differ),
        int(targets[differ, seen[differ]].sum()),
        int(targets[differ, read[differ]].sum()),
        tuple(
            Disagreement(
                int(rows[at]),
                data.genres[seen[at]],
                float(pictures[at, seen[at]]),
                data.genres[read[at]],
                float(texts[at, read[at]]),
            )
            for at in worst.tolist()
        ),
    )


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if len(values) else 0.0


def _line(word: str) -> TextLine:
    return TextLine(word, ((0, 0), (1, 0), (1, 1), (0, 1)), 1)
