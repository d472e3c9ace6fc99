"""Covers whose genre is probably wrong, by confident learning.

(Northcutt et al., "Confident learning: estimating uncertainty in dataset labels", 2021.) A label is suspect when a
model that has not seen it is surer of another genre than it usually is of covers of that genre.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LISTED_SHARE = 0.05
"""Of the labels, at most this share is listed. On real covers most of what confident learning suspects only looks
unlike its genre: with 5 % of the labels changed at random, 23 % of so short a list were changed ones
(``benchmarks.label_errors``), less of a longer one."""

LEAST_COVERS = 20
"""A label of a genre with fewer covers is never suspect: the model does not know what such covers look like. Nor is one
of a genre that it expects no more of that genre's covers than of any."""

_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label to look at again.

    Attributes:
        row: of the arrays that were given.
        given: the likeliest of the cover's genres.
        suggested: the likeliest of all.
        given_probability, suggested_probability: of the two, by a model that had not seen the cover.
    """

    row: int
    given: str
    suggested: str
    given_probability: float
    suggested_probability: float


def likely_label_errors(
    probabilities: NDArray[np.floating], targets: NDArray[np.bool_], genres: tuple[str, ...]
) -> tuple[Suspect, ...]:
    """The suspects, those whose own genre is least likely first.

    A cover of several genres is suspect only if none of them is likely.

    Args:
        probabilities: (n, g) out of fold; a row of zeros says nothing and is left out.
        targets: (n, g); every row has a genre.
        genres: the g names.
    """
    from cleanlab.filter import find_label_issues

    spoken = np.flatnonzero(probabilities.any(axis=1))
    given = np.where(targets, probabilities, -1.0).argmax(axis=1)
    present = np.unique(given[spoken])
    if len(present) < 2:
        return ()
    known = _known(probabilities[spoken], given[spoken])
    shares = np.maximum(probabilities[np.ix_(spoken, present)], _FLOOR)
    shares = shares / shares.sum(axis=1, keepdims=True)
    with warnings.catch_warnings():
        # Genres of which the model is never sure are left without a suspect, which is what is wanted.
        warnings.simplefilter("ignore", UserWarning)
        ranked = find_label_issues(
            np.searchsorted(present, given[spoken]),
            shares,
            filter_by="both",
            return_indices_ranked_by="self_confidence",
            n_jobs=1,
        )
    found = []
    for row in spoken[np.asarray(ranked, dtype=np.int64)].tolist():
        best = int(probabilities[row].argmax())
        if known[given[row]] and not targets[row, best]:
            likely = float(probabilities[row, given[row]]), float(probabilities[row, best])
            found.append(Suspect(row, genres[given[row]], genres[best], *likely))
    return tuple(found[: math.ceil(LISTED_SHARE * len(spoken))])


def _known(probabilities: NDArray[np.floating], given: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(g,): genres of enough covers, whose own covers get more probability of it than covers at large."""
    counts = np.bincount(given, minlength=probabilities.shape[1])
    own = np.bincount(given, probabilities[np.arange(len(given)), given], minlength=probabilities.shape[1])
    return np.asarray((counts >= LEAST_COVERS) & (own > counts * probabilities.mean(axis=0)))
