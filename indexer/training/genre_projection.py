"""The genre part of a vector: what a regularised classifier says about a cover's style, read from the untuned tower.

A projection learned by gradient descent along with the tower knew its training covers almost by heart and lost five
points of accuracy on others. The tower and its classifier are therefore learned apart (Kang et al., "Decoupling
representation and classifier for long-tailed recognition", 2020): this fit is convex, and its penalty is strong. A
tuned tower's style would flatter the covers that it was tuned on, so it is the style of the tower as it was.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

_PENALTY = 1e-3
"""Of the squared weights, against the mean loss, on styles scaled to a length of ``_STYLE_LENGTH``."""

_STYLE_LENGTH = 5.0

_LEAST_DEVIATION = 1e-3

_MOST_STEPS = 200


@dataclass(frozen=True, slots=True, eq=False)
class GenreProjection:
    """(style - mean) / deviation @ weights.T + bias: a number for each genre, of length 1 on average.

    Args:
        mean, deviation: (w,) of the styles.
        weights: (g, w); bias (g,).
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def fit_genre_projection(styles: NDArray[np.float32], targets: NDArray[np.float32]) -> GenreProjection:
    """Fit multinomial logistic regression, centre its logits and bring them to a mean length of 1.

    Args:
        styles: (n, w).
        targets: (n, g), rows that sum to what the cover counts; one of several genres counts for each by its share.
    """
    mean, deviation = styles.mean(axis=0), styles.std(axis=0) + _LEAST_DEVIATION
    scale = _STYLE_LENGTH / styles.shape[1] ** 0.5
    scaled = (styles - mean) / deviation * scale
    rows, genres = np.nonzero(targets)
    shares = targets[rows, genres]
    model = LogisticRegression(C=1 / (2 * _PENALTY * shares.sum()), max_iter=_MOST_STEPS)
    model.fit(scaled[rows], genres, sample_weight=shares)
    weights = np.zeros((targets.shape[1], styles.shape[1]))
    if len(model.classes_) == 2:
        weights[model.classes_] = np.vstack([-model.coef_, model.coef_]) / 2
    else:
        weights[model.classes_] = model.coef_
    weights = (weights - weights.mean(axis=0)) * scale
    logits = (styles - mean) / deviation @ weights.T
    centre = logits.mean(axis=0)
    length = np.linalg.norm(logits - centre, axis=1).mean() or 1.0
    return GenreProjection(
        mean.astype(np.float32),
        deviation.astype(np.float32),
        (weights / length).astype(np.float32),
        (-centre / length).astype(np.float32),
    )
