import numpy as np
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans

from indexer.analysis.clustering import cluster, purity
from tests.indexer.analysis.planted import GENRES, planted


def test_scores_are_scikit_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.analysis.clustering.CLUSTER_COUNTS", (2, 8))
    data = planted()
    genre_of = data.primary_or_first
    found = cluster(data.vectors, genre_of, GENRES, seed=4)
    assert [score.k for score in found.by_k] == [2, 4, 8]
    for score in found.by_k:
        fitted = KMeans(score.k, n_init=4, random_state=4).fit(data.vectors)
        labels = fitted.labels_
        assert score.inertia == pytest.approx(fitted.inertia_, rel=1e-6)
        assert score.silhouette == pytest.approx(metrics.silhouette_score(data.vectors, labels), abs=1e-6)
        assert score.nmi == pytest.approx(metrics.normalized_mutual_info_score(genre_of, labels), abs=1e-6)
        assert score.ari == pytest.approx(metrics.adjusted_rand_score(genre_of, labels), abs=1e-6)
        assert score.homogeneity == pytest.approx(metrics.homogeneity_score(genre_of, labels), abs=1e-6)
        assert score.completeness == pytest.approx(metrics.completeness_score(genre_of, labels), abs=1e-6)
        table = metrics.cluster.contingency_matrix(genre_of, labels)
        assert score.purity == pytest.approx(table.max(axis=0).sum() / len(labels), abs=1e-6)
    of_rows = metrics.silhouette_samples(data.vectors, genre_of)
    for column, genre in enumerate(GENRES):
        assert found.genre_silhouettes[genre] == pytest.approx(of_rows[genre_of == column].mean(), abs=1e-6)


def test_clear_genres_become_clusters_and_noise_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.analysis.clustering.CLUSTER_COUNTS", ())

    def at_genres(noise: float) -> object:
        data = planted(noise=noise, seed=2)
        found = cluster(data.vectors, data.primary_or_first, GENRES, seed=0)
        assert found.k == 4
        return found.by_k[0]

    clear, noisy = at_genres(0.02), at_genres(100.0)
    assert clear.purity == 1.0  # type: ignore[attr-defined]
    assert clear.ari == pytest.approx(1.0)  # type: ignore[attr-defined]
    assert noisy.ari < 0.1  # type: ignore[attr-defined]
    assert noisy.purity - noisy.chance_purity < 0.1  # type: ignore[attr-defined]


def test_the_nearest_covers_are_those_of_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.analysis.clustering.CLUSTER_COUNTS", ())
    data = planted()
    found = cluster(data.vectors, data.primary_or_first, GENRES, seed=0)
    for number, nearest in enumerate(found.nearest):
        own = np.flatnonzero(found.labels == number)
        distances = np.linalg.norm(data.vectors[own] - found.centres[number], axis=1)
        assert nearest.tolist() == own[np.argsort(distances)][: len(nearest)].tolist()
    np.testing.assert_array_equal(found.genre_counts.sum(axis=1), np.bincount(found.labels))


def test_purity_by_hand() -> None:
    assert purity(np.array([0, 0, 0, 1, 1]), np.array([2, 2, 0, 1, 1])) == pytest.approx(4 / 5)
