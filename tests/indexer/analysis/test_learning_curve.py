from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from indexer.analysis.learning_curve import learning_curve, neighbours_curve
from tests.indexer.analysis.planted import planted


def test_more_covers_help_where_there_is_noise() -> None:
    curve = learning_curve(planted(60, noise=0.6), C=1.0, seed=0, shares=(1 / 32, 1 / 2, 1))
    sizes = [point.size for point in curve.points]
    assert sizes == sorted(sizes)
    assert sizes[-1] == pytest.approx(4 * 60 * 4 / 5)
    assert curve.points[0].accuracy < curve.points[-1].accuracy
    assert curve.last_doubling == pytest.approx(curve.points[-1].accuracy - curve.points[-2].accuracy)
    assert curve.low <= curve.last_doubling <= curve.high


def test_only_covers_that_the_backbone_has_not_seen_are_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.analysis.learning_curve.NEIGHBOUR_COUNTS", (1,))
    data = planted(40, noise=0.4)
    unseen = np.arange(len(data)) % 4 < 2
    wrong = data.targets.copy()
    wrong[~unseen] = np.roll(wrong[~unseen], 1, axis=1)
    # Covers that were seen are all labelled wrongly: tested, they would drag a model of right labels down.
    point = neighbours_curve(replace(data, targets=wrong, unseen=unseen), seed=0)[0]
    right = _nearest_right(data.vectors, wrong.argmax(axis=1), data.groups, np.flatnonzero(unseen))
    assert point.accuracy == pytest.approx(right)


def test_plain_neighbours_are_scikit_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.analysis.learning_curve.NEIGHBOUR_COUNTS", (1, 3, 7))
    data = planted(30)
    one = data.targets.argmax(axis=1)
    apart = replace(data, groups=np.arange(len(data)))
    for point in neighbours_curve(apart, seed=0):
        right = []
        for row in range(len(data)):
            others = np.arange(len(data)) != row
            model = KNeighborsClassifier(point.size).fit(data.vectors[others], one[others])
            right.append(model.predict(data.vectors[row : row + 1])[0] == one[row])
        assert point.accuracy == pytest.approx(np.mean(right), abs=1e-6)
        assert point.low <= point.accuracy <= point.high


def _nearest_right(vectors: np.ndarray, one: np.ndarray, groups: np.ndarray, rows: np.ndarray) -> float:
    right = []
    for row in rows:
        similarities = np.where(groups == groups[row], -np.inf, vectors @ vectors[row])
        right.append(one[similarities.argmax()] == one[row])
    return float(np.mean(right))
