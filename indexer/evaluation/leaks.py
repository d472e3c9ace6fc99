"""What a careless split would have shown."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.report import LeakCheck
from indexer.genre.fit import fit_genre_model
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.neighbours import nearest


def check_leaks(data: LabelledVectors, *, near_duplicate_similarity: float, seed: int) -> LeakCheck:
    """Cross-validate the prediction twice, by group and as if every cover were a group of its own.

    Nothing else differs, so the difference is what artists and artworks on both sides are worth. What a backbone gains
    by being trained on such a split is not in it.
    """

    def prediction_accuracy(groups: NDArray[np.integer]) -> float:
        model = fit_genre_model(
            replace(data, groups=groups), seed=seed, near_duplicate_similarity=near_duplicate_similarity
        )
        return model.metrics["prediction_accuracy"]

    by_group, at_random = prediction_accuracy(data.groups), prediction_accuracy(np.arange(len(data)))
    return LeakCheck(group_accuracy=by_group, random_accuracy=at_random, difference=at_random - by_group)


def near_duplicates_across(train: LabelledVectors, test: LabelledVectors, near_duplicate_similarity: float) -> int:
    """How many tested covers have a near-duplicate among those trained on."""
    apart = test.apart_from(train)
    most_apart = np.bincount(apart[:, 0]).max(initial=0)
    hits = nearest(test.vectors, train.vectors, 1 + int(most_apart))
    near = hits.similarities >= near_duplicate_similarity
    for row, other in apart.tolist():
        near[row] &= hits.rows[row] != other
    return int(near.any(axis=1).sum())
