"""What more labelled covers would bring, and how many neighbours to ask: accuracy against the number of either."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.bootstrap import interval
from indexer.evaluation.metrics import mean
from indexer.genre import LabelledVectors
from indexer.genre.folds import group_folds
from indexer.genre.head import fit_head
from indexer.genre.membership import genre_prior
from indexer.genre.neighbours import nearest
from indexer.genre.scoring import answers, is_right
from indexer.genre.voting import VoteSettings, vote_many
from indexer.genre.weighing import voting_queries
from indexer.progress import Progress, Silent
from sleeve.errors import TrainingError

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
NEIGHBOUR_COUNTS = (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 200, 320)
RESAMPLES = 500

_EVEN = 1e18
"""A temperature at which every voice weighs the same."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Accuracy at one size: of the training set in covers, or of the neighbourhood; 95 % by bootstrap over groups."""

    size: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Accuracy of the head at growing shares of the artists and artworks.

    ``last_doubling`` is what the last doubling of covers brought, ``low`` and ``high`` its 95 %, of the same covers.
    """

    points: tuple[CurvePoint, ...]
    last_doubling: float
    low: float
    high: float


def learning_curve(
    data: LabelledVectors,
    *,
    C: float,  # noqa: N803 (scikit-learn's name)
    seed: int,
    shares: Sequence[float] = SHARES,
    progress: Progress | None = None,
) -> LearningCurve:
    """Fit the head to nested random shares of the groups, test it on covers of others that the backbone has not seen.

    The backbone stays as it is: what it would learn from more covers is not in the curve.

    Args:
        C: the head's regularisation, the same at every size.
        shares: ascending; the last two are compared.

    Raises:
        TrainingError: too few groups to split.
    """
    progress = progress or Silent()
    tested = np.flatnonzero(data.unseen_or_all)
    folds = group_folds(data.targets[tested], data.groups[tested], seed=seed)
    progress.start("Learning curve", len(shares) * len(np.unique(folds)))
    right = np.zeros((len(shares), len(tested)), dtype=np.bool_)
    sizes = np.zeros((len(shares), len(np.unique(folds))))
    for fold in np.unique(folds):
        held_out = tested[folds == fold]
        train = np.flatnonzero(~np.isin(data.groups, data.groups[held_out]))
        found = np.random.default_rng([seed, int(fold)]).permutation(np.unique(data.groups[train]))
        for number, share in enumerate(shares):
            kept = train[np.isin(data.groups[train], found[: max(2, round(share * len(found)))])]
            sizes[number, fold] = len(kept)
            right[number, folds == fold] = _right(data, kept, held_out, C)
            progress.advance(1)
    groups = data.groups[tested]
    points = tuple(
        _point(round(size), right[number], groups, seed) for number, size in enumerate(sizes.mean(axis=1).tolist())
    )
    gained = right[-1].astype(np.float64) - right[-2]
    low, high = interval(lambda weights: mean(gained, weights), groups, resamples=RESAMPLES, seed=seed)
    return LearningCurve(points, mean(gained), low, high)


def neighbours_curve(
    data: LabelledVectors,
    *,
    seed: int,
    settings: VoteSettings | None = None,
) -> tuple[CurvePoint, ...]:
    """Accuracy of the vote of the k nearest covers of other groups, for covers that the backbone has not seen.

    Args:
        settings: how voices are weighed; k is not used. By default every voice is equal and no prior is taken out,
            which is plain k-NN with ties going to the first genre.
    """
    chosen = settings or VoteSettings(temperature=_EVEN, prior_exponent=0, near_duplicate_similarity=2)
    tested = np.flatnonzero(data.unseen_or_all)
    counts = [count for count in NEIGHBOUR_COUNTS if count < len(data)]
    asked = data.vectors[tested]
    if settings is not None:
        asked = voting_queries(asked, data.genre_dimensions, settings.genre_weight)
    hits = nearest(
        asked,
        data.vectors,
        max(counts, default=1),
        query_groups=data.groups[tested],
        gallery_groups=data.groups,
        below=chosen.near_duplicate_similarity,
        apart=data.take(tested).apart_from(data),
    )
    prior = genre_prior(data.targets)
    points = []
    for count in counts:
        near = hits.similarities[:, :count], hits.rows[:, :count]
        votes = vote_many(*near, data.targets, prior, chosen.model_copy(update={"k": count}))
        points.append(_point(count, is_right(answers(votes), data.targets[tested]), data.groups[tested], seed))
    return tuple(points)


def _right(
    data: LabelledVectors,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    C: float,  # noqa: N803
) -> NDArray[np.bool_]:
    try:
        head = fit_head(data.vectors[train], data.targets[train], data.genres, C=C).head
    except TrainingError:
        # Too few covers to learn two genres from: nothing is answered, nothing is right.
        return np.zeros(len(test), dtype=np.bool_)
    columns = [data.genres.index(genre) for genre in head.genres]
    answered = np.array(columns)[head.probabilities(data.vectors[test]).argmax(axis=1)]
    return is_right(answered, data.targets[test])


def _point(size: int, right: NDArray[np.bool_], groups: NDArray[np.integer], seed: int) -> CurvePoint:
    low, high = interval(lambda weights: mean(right, weights), groups, resamples=RESAMPLES, seed=seed)
    return CurvePoint(size, mean(right), low, high)
