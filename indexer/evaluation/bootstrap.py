"""Confidence intervals by resampling groups, since covers of one artist are no independent evidence."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

_LEVEL = 0.95


def resampled_weights(groups: NDArray[np.integer], *, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """For each resample, how often each row counts, (n,): as often as its group was drawn, with replacement."""
    found, of_rows = np.unique(groups, return_inverse=True)
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = generator.integers(0, len(found), len(found))
        yield np.bincount(drawn, minlength=len(found))[of_rows].astype(np.float64)


def interval(
    measure: Callable[[NDArray[np.float64]], float], groups: NDArray[np.integer], *, resamples: int, seed: int
) -> tuple[float, float]:
    """The percentile interval, 95 %, of a measure of row weights (Efron, "Bootstrap methods", 1979).

    The same seed draws the same resamples, so intervals of two methods are of the same covers.
    """
    values = [measure(weights) for weights in resampled_weights(groups, resamples=resamples, seed=seed)]
    low, high = np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
