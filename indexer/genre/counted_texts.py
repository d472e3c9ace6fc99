"""Texts of many covers as counts of terms, for fitting and measuring."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine
from indexer.genre.layout import DIMENSION, layout
from indexer.genre.wording import words_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True, eq=False)
class CountedTexts:
    """Counts of terms; a cover without text, or that nobody has read, has none.

    Attributes:
        terms: the t terms, sorted.
        counts: (n, t) float32.
        layouts: (n, l) float32, see ``layout``.
    """

    terms: tuple[str, ...]
    counts: "csr_matrix"
    layouts: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.counts.shape[0])

    def __getitem__(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Self:
        """These covers, in this order."""
        return type(self)(self.terms, self.counts[rows], self.layouts[rows])

    def only(self, terms: Sequence[str]) -> Self:
        """The same covers with these terms alone."""
        return type(self)(tuple(terms), self.of_terms(terms), self.layouts)

    def joined(self, others: Self) -> Self:
        """These covers, then the others."""
        from scipy.sparse import vstack

        terms = tuple(sorted({*self.terms, *others.terms}))
        counts = vstack([self.of_terms(terms), others.of_terms(terms)], format="csr")
        return type(self)(terms, counts, np.concatenate([self.layouts, others.layouts]))

    @property
    def speak(self) -> NDArray[np.bool_]:
        """(n,), whether a cover has any of the terms."""
        return np.asarray(np.diff(self.counts.indptr) > 0)

    def of_terms(self, terms: Sequence[str]) -> "csr_matrix":
        """(n, len(terms)) counts of these terms; those that no cover has are zeros."""
        from scipy.sparse import csr_matrix

        column = {term: number for number, term in enumerate(self.terms)}
        wanted = [(column[term], place) for place, term in enumerate(terms) if term in column]
        rows, columns = np.array(wanted, dtype=np.int64).reshape(-1, 2).T
        ones = np.ones(len(rows), dtype=np.float32)
        return (self.counts @ csr_matrix((ones, (rows, columns)), shape=(len(self.terms), len(terms)))).tocsr()


def count_texts(texts: Sequence[Sequence[TextLine]]) -> CountedTexts:
    """Count the terms of texts, one for each cover."""
    from scipy.sparse import csr_matrix

    counted = [Counter(term for word in words_of(lines) for term in word.terms) for lines in texts]
    terms = tuple(sorted({term for counts in counted for term in counts}))
    column = {term: number for number, term in enumerate(terms)}
    columns = [column[term] for counts in counted for term in counts]
    values = np.fromiter((count for counts in counted for count in counts.values()), dtype=np.float32)
    starts = np.cumsum([0, *map(len, counted)])
    layouts = np.array([layout(lines) for lines in texts], dtype=np.float32).reshape(-1, DIMENSION)
    return CountedTexts(terms, csr_matrix((values, columns, starts), shape=(len(counted), len(terms))), layouts)


def text_inputs(counts: "csr_matrix", rarity: NDArray[np.float32], layouts: NDArray[np.float32]) -> "csr_matrix":
    """(n, t) counts → (n, t + l) what ``TextOpinion`` weighs: a vector of length 1, then the layout."""
    from scipy.sparse import csr_matrix, hstack

    row_of_each = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    values = (1 + np.log(counts.data)) * rarity[counts.indices]
    lengths = np.sqrt(np.bincount(row_of_each, values**2, minlength=counts.shape[0]))
    values = (values / lengths[row_of_each]).astype(np.float32)
    vectors = csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
    return hstack([vectors, csr_matrix(layouts)], format="csr")
