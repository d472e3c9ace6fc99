import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from indexer.analysis.separability import GenrePair, Separability, held_out_scores, separability, weighted_auc
from tests.indexer.analysis.planted import GENRES, planted


def test_the_auc_is_that_of_scikit_learn_on_held_out_groups() -> None:
    data = planted()
    found = separability(data, seed=3, resamples=20)
    assert found.genres == GENRES
    assert len(found.pairs) == 6
    for pair in found.pairs:
        first, second = GENRES.index(pair.first), GENRES.index(pair.second)
        rows = np.flatnonzero(data.targets[:, first] | data.targets[:, second])
        is_second = data.targets[rows, second]
        scores = np.zeros(len(rows))
        splitter = StratifiedGroupKFold(5, shuffle=True, random_state=3)
        for train, test in splitter.split(rows, is_second, data.groups[rows]):
            assert not set(data.groups[rows[train]]) & set(data.groups[rows[test]])
            model = LogisticRegression(class_weight="balanced", max_iter=1_000)
            model.fit(data.vectors[rows[train]], is_second[train])
            scores[test] = model.decision_function(data.vectors[rows[test]])
        assert pair.auc == pytest.approx(roc_auc_score(is_second, scores), abs=1e-6)
        assert pair.low <= pair.auc <= pair.high


def test_genres_that_share_a_direction_blur_and_the_others_stand_out() -> None:
    found = separability(planted(), seed=0, resamples=50)
    hardest = min(found.pairs, key=lambda pair: pair.auc)
    assert {hardest.first, hardest.second} == {"folk", "jazz"}
    assert set(found.ranked()[:2]) == {"ambient", "punk"}
    table = found.matrix()
    np.testing.assert_array_equal(table, table.T)
    assert np.isnan(np.diag(table)).all()
    assert found.mean_auc("folk") == pytest.approx(np.nanmean(table[found.genres.index("folk")]))


def test_noise_is_not_separated() -> None:
    found = [separability(planted(60, noise=1e3, seed=seed), seed=0, resamples=200) for seed in range(3)]
    pairs = [pair for of_seed in found for pair in of_seed.pairs]
    assert abs(np.mean([pair.auc for pair in pairs]) - 0.5) < 0.05
    assert np.mean([pair.apart for pair in pairs]) < 0.2


def test_a_genre_with_few_covers_or_artists_is_left_out() -> None:
    data = planted()
    few = np.concatenate([np.flatnonzero(~data.targets[:, 0]), np.flatnonzero(data.targets[:, 0])[:10]])
    assert separability(data.take(few), seed=0, resamples=2).left_out == ("ambient",)
    groups = data.groups.copy()
    groups[data.targets[:, 3]] = groups[data.targets[:, 3]][0]
    of_one_artist = type(data)(data.vectors, data.targets, data.genres, groups)
    assert separability(of_one_artist, seed=0, resamples=2).left_out == ("punk",)


def test_a_cover_of_both_genres_takes_no_part_in_their_pair() -> None:
    data = planted()
    targets = data.targets.copy()
    targets[:5, 1] = True
    both = type(data)(data.vectors, targets, data.genres, data.groups)
    pair = separability(both, seed=0, resamples=2).pairs[0]
    assert (pair.first, pair.second, pair.covers) == ("ambient", "folk", (35, 40))


def test_weighted_auc_is_scikit_learns_ties_and_weights_included() -> None:
    generator = np.random.default_rng(1)
    scores = generator.integers(0, 12, 80).astype(np.float64)
    positive = generator.random(80) < 0.4
    weights = generator.integers(0, 4, (5, 80)).astype(np.float64)
    expected = [roc_auc_score(positive, scores, sample_weight=weighting) for weighting in weights]
    np.testing.assert_allclose(weighted_auc(scores, positive, weights), expected, atol=1e-12)
    assert np.isnan(weighted_auc(scores, positive, np.where(positive, 0.0, 1.0)[np.newaxis])[0])


def test_the_same_seed_gives_the_same_scores() -> None:
    data = planted(20)
    is_second = data.targets[:, 1]
    again = [held_out_scores(data.vectors, is_second, data.groups, seed=5) for _ in range(2)]
    np.testing.assert_array_equal(again[0], again[1])


def test_mean_auc_of_a_matrix_by_hand() -> None:
    pairs = (
        GenrePair("a", "b", (9, 9), 0.6, 0.4, 0.7),
        GenrePair("a", "c", (9, 9), 0.9, 0.8, 1),
        GenrePair("b", "c", (9, 9), 0.8, 0.7, 0.9),
    )
    found = Separability(("a", "b", "c"), (), pairs)
    assert found.ranked() == ("c", "a", "b")
    assert [pair.apart for pair in pairs] == [False, True, True]
