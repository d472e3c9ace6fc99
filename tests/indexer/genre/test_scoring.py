import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss

from indexer.genre.scoring import (
    NO_ANSWER,
    accuracy,
    answers,
    confusion,
    is_right,
    macro_f1,
    negative_log_likelihood,
    precision_recall,
)

GENERATOR = np.random.default_rng(0)
LABELS = GENERATOR.integers(0, 4, 200)
ANSWERS = np.where(GENERATOR.random(200) < 0.5, LABELS, GENERATOR.integers(0, 5, 200))
TARGETS = np.eye(5, dtype=bool)[LABELS]


def test_with_one_genre_each_it_is_scikit_learn() -> None:
    table = confusion(ANSWERS, TARGETS)
    np.testing.assert_array_equal(table[:, :-1], confusion_matrix(LABELS, ANSWERS, labels=range(5)))
    assert accuracy(table) == pytest.approx(accuracy_score(LABELS, ANSWERS))
    expected = f1_score(LABELS, ANSWERS, labels=range(5), average=None, zero_division=0)
    np.testing.assert_allclose(precision_recall(table).f1, expected)
    assert macro_f1(table) == pytest.approx(f1_score(LABELS, ANSWERS, average="macro", zero_division=0))


def test_weights_are_repetitions() -> None:
    times = np.random.default_rng(1).integers(0, 4, 200)
    repeated = np.repeat(np.arange(200), times)
    weighted = confusion(ANSWERS, TARGETS, weights=times.astype(float))
    np.testing.assert_array_equal(weighted, confusion(ANSWERS[repeated], TARGETS[repeated]))


def test_an_answer_among_the_albums_genres_is_right_and_else_the_primary_one_counts() -> None:
    targets = np.array([[1, 1, 0], [1, 1, 0], [1, 1, 0]], dtype=bool)
    answered = np.array([1, 2, NO_ANSWER])
    assert is_right(answered, targets).tolist() == [True, False, False]
    assert confusion(answered, targets).tolist() == [[0, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert confusion(answered, targets, primary=np.array([0, 1, 1])).tolist() == [
        [0, 0, 0, 0],
        [0, 1, 1, 1],
        [0, 0, 0, 0],
    ]


def test_no_answer_is_wrong_even_for_the_last_genre() -> None:
    probabilities = np.array([[0.0, 0.0], [0.2, 0.8]])
    targets = np.array([[False, True], [False, True]])
    assert answers(probabilities).tolist() == [NO_ANSWER, 1]
    table = confusion(answers(probabilities), targets)
    assert accuracy(table) == 0.5
    assert macro_f1(table) == pytest.approx(2 / 3)


def test_likelihood_is_scikit_learns_and_shares_an_album_among_its_genres() -> None:
    probabilities = GENERATOR.dirichlet(np.ones(5), 200)
    expected = log_loss(LABELS, probabilities, labels=range(5))
    assert negative_log_likelihood(probabilities, TARGETS) == pytest.approx(expected)
    both = np.array([[True, True, False]])
    assert negative_log_likelihood(np.array([[0.5, 0.25, 0.25]]), both) == pytest.approx(
        -(np.log(0.5) + np.log(0.25)) / 2
    )
    assert negative_log_likelihood(np.array([[0.0, 1.0, 0.0]]), np.array([[True, False, False]])) < 30


def test_macro_f1_by_hand() -> None:
    assert macro_f1(np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]])) == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert macro_f1(np.array([[2, 1, 0, 0], [0, 3, 0, 0], [0, 0, 0, 0]])) == pytest.approx((4 / 5 + 6 / 7) / 2)
    assert macro_f1(np.zeros((2, 3), int)) == 0


def test_confusion_of_shares_counts_any_of_several_genres_as_right() -> None:
    shares = np.array([[1, 0, 0], [1, 0, 0], [0, 0.5, 0.5], [0, 1, 0], [0, 1, 0]], np.float32)
    assert confusion(np.array([0, 1, 2, 0, 1]), shares > 0)[:, :-1].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
