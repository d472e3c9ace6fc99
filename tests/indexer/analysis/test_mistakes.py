import numpy as np
import pytest

from indexer.analysis.mistakes import similar_order, top_losses
from tests.indexer.analysis.planted import planted


def test_the_dearest_mistakes_come_first_with_neighbours_of_other_groups() -> None:
    data = planted(10)
    rows = np.arange(5, 35)
    probabilities = np.random.default_rng(0).dirichlet(np.ones(4), len(rows))
    found = top_losses(data, rows, probabilities, 6)
    losses = {int(row): -np.log(p[data.targets[row]][0]) for row, p in zip(rows, probabilities, strict=True)}
    assert [mistake.row for mistake in found] == sorted(losses, key=lambda row: -losses[row])[:6]
    for mistake in found:
        assert mistake.loss == pytest.approx(losses[mistake.row])
        similarities = data.vectors @ data.vectors[mistake.row]
        similarities[data.groups == data.groups[mistake.row]] = -np.inf
        assert mistake.neighbours == tuple(np.argsort(-similarities)[:5].tolist())
        assert mistake.similarities == pytest.approx(np.sort(similarities)[::-1][:5])


def test_like_is_next_to_like() -> None:
    closeness = np.zeros((6, 6))
    for one, other in ((0, 3), (1, 4), (2, 5)):
        closeness[one, other] = 0.8
    order = similar_order(closeness).tolist()
    assert sorted(order) == list(range(6))
    assert all(abs(order.index(one) - order.index(other)) == 1 for one, other in ((0, 3), (1, 4), (2, 5)))
    assert similar_order(np.zeros((2, 2))).tolist() == [0, 1]
