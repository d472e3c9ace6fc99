"""Which albums are of which genres, as arrays.

An album of several genres has one voice and shares it out equally among them, in the vote, in training the head and in
every measure, so no album counts more than another.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def membership(genres_of_albums: Sequence[Iterable[str]], genres: Sequence[str]) -> NDArray[np.bool_]:
    """The names of each album's genres → (n, g) bool; names that are not among ``genres`` are left out."""
    columns = {genre: column for column, genre in enumerate(genres)}
    found = np.zeros((len(genres_of_albums), len(genres)), dtype=np.bool_)
    for row, names in enumerate(genres_of_albums):
        for name in names:
            if name in columns:
                found[row, columns[name]] = True
    return found


def genre_shares(targets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, g) bool → (n, g), rows that sum to 1, or to 0 for an album without a genre."""
    return rows_to_one(targets.astype(np.float64))


def genre_prior(targets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, g) bool → (g,), the share of all albums with a genre that each genre has; zeros if no album has one."""
    totals: NDArray[np.float64] = genre_shares(targets).sum(axis=0)
    return np.asarray(totals / max(float(totals.sum()), 1.0))


def rows_to_one(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, g) of 0 or more → each row over its sum; rows of zeros stay so."""
    totals = amounts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(amounts, totals, where=totals > 0, out=np.zeros_like(amounts)))
