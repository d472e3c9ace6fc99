"""What the head and the text opinion share: how scores become probabilities, and how much each cover counts."""

import numpy as np
from numpy.typing import NDArray

from indexer.genre.membership import genre_shares

BALANCE = 0.5
"""How far rare genres are raised: 0 leaves common genres their advantage, 1 makes all genres weigh the same."""


def softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """(…, g) → probabilities, each row sums to 1."""
    exponentials = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def weighted_rows(
    targets: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(n, g) → the row, the genre and the weight of each example, (m,) each; weights have a mean of 1.

    An album of several genres has a row for each, with the weight split among them. Rows of a genre are weighted
    by its prior to the power of -``BALANCE``.
    """
    shares = genre_shares(targets)
    prior = shares.sum(axis=0) / shares.sum()
    rows, labels = np.nonzero(shares)
    weights = shares[rows, labels] * prior[labels] ** -BALANCE
    return rows, labels, weights / weights.mean()
