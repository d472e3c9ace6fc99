"""What the measures are, on arrays; what a right answer is, and for which genre a cover counts, ``genre.scoring`` says.

Every measure takes weights, how often each row counts, for the bootstrap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre.membership import genre_shares
from indexer.genre.scoring import answers, is_right, ratio

BINS = 15
"""Of equal width over (0, 1], as in Guo et al., "On calibration of modern neural networks", 2017."""

TOP = 3


def in_top(probabilities: NDArray[np.floating], targets: NDArray[np.bool_], count: int = TOP) -> NDArray[np.bool_]:
    """(n, g), (n, g) → (n,): whether one of the likeliest genres is among the album's; one of probability 0 is none."""
    likeliest = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    named = np.take_along_axis(targets & (probabilities > 0), likeliest, axis=1)
    return np.asarray(named.any(axis=1))


def mean(values: NDArray[np.bool_] | NDArray[np.float64], weights: NDArray[np.floating] | None = None) -> float:
    """The weighted mean; 0 of nothing."""
    total = len(values) if weights is None else float(weights.sum())
    return float(values.sum() if weights is None else values @ weights) / total if total else 0.0


def brier(probabilities: NDArray[np.floating], targets: NDArray[np.bool_]) -> float:
    """Mean squared distance to targets shared equally among an album's genres (Brier, 1950, summed over classes)."""
    return mean(((probabilities - genre_shares(targets)) ** 2).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How confidence and accuracy compare, (b,) each: what the bins of a reliability diagram show."""

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def expected_error(self) -> float:
        """ECE: the mean over bins of |accuracy - confidence|, weighted by how many rows are in them (equation 3)."""
        total = float(self.weight.sum())
        return float(np.abs(self.accuracy - self.confidence) @ self.weight) / total if total else 0.0


def reliability(
    probabilities: NDArray[np.floating],
    targets: NDArray[np.bool_],
    weights: NDArray[np.floating] | None = None,
    bins: int = BINS,
) -> Reliability:
    """Bin rows by the probability of their answer, intervals open to the left; right is as ``is_right`` has it.

    The probabilities of one album sum to 1, so if most albums have several genres, answers are right more often than
    their probability says, and the error shows it.
    """
    confidence = probabilities.max(axis=1) if probabilities.size else np.zeros(len(probabilities))
    right = is_right(answers(probabilities), targets)
    weight = np.ones(len(confidence)) if weights is None else weights
    row_bins = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    totals = _sums(row_bins, weight, bins)
    return Reliability(
        ratio(_sums(row_bins, weight * confidence, bins), totals),
        ratio(_sums(row_bins, weight * right, bins), totals),
        totals,
    )


def _sums(row_bins: NDArray[np.int64], amounts: NDArray[np.floating], bins: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(row_bins, amounts, minlength=bins), dtype=np.float64)
