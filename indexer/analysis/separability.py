"""How well a straight line separates each two genres, on covers whose artists and artworks it has not seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.bootstrap import resampled_weights
from indexer.genre import LabelledVectors
from indexer.progress import Progress, Silent

FOLDS = 5
LEAST_COVERS = 20
LEAST_GROUPS = 10
"""Genres with fewer covers, or of fewer groups, are not compared: nothing could be said about them."""

MOST_GENRES = 20
"""The commonest genres are compared, since pairs grow with the square."""

MOST_COVERS = 400
"""Covers of a genre that take part in a pair, drawn at random if there are more."""

RESAMPLES = 300
STRENGTH = 1.0
"""scikit-learn's C, its default."""


@dataclass(frozen=True, slots=True)
class GenrePair:
    """Two genres: the area under the ROC curve of the second against the first, 0.5 chance, 1 always separated.

    ``low`` and ``high`` are 95 %, by bootstrap over groups of the held-out scores. The models are not fitted anew, so
    the interval is a little narrow: of pairs that are noise, nearer 8 % than 5 % are called apart.
    """

    first: str
    second: str
    covers: tuple[int, int]
    auc: float
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """Whether the interval leaves out chance."""
        return self.low > _CHANCE


@dataclass(frozen=True, slots=True)
class Separability:
    """Every pair of the genres that have covers enough; ``left_out`` are those that have not."""

    genres: tuple[str, ...]
    left_out: tuple[str, ...]
    pairs: tuple[GenrePair, ...]

    def matrix(self) -> NDArray[np.float64]:
        """(g, g) AUC, symmetric; NaN on the diagonal."""
        table = np.full((len(self.genres), len(self.genres)), np.nan)
        for pair in self.pairs:
            first, second = self.genres.index(pair.first), self.genres.index(pair.second)
            table[first, second] = table[second, first] = pair.auc
        return table

    def mean_auc(self, genre: str) -> float:
        """Of a genre against each other one."""
        return float(np.mean([pair.auc for pair in self.pairs if genre in (pair.first, pair.second)]))

    def ranked(self) -> tuple[str, ...]:
        """Genres, the most distinct first."""
        return tuple(sorted(self.genres, key=lambda genre: -self.mean_auc(genre)))


def separability(
    data: LabelledVectors, *, seed: int, resamples: int = RESAMPLES, progress: Progress | None = None
) -> Separability:
    """Cross-validate a logistic regression on every pair of genres, groups kept on one side.

    Balanced classes, C = 1, five folds by ``StratifiedGroupKFold``; scores of all folds are pooled. A cover that has
    both genres takes no part in their pair.

    Args:
        data: of one model that was trained on none of the covers.
    """
    progress = progress or Silent()
    enough = [
        column
        for column in range(len(data.genres))
        if data.targets[:, column].sum() >= LEAST_COVERS
        and len(np.unique(data.groups[data.targets[:, column]])) >= LEAST_GROUPS
    ]
    enough = sorted(sorted(enough, key=lambda column: -int(data.targets[:, column].sum()))[:MOST_GENRES])
    pairs = list(combinations(enough, 2))
    progress.start("Separating genres", len(pairs))
    found = list(_live_index(data, pairs, seed, resamples, progress))
    compared = sorted({genre for pair in found for genre in (pair.first, pair.second)})
    return Separability(tuple(compared), tuple(sorted(set(data.genres) - set(compared))), tuple(found))


def pair_rows(
    data: LabelledVectors, first: int, second: int, *, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The covers that take part in a pair of columns, (m,) ascending, and which are of the second, (m,)."""
    chosen = []
    for column, other in ((first, second), (second, first)):
        rows = np.flatnonzero(data.targets[:, column] & ~data.targets[:, other])
        chosen.append(np.random.default_rng([seed, column]).permutation(rows)[:MOST_COVERS])
    rows = np.sort(np.concatenate(chosen))
    return rows, np.asarray(data.targets[rows, second])


def held_out_scores(
    vectors: NDArray[np.float32], is_second: NDArray[np.bool_], groups: NDArray[np.integer], *, seed: int
) -> NDArray[np.float64]:
    """(m,) log-odds of the second genre, each by a model that was fitted without the cover's group."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from threadpoolctl import threadpool_limits

    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1_000)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    with threadpool_limits(limits=1, user_api="blas"):
        scores = cross_val_predict(model, vectors, is_second, groups=groups, cv=folds, method="decision_function")
    return np.asarray(scores, dtype=np.float64)


def weighted_auc(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The area under the ROC curve for each of (r, m) weightings of m rows, (r,); NaN if one class has no weight.

    The Mann-Whitney form: the weight of pairs ordered rightly, equals counting half.
    """
    _, of_rows = np.unique(scores, return_inverse=True)
    distinct = int(of_rows.max()) + 1
    above, below = np.zeros((2, len(weights), distinct))
    for row, weighting in enumerate(weights):
        above[row] = np.bincount(of_rows, weighting * positive, minlength=distinct)
        below[row] = np.bincount(of_rows, weighting * ~positive, minlength=distinct)
    beaten = np.cumsum(below, axis=1) - below / 2
    total = above.sum(axis=1) * below.sum(axis=1)
    return np.asarray(
        np.divide((above * beaten).sum(axis=1), total, where=total > 0, out=np.full(len(weights), np.nan))
    )


def _live_index(
    data: LabelledVectors, pairs: list[tuple[int, int]], seed: int, resamples: int, progress: Progress
) -> Iterator[GenrePair]:
    for first, second in pairs:
        rows, is_second = pair_rows(data, first, second, seed=seed)
        progress.advance(1)
        groups = data.groups[rows]
        if min(len(np.unique(groups[is_second])), len(np.unique(groups[~is_second]))) < LEAST_GROUPS:
            continue
        scores = held_out_scores(data.vectors[rows], is_second, groups, seed=seed)
        drawn = np.stack([np.ones(len(rows)), *resampled_weights(groups, resamples=resamples, seed=seed)])
        auc, *others = weighted_auc(scores, is_second, drawn).tolist()
        low, high = np.nanquantile(others, [0.025, 0.975])
        counts = (int((~is_second).sum()), int(is_second.sum()))
        yield GenrePair(data.genres[first], data.genres[second], counts, auc, float(low), float(high))


_CHANCE = 0.5
