from dataclasses import replace

import numpy as np
import pytest

from indexer.genre import LabelledVectors
from indexer.genre.fit import fit_genre_model
from indexer.genre.folds import group_folds
from indexer.genre.prediction import predict
from indexer.genre.scoring import accuracy, answers, confusion
from sleeve.errors import TrainingError
from tests.indexer.genre.planted import planted, with_texts


def test_folds_keep_groups_together_and_spread_genres() -> None:
    data = planted(group_size=3)
    folds = group_folds(data.targets, data.groups, seed=0)
    assert sorted(np.unique(folds)) == [0, 1, 2, 3, 4]
    for group in np.unique(data.groups):
        assert len(np.unique(folds[data.groups == group])) == 1
    for genre in data.targets.T:
        assert np.bincount(folds[genre], minlength=5).min() > 0.5 * genre.sum() / 5
    np.testing.assert_array_equal(folds, group_folds(data.targets, data.groups, seed=0))
    assert (folds != group_folds(data.targets, data.groups, seed=1)).any()


def test_fewer_groups_than_folds_and_one_group() -> None:
    targets = np.eye(2, dtype=bool)[[0, 0, 1, 1, 0, 1]]
    assert len(np.unique(group_folds(targets, np.array([0, 0, 1, 1, 2, 2]), seed=0))) == 3
    with pytest.raises(TrainingError, match="too few or all of one artist"):
        group_folds(targets, np.zeros(6, dtype=int), seed=0)


def test_planted_genres_are_found_out_of_fold_by_all_three() -> None:
    data = planted(noise=0.7)
    model = fit_genre_model(data, seed=0)
    for name in ("head", "vote", "prediction"):
        assert model.metrics[f"{name}_accuracy"] > 0.9
    table = confusion(answers(model.out_of_fold.prediction), data.targets[model.out_of_fold.rows])
    assert model.metrics["prediction_accuracy"] == accuracy(table)
    assert model.metrics["prediction_nll"] < min(model.metrics["head_nll"], model.metrics["vote_nll"]) + 1e-3
    again = fit_genre_model(data, seed=0)
    assert again.head.to_bytes() == model.head.to_bytes()
    assert again.calibration == model.calibration


def test_noise_that_only_groups_share_is_not_counted_as_skill() -> None:
    data = planted(noise=0.2, group_noise=4.0, group_size=6, covers=360)
    by_group, at_random = (
        fit_genre_model(replace(data, groups=groups), seed=0, near_duplicate_similarity=1.5).metrics
        for groups in (data.groups, np.arange(360))
    )
    for name in ("head", "vote", "prediction"):
        assert at_random[f"{name}_accuracy"] > 0.85
        assert by_group[f"{name}_accuracy"] < 0.75


def test_only_unseen_covers_are_tested_and_seen_ones_still_teach() -> None:
    data = planted(noise=2.5)
    # On these the backbone's vectors give the genre away, as a fine-tuned one's do.
    seen = np.arange(300) < 200
    vectors = np.where(seen[:, np.newaxis], np.eye(16, dtype=np.float32)[data.targets.argmax(axis=1)], data.vectors)
    model = fit_genre_model(replace(data, vectors=vectors, unseen=~seen), seed=0)
    assert model.out_of_fold.rows.tolist() == list(range(200, 300))
    assert model.metrics["prediction_accuracy"] < 0.95
    flattered = fit_genre_model(replace(data, vectors=vectors), seed=0)
    assert flattered.metrics["prediction_accuracy"] > model.metrics["prediction_accuracy"] + 0.05
    with pytest.raises(TrainingError, match="trained on every album with a genre"):
        fit_genre_model(replace(data, vectors=vectors, unseen=np.zeros(300, dtype=bool)), seed=0)


def test_texts_are_a_third_member_measured_out_of_fold() -> None:
    data = planted(noise=2.5)
    pictures, read = fit_genre_model(data, seed=0), fit_genre_model(with_texts(data), seed=0)
    assert pictures.text is None
    assert "text_accuracy" not in pictures.metrics
    assert read.head.to_bytes() == pictures.head.to_bytes()
    assert read.metrics["head_nll"] == pictures.metrics["head_nll"]
    assert read.metrics["prediction_accuracy"] > pictures.metrics["prediction_accuracy"] + 0.1
    assert read.metrics["prediction_nll"] < pictures.metrics["prediction_nll"] - 0.1
    found = read.out_of_fold
    assert read.text is not None
    assert read.text.genres == data.genres
    silent = ~found.text.any(axis=1)
    assert 0.05 < silent.mean() < 0.2
    offsets = read.calibration.offsets_of(data.genres)
    fused = predict(found.head, found.vote, read.calibration, text=found.text, offsets=offsets)
    np.testing.assert_array_equal(found.prediction, fused)
    assert (found.text.argmax(axis=1) == data.targets.argmax(axis=1))[~silent].mean() > 0.75


def test_rare_genres_are_left_to_the_vote() -> None:
    data = planted(covers=120)
    targets = np.hstack([data.targets, np.zeros((120, 1), dtype=bool)])
    targets[10] = [False, False, False, True]
    with_ska = LabelledVectors(data.vectors, targets, (*data.genres, "ska"), data.groups)
    model = fit_genre_model(with_ska.take(np.arange(10, 120)), seed=0)
    assert model.out_of_fold.rows.tolist() == list(range(110))
    assert model.left_out == ("ska",)
    assert model.head.genres == data.genres
    assert model.out_of_fold.vote[1:, 3].any()
    assert not model.out_of_fold.head[:, 3].any()
    found = model.out_of_fold
    head_knows = np.array([True, True, True, False])
    offsets = model.calibration.offsets_of(with_ska.genres)
    fused = predict(found.head, found.vote, model.calibration, head_knows=head_knows, offsets=offsets)
    np.testing.assert_array_equal(found.prediction, fused)


def test_a_labelled_vector_has_a_genre_and_everything_of_one_length() -> None:
    data = planted(covers=12)
    for change in ({"targets": np.zeros((12, 3), dtype=bool)}, {"groups": np.arange(11)}, {"genres": ("rock",)}):
        with pytest.raises(ValueError, match=r"labelled vector|targets of shape"):
            replace(data, **change)


def test_tiny_catalogues_are_fitted_or_refused_in_clear_words() -> None:
    vectors = np.eye(4, dtype=np.float32)
    two_each = np.eye(2, dtype=bool)[[0, 1, 0, 1]]
    model = fit_genre_model(LabelledVectors(vectors, two_each, ("jazz", "rock"), np.arange(4)), seed=0)
    assert np.isfinite(model.head.weights).all()
    for rows, groups, words in (
        ([], [], "no album with a vector has a genre yet"),
        ([0, 0, 0, 0], [0, 1, 2, 3], "only jazz has 2 or more albums"),
        ([0, 0, 0, 1], [0, 1, 2, 3], "only jazz has 2 or more albums"),
        ([0, 1, 0, 1], [0, 1, 0, 1], "none has 2 or more albums of different artists"),
    ):
        targets = np.array(rows, dtype=int)[:, np.newaxis] == [0, 1]
        covers = LabelledVectors(vectors[: len(rows)], targets, ("jazz", "rock"), np.array(groups, dtype=int))
        with pytest.raises(TrainingError, match=words):
            fit_genre_model(covers, seed=0)
