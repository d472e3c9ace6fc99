"""The numbers that choices are made by. Rows may carry weights (how often each counts), as a bootstrap needs.

A cover counts for one genre: the predicted one when it is among its album's, else the album's primary genre, which is
the first of its columns unless another is given. A cover without a prediction (a row of zeros) counts as wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre.membership import genre_shares

NO_ANSWER = -1

_LEAST_PROBABILITY = 1e-12
"""Lower probabilities count as this, so that one certain mistake does not make the mean infinite."""


def answers(probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n, g) → (n,), the likeliest genre of each row, the first of equals; -1 for a row of zeros."""
    return np.where(probabilities.any(axis=1), probabilities.argmax(axis=1), NO_ANSWER).astype(np.int64)


def is_right(answered: NDArray[np.integer], targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,), (n, g) → (n,): whether each answer is among the album's genres."""
    right: NDArray[np.bool_] = targets[np.arange(len(targets)), answered] & (answered != NO_ANSWER)
    return right


def confusion(
    answered: NDArray[np.integer],
    targets: NDArray[np.bool_],
    primary: NDArray[np.integer] | None = None,
    weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """(g, g + 1): row the genre that a cover counts for, column the answer; the last column is not an answer."""
    count = targets.shape[1]
    first = targets.argmax(axis=1) if primary is None else primary
    actual = np.where(is_right(answered, targets), answered, first)
    cells = actual * (count + 1) + np.where(answered == NO_ANSWER, count, answered)
    table = np.asarray(np.bincount(cells, weights, minlength=count * (count + 1)), dtype=np.float64)
    return np.asarray(table.reshape(count, count + 1))


def accuracy(table: NDArray[np.float64]) -> float:
    """Share of a confusion table that is right; 0 for an empty one."""
    total = float(table.sum())
    return float(np.trace(table)) / total if total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """Of each genre, (g,): scikit-learn's precision, recall, F1 and support, 0 if nothing is to divide by."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.float64]
    answered: NDArray[np.float64]

    def macro(self, values: NDArray[np.float64]) -> float:
        """The mean over the genres that have support or were answered."""
        seen = (self.support > 0) | (self.answered > 0)
        return float(values[seen].mean()) if seen.any() else 0.0

    def weighted(self, values: NDArray[np.float64]) -> float:
        """The mean weighted by support."""
        total = float(self.support.sum())
        return float(values @ self.support) / total if total else 0.0


def precision_recall(table: NDArray[np.float64]) -> PrecisionRecall:
    """Of a (g, g + 1) confusion table."""
    hits, support, answered = np.diag(table), table.sum(axis=1), table[:, :-1].sum(axis=0)
    return PrecisionRecall(
        ratio(hits, answered), ratio(hits, support), ratio(2 * hits, support + answered), support, answered
    )


def macro_f1(table: NDArray[np.float64]) -> float:
    """The plain mean of F1 over the genres that a cover counts for or that were answered (scikit-learn's default)."""
    scores = precision_recall(table)
    return scores.macro(scores.f1)


def negative_log_likelihood(probabilities: NDArray[np.floating], targets: NDArray[np.bool_]) -> float:
    """Mean cross-entropy in nats against targets shared equally among an album's genres."""
    if not len(targets):
        return 0.0
    logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY))
    return float(-(genre_shares(targets) * logs).sum(axis=1).mean())


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """``part`` / ``whole``, 0 if ``whole`` is 0."""
    return np.asarray(np.divide(part, whole, where=whole > 0, out=np.zeros(len(part))))
