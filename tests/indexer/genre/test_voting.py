import math

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.genre.membership import genre_prior, genre_shares, membership
from indexer.genre.voting import VoteSettings, vote, vote_many

EVEN = np.ones(3) / 3
JAZZ: tuple[bool, ...] = (True, False, False)
ROCK: tuple[bool, ...] = (False, True, False)
JAZZ_AND_ROCK: tuple[bool, ...] = (True, True, False)
NOTHING: tuple[bool, ...] = (False, False, False)


def voted(
    neighbours: list[tuple[float, tuple[bool, ...]]], prior: NDArray[np.float64] = EVEN, **settings: float
) -> list[float]:
    chosen = VoteSettings.model_validate({"k": 3, "temperature": 0.1, "prior_exponent": 0.0, **settings})
    similarities = np.array([similarity for similarity, _ in neighbours])
    targets = np.array([genres for _, genres in neighbours], dtype=bool).reshape(-1, 3)
    return [float(share) for share in vote(similarities, targets, prior, chosen)]


def test_nearer_neighbours_count_exponentially_more() -> None:
    share = 1 / (1 + math.exp(-1))
    assert voted([(0.8, JAZZ), (0.7, ROCK)]) == pytest.approx([share, 1 - share, 0])


def test_an_album_of_two_genres_has_one_voice_between_them() -> None:
    weight = math.exp(-1)
    assert voted([(0.8, JAZZ_AND_ROCK), (0.7, ROCK)]) == pytest.approx(
        [0.5 / (1 + weight), (0.5 + weight) / (1 + weight), 0]
    )


def test_only_the_k_nearest_vote_and_equals_of_the_last_do_too() -> None:
    assert voted([(0.1, ROCK), (0.8, JAZZ), (0.7, JAZZ)], k=2) == pytest.approx([1, 0, 0])
    assert voted([(0.7, ROCK), (0.8, JAZZ), (0.7, JAZZ)], k=2)[1] > 0


def test_albums_without_genre_take_no_voters_place() -> None:
    assert voted([(0.85, NOTHING), (0.8, JAZZ)], k=1) == pytest.approx([1, 0, 0])


def test_the_own_album_does_not_vote() -> None:
    targets = np.array([ROCK, JAZZ])
    found = vote(np.array([0.8, 0.7]), targets, EVEN, VoteSettings(k=1), own=np.array([True, False]))
    assert found.tolist() == pytest.approx([1, 0, 0])


@pytest.mark.parametrize("neighbours", [[], [(0.5, NOTHING)]])
def test_when_nobody_votes_it_is_zeros(neighbours: list[tuple[float, tuple[bool, ...]]]) -> None:
    assert voted(neighbours) == [0, 0, 0]


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0])
def test_the_correction_divides_by_the_prior_to_the_power_of_gamma(gamma: float) -> None:
    prior = np.array([0.8, 0.2, 0.0])
    jazz, rock = 1 / 0.8**gamma, 1 / 0.2**gamma
    expected = [jazz / (jazz + rock), rock / (jazz + rock), 0]
    assert voted([(0.5, JAZZ), (0.5, ROCK)], prior, prior_exponent=gamma) == pytest.approx(expected)
    assert voted([(0.5, JAZZ), (0.5, ROCK)], prior * 500, prior_exponent=gamma) == pytest.approx(expected)


def test_a_genre_newer_than_the_prior_counts_as_the_rarest_known() -> None:
    found = voted([(0.5, ROCK), (0.5, (False, False, True))], np.array([0.8, 0.2, 0.0]), prior_exponent=1.0)
    assert found == pytest.approx([0, 0.5, 0.5])


def test_the_order_of_neighbours_decides_nothing() -> None:
    generator = np.random.default_rng(0)
    similarities = generator.integers(0, 6, 30) / 10
    targets = generator.random((30, 3)) < 0.4
    settings = VoteSettings(k=7)
    expected = vote(similarities, targets, EVEN, settings)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(30)
        np.testing.assert_allclose(vote(similarities[order], targets[order], EVEN, settings), expected)


def test_many_votes_are_the_single_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.genre.voting._CHUNK_NUMBERS", 40)
    generator = np.random.default_rng(1)
    targets = generator.random((20, 3)) < 0.5
    rows = np.array([generator.choice(20, 8, replace=False) for _ in range(9)])
    rows[3, 5:] = -1
    similarities = generator.random((9, 8)).astype(np.float32)
    settings = VoteSettings(k=4, temperature=0.2)
    prior = genre_prior(targets)
    found = vote_many(similarities, rows, targets, prior, settings)
    for query in range(9):
        there = rows[query] >= 0
        expected = vote(similarities[query][there], targets[rows[query][there]], prior, settings)
        np.testing.assert_allclose(found[query], expected)


def test_membership_shares_and_prior_by_hand() -> None:
    targets = membership([["rock", "jazz"], ["jazz"], [], ["polka"]], ["jazz", "rock"])
    assert targets.tolist() == [[True, True], [True, False], [False, False], [False, False]]
    assert genre_shares(targets).tolist() == [[0.5, 0.5], [1, 0], [0, 0], [0, 0]]
    assert genre_prior(targets).tolist() == [0.75, 0.25]
    assert genre_prior(targets[2:]).tolist() == [0, 0]
