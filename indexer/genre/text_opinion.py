"""The text opinion: a linear classifier on the words of a cover and how they are set; silent if it knows no word."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Self

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine
from indexer.genre.counted_texts import CountedTexts, text_inputs
from indexer.genre.head import LEAST_GENRES
from indexer.genre.layout import DIMENSION, layout
from indexer.genre.softmax import softmax
from indexer.genre.stored_arrays import unpack
from indexer.genre.wording import words_of
from sleeve.errors import BundleError

MAX_NUMBERS = 2**22
"""The most weights of one: 8 MiB."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word that spoke for a genre: as it was read, the number of its line, and by how much it raised the logarithm of
    the genre's odds over those of a genre that the word says nothing about."""

    word: str
    line: int
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class TextOpinion:
    """One linear score for each genre, of the terms of a text (see ``terms_of``) and its layout.

    The terms are a vector, 1 + ln(count) times the term's rarity each, made of length 1 (Salton and
    Buckley, "Term-weighting approaches in automatic text retrieval", 1988).

    Attributes:
        genres: of the columns of ``probabilities``.
        terms: the t terms that it knows, in order.
        rarity: (t,) float32.
        weights: (t, g) float16.
        layout_weights: (l, g) float32.
        bias: (g,) float32.

    Raises:
        BundleError: these do not fit one another, or a number is not finite.
    """

    genres: tuple[str, ...]
    terms: tuple[str, ...]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float16]
    layout_weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    _rows: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {term: row for row, term in enumerate(self.terms)})
        genres, terms = len(self.genres), len(self.terms)
        if genres < 2 or len(set(self.genres)) < genres or len(self._rows) < terms:
            raise BundleError("the text opinion is damaged: it must know two or more genres, each term and genre once")
        numbers = (self.rarity, self.weights, self.layout_weights, self.bias)
        if [each.shape for each in numbers] != [(terms,), (terms, genres), (DIMENSION, genres), (genres,)]:
            raise BundleError(f"the text opinion is damaged: its numbers are not those of {terms} terms")
        if [each.dtype for each in numbers] != [np.float32, np.float16, np.float32, np.float32]:
            raise BundleError("the text opinion is damaged: its numbers are of another kind")
        if not all(np.isfinite(each).all() for each in numbers):
            raise BundleError("the text opinion is damaged: it holds numbers that are not finite")

    def without_others(self, genres: Collection[str]) -> Self | None:
        """The opinion on these genres alone; None if it knows fewer than two of them."""
        kept = [number for number, genre in enumerate(self.genres) if genre in genres]
        if len(kept) == len(self.genres):
            return self
        if len(kept) < LEAST_GENRES:
            return None
        names = tuple(self.genres[number] for number in kept)
        weights, layout_weights = self.weights[:, kept], self.layout_weights[:, kept]
        return type(self)(names, self.terms, self.rarity, weights, layout_weights, self.bias[kept])

    def probabilities(self, texts: Sequence[Sequence[TextLine]]) -> NDArray[np.float64]:
        """(n, g), each row sums to 1; zeros for a text that holds no term it knows."""
        found = np.zeros((len(texts), len(self.genres)))
        for row, lines in enumerate(texts):
            counts = self._counts(lines)
            if counts:
                known = np.fromiter(counts, dtype=np.int64)
                said = self._values(counts) @ self.weights[known].astype(np.float32)
                found[row] = softmax(said + layout(lines) @ self.layout_weights + self.bias)
        return found

    def probabilities_of(self, texts: CountedTexts) -> NDArray[np.float64]:
        """``probabilities`` of counted texts."""
        counts = texts.of_terms(self.terms)
        weights = np.concatenate([self.weights.astype(np.float32), self.layout_weights])
        scores = text_inputs(counts, self.rarity, texts.layouts) @ weights + self.bias
        return np.where(np.diff(counts.indptr)[:, np.newaxis] > 0, softmax(scores), 0.0)

    def spoken(self, lines: Sequence[TextLine]) -> dict[str, tuple[SpokenWord, ...]]:
        """For each genre the words that spoke for it, the loudest first."""
        counts = self._counts(lines)
        values = dict(zip(counts, self._values(counts) / np.fromiter(counts.values(), dtype=float), strict=True))
        heard: dict[str, list[SpokenWord]] = {genre: [] for genre in self.genres}
        for word in words_of(lines):
            rows = [row for term in word.terms if (row := self._rows.get(term)) is not None]
            said = np.array([values[row] for row in rows]) @ self.weights[rows].astype(np.float32)
            for genre, weight in zip(self.genres, (said - said.mean()).tolist(), strict=True):
                if weight > 0:
                    heard[genre].append(SpokenWord(word.read, word.line, weight))
        return {genre: tuple(sorted(said, key=lambda one: -one.weight)) for genre, said in heard.items()}

    def to_bytes(self) -> bytes:
        """A compressed npz file without pickles; equal opinions give equal bytes."""
        file = BytesIO()
        np.savez_compressed(
            file,
            genres=np.array(self.genres),
            terms=np.frombuffer("\n".join(self.terms).encode(), dtype=np.uint8),
            rarity=self.rarity,
            weights=self.weights,
            layout_weights=self.layout_weights,
            bias=self.bias,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The text opinion that ``to_bytes`` wrote.

        Raises:
            BundleError: these are not the bytes of one.
        """
        names = ("genres", "terms", "rarity", "weights", "layout_weights", "bias")
        genres, terms, *numbers = unpack(data, names, "text opinion")
        if genres.ndim != 1 or genres.dtype.kind != "U" or terms.dtype != np.uint8:
            raise BundleError("the text opinion is damaged: its genres and terms are not lists of names")
        try:
            named = tuple(terms.tobytes().decode().split("\n"))
        except UnicodeDecodeError as error:
            raise BundleError("the text opinion is damaged: its terms are not UTF-8") from error
        return cls(tuple(genres.tolist()), named, *numbers)

    def _counts(self, lines: Sequence[TextLine]) -> Counter[int]:
        """How often each known term is in a text, by its row."""
        terms = (term for word in words_of(lines) for term in word.terms)
        return Counter(row for term in terms if (row := self._rows.get(term)) is not None)

    def _values(self, counts: Counter[int]) -> NDArray[np.float32]:
        return term_values(self.rarity[np.fromiter(counts, dtype=np.int64)], np.fromiter(counts.values(), dtype=float))


def term_values(rarity: NDArray[np.float32], counts: NDArray[np.float64]) -> NDArray[np.float32]:
    """The vector of a text, from the rarity and the count (1 or more) of each of its terms."""
    values = (1 + np.log(counts)) * rarity
    return (values / max(float(np.linalg.norm(values)), 1e-12)).astype(np.float32)
