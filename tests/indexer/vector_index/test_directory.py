import numpy as np
import pytest

from indexer.vector_index.directory import Directory


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_a_selection_is_what_is_live_and_allowed(step: int) -> None:
    random = np.random.default_rng(step)
    by_position = random.permutation(200).astype(np.int64) * step
    by_position[random.choice(200, 20, replace=False)] = -1
    allowed = np.concatenate([random.choice(by_position, 90), np.array([-1, -7, 200 * step, 10**12])])
    selection = Directory.of(by_position).select(allowed)
    expected = np.isin(by_position, allowed) & (by_position >= 0)
    assert selection.mask is not None
    assert selection.mask.tolist() == expected.tolist()
    assert (selection.count, selection.share) == (expected.sum(), expected.sum() / 200)


def test_nothing_live_selects_nothing() -> None:
    for ids in ([], [-1, -1]):
        selection = Directory.of(np.array(ids, np.int64)).select(np.array([0, 3, -1]))
        assert selection.count == 0
        assert selection.mask is not None
        assert len(selection.mask) == len(ids)
