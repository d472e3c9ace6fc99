from dataclasses import replace

import numpy as np

from indexer.analysis.label_errors import likely_label_errors
from indexer.genre.fit import fit_genre_model
from tests.indexer.analysis.planted import GENRES, planted


def test_planted_label_errors_are_found_three_times_as_often_as_by_chance() -> None:
    data = planted(100, noise=0.35)
    generator = np.random.default_rng(0)
    flipped = generator.permutation(len(data))[: len(data) // 20]
    targets = data.targets.copy()
    for row in flipped:
        targets[row] = np.roll(targets[row], generator.integers(1, len(GENRES)))
    fitted = fit_genre_model(replace(data, targets=targets), seed=0)
    answered = fitted.out_of_fold
    found = likely_label_errors(answered.prediction, targets[answered.rows], GENRES)
    rows = [int(answered.rows[suspect.row]) for suspect in found]
    right = len(set(rows) & set(flipped.tolist()))
    assert len(rows) <= len(flipped)
    assert right / len(rows) >= 0.5 > 3 * 0.05
    true = data.targets.argmax(axis=1)
    mended = [
        GENRES[true[row]] == suspect.suggested for row, suspect in zip(rows, found, strict=True) if row in flipped
    ]
    assert np.mean(mended) > 0.7


def test_the_surest_error_comes_first_and_a_cover_of_several_genres_needs_all_of_them_unlikely() -> None:
    probabilities = np.full((90, 3), 0.05)
    targets = np.zeros((90, 3), np.bool_)
    one = np.arange(90) % 3
    probabilities[np.arange(90), one] = 0.9
    targets[np.arange(90), one] = True
    probabilities[3] = [0.9, 0.06, 0.04]
    targets[[0, 3]] = [False, True, False]
    targets[6] = [True, True, False]
    found = likely_label_errors(probabilities, targets, ("a", "b", "c"))
    assert [(suspect.row, suspect.given, suspect.suggested) for suspect in found] == [(0, "b", "a"), (3, "b", "a")]
    assert found[0].given_probability == 0.05


def test_the_list_is_short_and_spares_genres_that_are_hardly_known() -> None:
    probabilities = np.full((200, 2), 0.1)
    targets = np.zeros((200, 2), np.bool_)
    one = np.arange(200) % 2
    probabilities[np.arange(200), one] = 0.9
    targets[np.arange(200), one] = True
    wrong = np.arange(0, 80, 2)
    targets[wrong] = targets[wrong][:, ::-1]
    assert len(likely_label_errors(probabilities, targets, ("a", "b"))) == 10
    rare = np.flatnonzero(one == 1)[15:]
    kept = np.setdiff1d(np.arange(200), [*rare, *wrong[2:]])
    assert likely_label_errors(probabilities[kept], targets[kept], ("a", "b")) == ()


def test_a_genre_that_the_model_never_recognises_is_not_suspected() -> None:
    one = np.arange(300) % 3
    probabilities = np.full((300, 3), 0.05)
    probabilities[np.arange(300), one] = 0.9
    probabilities[one == 2] = [0.9, 0.09, 0.01]
    targets = np.eye(3, dtype=np.bool_)[one]
    targets[0] = [False, True, False]
    found = likely_label_errors(probabilities, targets, ("a", "b", "c"))
    assert [suspect.row for suspect in found] == [0]


def test_nothing_is_said_of_covers_without_an_answer_or_of_a_single_genre() -> None:
    targets = np.zeros((10, 2), np.bool_)
    targets[:, 0] = True
    assert likely_label_errors(np.zeros((10, 2)), targets, ("a", "b")) == ()
    assert likely_label_errors(np.tile([0.4, 0.6], (10, 1)), targets, ("a", "b")) == ()
