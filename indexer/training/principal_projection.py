"""What the untuned tower itself knows of a cover, in few numbers, to go with what was learned of artworks.

A tower that learned to see through glare and perspective forgets a little of what separates two pressings from two
covers of one series; its features before that still hold it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEAST_DEVIATION = 1e-3

_LEAST_VARIANCE = 1e-6

_LEAST_SHARE = 1e-4
"""Of the first component's variance: less is noise that whitening would blow up."""


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalProjection:
    """features @ weights.T + bias: principal components, each of mean 0 and variance 1 over what it was fitted to.

    Args:
        weights: (k, w); bias (k,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def fit_principal_projection(features: NDArray[np.float32], dimension: int) -> PrincipalProjection:
    """Standardise features, and whiten their first principal components.

    Whitening keeps the commonest component from deciding every similarity (Jégou and Chum, "Negative evidences and
    co-occurences in image retrieval", 2012).

    Args:
        features: (n, w), two rows or more.
        dimension: k; fewer components are given if the features vary in fewer directions, but one at least.
    """
    wide = features.astype(np.float64)
    mean, deviation = wide.mean(axis=0), wide.std(axis=0) + _LEAST_DEVIATION
    _, spread, components = np.linalg.svd((wide - mean) / deviation, full_matrices=False)
    variances = np.square(spread[:dimension]) / len(features)
    kept = max(1, int((variances > max(_LEAST_SHARE * variances[0], _LEAST_VARIANCE)).sum()))
    scale = np.sqrt(np.maximum(variances[:kept, np.newaxis], _LEAST_VARIANCE))
    weights = components[:kept] / scale / deviation
    return PrincipalProjection(weights.astype(np.float32), (-weights @ mean).astype(np.float32))
