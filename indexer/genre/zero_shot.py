"""Genres that nobody labelled: how like a cover is to the names of genres, in a model that reads text. Pure.

Radford et al., "Learning transferable visual models from natural language supervision" (2021), 3.1. How much a
difference in likeness means is one number, fitted where there are labels: Guo et al., "On calibration of modern neural
networks" (2017), 4.2.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.genre.softmax import softmax

USUAL_SCALE = 100.0
"""What CLIP models are taught with; it holds until there are labels to fit it to."""

_SCALES = (1.0, 1000.0)


def probabilities(
    covers: NDArray[np.float32], names: NDArray[np.float32], scale: float = USUAL_SCALE
) -> NDArray[np.float64]:
    """The chance of each genre.

    Args:
        covers: (n, d) of length 1.
        names: (g, d) of length 1.

    Returns:
        (n, g); rows sum to 1.
    """
    return softmax(scale * (covers @ names.T))


def fit_scale(covers: NDArray[np.float32], names: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The scale with the least log loss, from 1 to 1000.

    Args:
        covers: (n, d) of length 1, n >= 1.
        names: (g, d) of length 1, g >= 2.
        labels: (n,) the genre of each cover, as a row of ``names``.
    """
    from scipy.optimize import minimize_scalar

    likeness = (covers @ names.T).astype(np.float64)
    own = likeness[np.arange(len(labels)), labels]

    def loss(exponent: float) -> float:
        scaled = np.exp(exponent) * likeness
        peaks = scaled.max(axis=1)
        return float(np.mean(np.log(np.exp(scaled - peaks[:, None]).sum(axis=1)) + peaks - np.exp(exponent) * own))

    found = minimize_scalar(loss, bounds=tuple(np.log(_SCALES)), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))
