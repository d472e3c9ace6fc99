"""Folds for cross-validation that keep a group on one side."""

import warnings

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import TrainingError

FOLDS = 5


def group_folds(
    targets: NDArray[np.bool_], groups: NDArray[np.integer], *, seed: int, count: int = FOLDS
) -> NDArray[np.int64]:
    """The fold that each row is tested in, (n,) from 0; genres are spread evenly as far as groups allow.

    A row counts for the rarest of its genres, so that the rare ones are spread.

    Args:
        targets: (n, g); every row has a genre.
        groups: (n,).

    Raises:
        TrainingError: all rows are of one group, or no two of one genre.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    numbers = targets.sum(axis=0)
    rarest = np.where(targets, numbers, np.iinfo(np.int64).max).argmin(axis=1)
    count = min(count, len(np.unique(groups)), int(np.bincount(rarest).max()))
    if count < 2:
        raise TrainingError("albums with genres are too few or all of one artist: none is left to measure a model on")
    folds = np.zeros(len(targets), dtype=np.int64)
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A genre with fewer albums than folds is missing from some: known, and no reason to give up.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, tested) in enumerate(splitter.split(targets, rarest, groups)):
            folds[tested] = fold
    return folds
