"""The map's layout: what looks alike is close together, and the same vectors give the same map."""

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.map_layout import EARLY_ITERATIONS, FEWEST_FOR_TSNE, ITERATIONS, lay_out
from indexer.analysis.tsne import _start
from indexer.progress import Silent


class Counting(Silent):
    total = 0
    done = 0

    def start(self, task: str, total: int) -> None:
        self.total = total

    def advance(self, count: int) -> None:
        self.done += count


def clusters(count: int, size: int, seed: int = 3) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count, 32))
    labels = np.repeat(np.arange(count), size)
    vectors = centres[labels] + random.normal(scale=0.3, size=(count * size, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def test_neighbours_on_the_map_are_of_one_cluster() -> None:
    vectors, labels = clusters(4, 25)
    progress = Counting()
    layout = lay_out(vectors, threads=1, progress=progress)
    distances = np.linalg.norm(layout.places[:, None] - layout.places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = labels[np.argsort(distances, axis=1)[:, :5]]
    assert (nearest == labels[:, None]).mean() > 0.98
    assert np.isclose(np.abs(layout.places).max(), 1)
    assert layout.method.startswith("t-SNE")
    assert progress.done == progress.total == EARLY_ITERATIONS + ITERATIONS


def test_the_same_vectors_give_the_same_map() -> None:
    vectors, _ = clusters(3, 15)
    first, second = (lay_out(vectors, threads=1, progress=Silent()).places for _ in range(2))
    assert np.array_equal(first, second)


def test_a_handful_is_laid_out_along_its_main_directions() -> None:
    vectors = np.zeros((FEWEST_FOR_TSNE - 1, 6), dtype=np.float32)
    vectors[:, 2] = np.arange(len(vectors))
    places = lay_out(vectors, threads=1, progress=Silent()).places
    assert np.allclose(places[:, 0], np.linspace(-1, 1, len(vectors)))
    assert np.allclose(places[:, 1], 0, atol=1e-6)


def test_equal_vectors_and_a_single_one_lie_in_the_middle() -> None:
    for count in (1, 5):
        places = lay_out(np.full((count, 3), 0.5, dtype=np.float32), threads=1, progress=Silent()).places
        assert np.allclose(places, 0)


def test_no_two_begin_in_the_same_place() -> None:
    vectors, _ = clusters(3, 15)
    start = _start(np.repeat(vectors[:20].astype(np.float64), 2, axis=0), seed=1)
    assert len(np.unique(start, axis=0)) == 40
    assert len(np.unique(_start(np.zeros((40, 2)), seed=1), axis=0)) == 40


def test_equal_vectors_among_others_have_finite_places() -> None:
    vectors, _ = clusters(3, 15)
    vectors[:5] = vectors[0]
    assert np.isfinite(lay_out(vectors, threads=1, progress=Silent()).places).all()
