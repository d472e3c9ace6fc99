import numpy as np
import pytest

from indexer.analysis.projections import medium_perplexity, neighbours_kept, perplexities, project_tsne, project_umap
from indexer.analysis.tsne import principal_components
from tests.indexer.analysis.planted import planted


def test_perplexities_go_with_the_number_of_covers() -> None:
    assert perplexities(5_549) == (10.0, 55.0, 165.0)
    assert perplexities(1_000) == (10.0, 30.0, 90.0)
    assert perplexities(50_000) == (10.0, 100.0, 300.0)
    assert medium_perplexity(5_549) == 55.0
    assert all(perplexity <= 10 for perplexity in perplexities(31))


@pytest.mark.slow
def test_tsne_keeps_clear_groups_together_and_is_the_same_again() -> None:
    data = planted(30, noise=0.05)
    found, again = (project_tsne(data.vectors, 20, seed=1) for _ in range(2))
    np.testing.assert_array_equal(found.points, again.points)
    assert found.points.shape == (120, 2)
    near = _genres_of_nearest(found.points, data.targets.argmax(axis=1))
    assert near > 0.8
    assert found.title == "t-SNE, perplexity 20"


@pytest.mark.slow
def test_umap_keeps_clear_groups_together_and_is_the_same_again() -> None:
    data = planted(30, noise=0.05)
    found, again = (project_umap(data.vectors, seed=1) for _ in range(2))
    np.testing.assert_array_equal(found.points, again.points)
    assert _genres_of_nearest(found.points, data.targets.argmax(axis=1)) > 0.8


def test_neighbours_kept_by_brute_force() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    points = vectors[:, :2].astype(np.float64)
    assert neighbours_kept(points.astype(np.float32), points) == 1.0
    kept = []
    for row in range(40):
        before = np.argsort(np.linalg.norm(vectors - vectors[row], axis=1))
        after = np.argsort(np.linalg.norm(points - points[row], axis=1))
        kept.append(len(set(before[before != row][:10]) & set(after[after != row][:10])) / 10)
    assert neighbours_kept(vectors, points) == pytest.approx(np.mean(kept))


def _genres_of_nearest(points: np.ndarray, genre_of: np.ndarray) -> float:
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((genre_of[distances.argmin(axis=1)] == genre_of).mean())


def test_principal_components_are_the_directions_of_most_variance() -> None:
    vectors = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32) * [1, 9, 1, 3, 1]
    centred = vectors - vectors.mean(axis=0)
    components = principal_components(vectors.astype(np.float32))
    np.testing.assert_allclose(np.abs(components), np.abs(centred @ np.linalg.svd(centred)[2].T), atol=1e-4)
    assert principal_components(vectors[:1].astype(np.float32)).tolist() == [[0, 0]]
