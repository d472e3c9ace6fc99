"""The fitted genre part against its definition: centred logits, of mean length 1, that name the planted genre."""

import numpy as np
import pytest

from indexer.training.genre_projection import fit_genre_projection


@pytest.mark.parametrize("genres", [2, 4])
def test_it_names_planted_genres_and_is_centred_and_one_long(genres: int) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, genres, 300)
    styles = (rng.normal(3, 1, (300, 12)) + 4 * np.eye(12)[labels]).astype(np.float32)
    projection = fit_genre_projection(styles, np.eye(genres, dtype=np.float32)[labels])
    said = (styles - projection.mean) / projection.deviation @ projection.weights.T + projection.bias
    assert (said.argmax(axis=1) == labels).mean() > 0.95
    assert np.allclose(said.mean(axis=0), 0, atol=1e-4)
    assert np.linalg.norm(said, axis=1).mean() == pytest.approx(1, abs=1e-4)
    assert np.allclose(projection.weights.sum(axis=0), 0, atol=1e-5), "a common shift of all logits says nothing"


def test_a_cover_of_two_genres_counts_half_for_each() -> None:
    rng = np.random.default_rng(1)
    styles = rng.normal(0, 1, (60, 5)).astype(np.float32)
    labels = rng.integers(0, 3, 60)
    shared = np.eye(3, dtype=np.float32)[labels]
    shared[:20] = [0.5, 0.5, 0]
    twice = np.concatenate([styles[:20], styles])
    split = np.concatenate([np.eye(3, dtype=np.float32)[[0] * 20 + [1] * 20], np.eye(3, dtype=np.float32)[labels[20:]]])
    weighted = fit_genre_projection(styles, shared)
    # Every cover twice, one that has two genres once with each.
    doubled = fit_genre_projection(
        np.concatenate([twice, styles[20:]]), np.concatenate([split, np.eye(3, dtype=np.float32)[labels[20:]]])
    )
    cosine = (weighted.weights * doubled.weights).sum() / (
        np.linalg.norm(weighted.weights) * np.linalg.norm(doubled.weights)
    )
    assert cosine > 0.99
