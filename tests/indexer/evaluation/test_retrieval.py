import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.evaluation.bootstrap import interval, resampled_weights
from indexer.evaluation.metrics import mean
from indexer.evaluation.retrieval import artwork_ranks, genre_precision
from indexer.genre.neighbours import NearestRows


def test_precision_is_the_share_of_neighbours_with_a_genre_in_common() -> None:
    gallery = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    rows = np.array([[0, 1, 2, 3], [3, 0, -1, -1], [-1, -1, -1, -1]])
    hits = NearestRows(rows, np.zeros((3, 4), dtype=np.float32))
    queries = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 0]], dtype=bool)
    assert genre_precision(hits, queries, gallery, 4).tolist() == [0.5, 0.5, 0]
    assert genre_precision(hits, queries, gallery, 1).tolist() == [1, 1, 0]


def test_the_rank_of_an_artwork_is_that_of_its_best_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.evaluation.retrieval._CHUNK_NUMBERS", 4)
    angles = np.radians([0, 10, 20, 30])
    gallery = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    queries = gallery[[0, 0, 3, 0]]
    found = artwork_ranks(queries, np.array([7, 8, 8, 99]), gallery, np.array([7, 9, 8, 7]))
    assert found.tolist() == [1, 3, 2, np.inf]


def test_a_model_that_finds_all_alike_finds_nothing() -> None:
    same = np.ones((6, 1), dtype=np.float32)
    assert artwork_ranks(same[:2], np.array([0, 1]), same, np.arange(6)).tolist() == [6, 6]


def test_resampling_draws_groups_whole() -> None:
    groups = np.array([5, 5, 9, 9, 9, 2])
    draws = list(resampled_weights(groups, resamples=200, seed=3))
    for weights in draws:
        assert weights[0] == weights[1]
        assert weights[2] == weights[3] == weights[4]
        assert weights[0] + weights[2] + weights[5] == 3
    assert np.mean([weights[5] for weights in draws]) == pytest.approx(1, abs=0.15)
    again = list(resampled_weights(groups, resamples=200, seed=3))
    np.testing.assert_array_equal(draws, again)


def test_the_interval_of_a_mean_is_the_textbooks_and_groups_widen_it() -> None:
    right = np.random.default_rng(0).random(400) < 0.6

    def accuracy(weights: NDArray[np.float64]) -> float:
        return mean(right, weights)

    low, high = interval(accuracy, np.arange(400), resamples=2_000, seed=0)
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert [low, high] == pytest.approx([right.mean() - half, right.mean() + half], abs=0.01)
    clustered = np.argsort(right, kind="stable").argsort() // 20
    low_grouped, high_grouped = interval(accuracy, clustered, resamples=2_000, seed=0)
    assert high_grouped - low_grouped > 3 * (high - low)
