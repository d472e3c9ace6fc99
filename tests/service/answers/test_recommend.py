"""The arithmetic of recommending against the formulas, written out a number at a time."""

import numpy as np
import pytest

from service.answers.recommend import choose, taste_vector, with_words
from sleeve.errors import QueryError


def unit_rows(count: int, seed: int, dimension: int = 6) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def mmr(relevance: np.ndarray, alike: np.ndarray, k: int, diversity: float, limit: float) -> list[int]:
    """Carbonell and Goldstein (1998), section 2, with a full look at every candidate at every step."""
    weight = 1 - diversity
    chosen: list[int] = []
    while len(chosen) < k:
        best, best_score = None, -np.inf
        for candidate in range(len(relevance)):
            if candidate in chosen or any(alike[candidate, other] >= limit for other in chosen):
                continue
            if chosen:
                redundancy = max(alike[candidate, other] for other in chosen)
                score = weight * relevance[candidate] - (1 - weight) * redundancy
            else:
                score = relevance[candidate]
            if score > best_score:
                best, best_score = candidate, score
        if best is None:
            break
        chosen.append(best)
    return chosen


@pytest.mark.parametrize("diversity", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("limit", [0.5, 0.9, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_choice_is_that_of_a_full_look_at_every_step(diversity: float, limit: float, seed: int) -> None:
    rows = unit_rows(40, seed).astype(np.float64)
    relevance, alike = rows @ rows[0] * 0.9, rows @ rows.T
    found = choose(
        relevance.astype(np.float32),
        lambda place: alike[place].astype(np.float32),
        12,
        diversity=diversity,
        near_duplicate_at=limit,
    )
    assert found == mmr(relevance.astype(np.float32), alike.astype(np.float32), 12, diversity, limit)


def test_without_diversity_it_is_the_order_of_relevance_and_with_it_the_look_alike_waits() -> None:
    # 0 and 1 look much the same, 2 is unlike both and a little less relevant.
    alike = np.array([[1.0, 0.85, 0.1], [0.85, 1.0, 0.1], [0.1, 0.1, 1.0]], dtype=np.float32)
    relevance = np.array([0.9, 0.8, 0.7], dtype=np.float32)
    orders = {
        diversity: choose(relevance, lambda place: alike[place], 3, diversity=diversity, near_duplicate_at=2)
        for diversity in (0.0, 0.1, 0.3)
    }
    # 1 scores 0.9 * 0.8 - 0.1 * 0.85 = 0.635 and 2 scores 0.62; at 0.3 it is 0.305 and 0.46.
    assert orders == {0.0: [0, 1, 2], 0.1: [0, 1, 2], 0.3: [0, 2, 1]}
    assert choose(relevance, lambda place: alike[place], 3, diversity=0, near_duplicate_at=0.85) == [0, 2]
    assert choose(relevance[:0], lambda place: alike[place], 3, diversity=0, near_duplicate_at=0.85) == []


def test_a_taste_is_the_likes_and_what_sets_them_apart_from_the_dislikes() -> None:
    likes, dislikes = unit_rows(3, 1), unit_rows(2, 2)
    expected = [
        2 * sum(float(row[column]) for row in likes) / 3 - sum(float(row[column]) for row in dislikes) / 2
        for column in range(6)
    ]
    length = sum(value * value for value in expected) ** 0.5
    np.testing.assert_allclose(taste_vector(likes, dislikes)[0], [value / length for value in expected], atol=1e-6)
    np.testing.assert_allclose(taste_vector(likes[:1], dislikes[:0]), likes[:1], atol=1e-6)
    apart = taste_vector(likes[:1], dislikes[:1])
    assert (apart @ likes[0]).item() > (apart @ dislikes[0]).item()


def test_a_taste_that_cancels_out_is_said() -> None:
    one = unit_rows(1, 3)
    with pytest.raises(QueryError, match="cancel each other out"):
        taste_vector(np.concatenate([one, -one]), one[:0])


def test_dislikes_alone_ask_for_what_is_away_from_them() -> None:
    dislikes = unit_rows(2, 3)
    mean = dislikes.mean(axis=0)
    np.testing.assert_allclose(taste_vector(dislikes[:0], dislikes)[0], -mean / np.linalg.norm(mean), atol=1e-6)


def test_pictures_and_words_decide_as_much() -> None:
    """Texts are far from all covers, as those of a CLIP are: in a plain sum a picture would decide alone."""
    covers = unit_rows(500, 4, dimension=32)
    picture, words = covers[:1], np.float32(0.05) * covers[1:2] - np.float32(1)
    words /= np.linalg.norm(words)
    query = with_words(picture, words, covers)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-6)
    by_picture, by_words, by_both = (covers @ some[0] for some in (picture, words, query))
    assert np.corrcoef(by_both, by_picture)[0, 1] == pytest.approx(np.corrcoef(by_both, by_words)[0, 1], abs=1e-4)
    expected = by_picture / by_picture.std() + by_words / by_words.std()
    np.testing.assert_allclose(np.corrcoef(by_both, expected)[0, 1], 1, atol=1e-6)


def test_one_cover_cannot_weigh_pictures_and_words() -> None:
    picture, words = unit_rows(2, 5)[:1], unit_rows(2, 5)[1:]
    total = picture + words
    for covers in (picture[:0], picture, np.repeat(picture, 3, axis=0)):
        np.testing.assert_allclose(with_words(picture, words, covers), total / np.linalg.norm(total), atol=1e-6)
    with pytest.raises(QueryError, match="cancel"):
        with_words(picture, -picture, picture)
