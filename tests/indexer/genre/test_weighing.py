import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.genre.choosing import GENRE_WEIGHTS, choose_vote
from indexer.genre.weighing import voting_queries

GENRE_DIMENSIONS = 4


def unit(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=(count, dimension))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def in_two_parts(artwork: NDArray[np.float32], genre: NDArray[np.float32], genre_length: float) -> NDArray[np.float32]:
    both = np.concatenate([artwork, genre_length * genre], axis=1)
    return np.asarray(both / np.hypot(1, genre_length), np.float32)


@pytest.mark.parametrize("weight", [0.0, 0.5, 4.0])
def test_the_product_is_the_cosine_of_vectors_weighed_so(weight: float) -> None:
    artwork, genre = unit(30, 12, seed=1), unit(30, GENRE_DIMENSIONS, seed=2)
    stored = in_two_parts(artwork, genre, 0.2)
    found = voting_queries(stored[:10], GENRE_DIMENSIONS, weight) @ stored.T
    weighed = in_two_parts(artwork, genre, weight**0.5)
    assert np.allclose(found, weighed[:10] @ weighed.T, atol=1e-5)


def test_vectors_of_one_part_ask_as_they_are() -> None:
    vectors = unit(3, 8, seed=1)
    assert voting_queries(vectors, 0, 4.0) is vectors


def test_a_cover_of_which_the_model_made_nothing_is_similar_to_nothing() -> None:
    assert not voting_queries(np.zeros((1, 12), np.float32), GENRE_DIMENSIONS, 2.0).any()


def test_if_only_the_genre_part_separates_genres_the_vote_weighs_it_most() -> None:
    labels = np.random.default_rng(0).integers(0, 2, 400)
    telling = unit(400, GENRE_DIMENSIONS, seed=3)
    telling[:, 0] += np.where(labels == 1, 0.5, -0.5)
    telling /= np.linalg.norm(telling, axis=1, keepdims=True)
    vectors = in_two_parts(unit(400, 12, seed=4), telling, 0.2)
    targets = np.eye(2, dtype=np.bool_)[labels]
    rows = np.arange(400)
    chosen, votes = choose_vote(vectors, targets, rows, rows, 0.99, GENRE_DIMENSIONS)
    blind, blind_votes = choose_vote(vectors, targets, rows, rows, 0.99)
    assert chosen.genre_weight > GENRE_WEIGHTS[0]
    assert blind.genre_weight == GENRE_WEIGHTS[0]
    assert (votes.argmax(1) == labels).mean() > (blind_votes.argmax(1) == labels).mean() + 0.05
