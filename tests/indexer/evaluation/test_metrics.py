import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, precision_recall_fscore_support, top_k_accuracy_score

from indexer.evaluation.metrics import brier, in_top, mean, reliability
from indexer.genre.calibrating import fit_calibration
from indexer.genre.prediction import predict
from indexer.genre.scoring import answers, confusion, negative_log_likelihood, precision_recall
from indexer.genre.voting import VoteSettings

GENERATOR = np.random.default_rng(0)
LABELS = GENERATOR.integers(0, 4, 300)
PROBABILITIES = GENERATOR.dirichlet(np.ones(4), 300) * 0.6 + 0.4 * np.eye(4)[GENERATOR.permutation(LABELS)]
TARGETS = np.eye(4, dtype=bool)[LABELS]


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_precision_recall_and_f1_are_scikit_learns(average: str) -> None:
    answered = np.where(answers(PROBABILITIES) == 3, 0, answers(PROBABILITIES))
    scores = precision_recall(confusion(answered, TARGETS))
    each = precision_recall_fscore_support(LABELS, answered, labels=range(4), zero_division=0)
    for found, expected in zip((scores.precision, scores.recall, scores.f1, scores.support), each, strict=True):
        np.testing.assert_allclose(found, expected)
    summary = getattr(scores, average)
    expected = precision_recall_fscore_support(LABELS, answered, average=average, zero_division=0)
    assert [summary(scores.precision), summary(scores.recall), summary(scores.f1)] == pytest.approx(expected[:3])


def test_a_genre_neither_there_nor_answered_is_not_in_the_macro_mean() -> None:
    scores = precision_recall(confusion(np.array([0, 1]), np.eye(3, dtype=bool)[:2]))
    assert scores.macro(scores.f1) == 1


def test_top_three_is_scikit_learns_and_zeros_are_not_named() -> None:
    expected = top_k_accuracy_score(LABELS, PROBABILITIES, k=3, labels=range(4))
    assert mean(in_top(PROBABILITIES, TARGETS)) == pytest.approx(expected)
    assert in_top(np.array([[1.0, 0, 0]]), np.array([[False, True, False]])).tolist() == [False]
    assert in_top(np.array([[0.5, 0.5, 0]]), np.array([[False, True, True]]), count=1).tolist() == [False]


def test_brier_is_scikit_learns_and_shares_an_album_among_its_genres() -> None:
    expected = brier_score_loss(LABELS, PROBABILITIES, labels=list(range(4)), scale_by_half=False)
    assert brier(PROBABILITIES, TARGETS) == pytest.approx(expected)
    assert brier(np.array([[0.7, 0.3, 0.0]]), np.array([[True, True, False]])) == pytest.approx(0.08)


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([[0.6, 0.4], [0.66, 0.34], [0.9, 0.1], [0.2, 0.8]])
    targets = np.array([[True, False], [False, True], [True, False], [False, True]])
    # Bins of a fifth: (0.6, 0.8] holds 0.66 (wrong) and 0.8 (right), 0.6 (right) and 0.9 (right) are alone.
    found = reliability(probabilities, targets, bins=5)
    assert found.weight.tolist() == [0, 0, 1, 2, 1]
    assert found.confidence[3] == pytest.approx(0.73)
    assert found.accuracy.tolist() == [0, 0, 1, 0.5, 1]
    assert found.expected_error == pytest.approx((0.4 + 2 * 0.23 + 0.1) / 4)
    doubled = reliability(probabilities, targets, np.array([0.0, 2, 1, 1]), bins=5)
    assert doubled.expected_error == pytest.approx((3 * abs(1 / 3 - (2 * 0.66 + 0.8) / 3) + 0.1) / 4)


def test_calibrating_lowers_likelihood_loss_and_calibration_error_of_held_out_covers() -> None:
    generator = np.random.default_rng(5)
    logits = generator.normal(size=(8_000, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.eye(4, dtype=bool)[(p.cumsum(axis=1) > generator.random((8_000, 1))).argmax(axis=1)]
    sharp = p**3 / (p**3).sum(axis=1, keepdims=True)
    fitted = fit_calibration(sharp[:4_000], np.zeros((4_000, 4)), targets[:4_000], VoteSettings())
    held_out, raw = targets[4_000:], sharp[4_000:]
    calibrated = predict(raw, None, fitted)
    assert reliability(raw, held_out).expected_error > 0.15
    assert reliability(calibrated, held_out).expected_error < 0.03
    assert negative_log_likelihood(calibrated, held_out) < negative_log_likelihood(raw, held_out) - 0.1


def test_the_order_of_covers_and_of_genres_decides_nothing() -> None:
    rows, columns = np.random.default_rng(1).permutation(300), np.array([2, 0, 3, 1])
    turned, targets = PROBABILITIES[rows][:, columns], TARGETS[rows][:, columns]
    assert brier(turned, targets) == pytest.approx(brier(PROBABILITIES, TARGETS))
    expected = reliability(PROBABILITIES, TARGETS).expected_error
    assert reliability(turned, targets).expected_error == pytest.approx(expected)
    scores, once = (
        precision_recall(confusion(answers(p), t)) for p, t in ((turned, targets), (PROBABILITIES, TARGETS))
    )
    assert scores.macro(scores.f1) == pytest.approx(once.macro(once.f1))
