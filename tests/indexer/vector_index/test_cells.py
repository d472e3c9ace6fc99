"""Cells: their centres, a graph over many of them, and indexes whose cells were made in other ways."""

from itertools import pairwise
from pathlib import Path

import faiss
import numpy as np
import pytest

from indexer.vector_index import IndexKind, VectorIndex, build, cells, open_folder, write
from indexer.vector_index.cells import IvfIndex
from indexer.vector_index.centres import centres
from indexer.vector_index.directory import Directory
from indexer.vector_index.gate import fit_and_measure
from indexer.vector_index.store import append, empty_store, make_room
from sleeve.vocabulary import Fingerprint
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, check_exact, check_sound, recall

FINGERPRINT = Fingerprint("0" * 64)
K = 20


def _store(catalogue: Catalogue) -> faiss.IndexScalarQuantizer:
    store = empty_store(DIMENSION)
    append(store, catalogue.vectors.astype(np.float16))
    return store


def _reopened(index: VectorIndex, folder: Path) -> VectorIndex:
    write(index, folder, fingerprint=FINGERPRINT, recall=None)
    return open_folder(folder, expected_fingerprint=FINGERPRINT)


def test_centres_are_nearly_as_near_as_those_of_one_k_means(catalogue: Catalogue) -> None:
    found = centres(_store(catalogue), 128)
    assert found.shape == (128, 32)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found[:, DIMENSION:] == 0).all()
    at_once = faiss.Kmeans(DIMENSION, 128, niter=10, spherical=True, seed=5)
    at_once.train(catalogue.vectors)
    assert at_once.centroids is not None
    nearness = [(catalogue.vectors @ some[:, :DIMENSION].T).max(axis=1).mean() for some in (found, at_once.centroids)]
    drawn = (catalogue.vectors @ catalogue.vectors[:128].T).max(axis=1)[128:].mean()
    assert nearness[0] > nearness[1] - 0.3 * (nearness[1] - drawn)


def test_centres_go_where_the_vectors_are(catalogue: Catalogue) -> None:
    """Half of the vectors are around one of them; so are many of the centres."""
    noise = np.random.default_rng(1).standard_normal((4_000, DIMENSION))
    around = catalogue.vectors[0] + 0.02 * noise
    vectors = np.vstack([around / np.linalg.norm(around, axis=1, keepdims=True), catalogue.vectors[:4_000]])
    found = centres(_store(Catalogue(np.arange(8_000), vectors.astype(np.float32), catalogue.queries)), 128)
    near = found[:, :DIMENSION] @ catalogue.vectors[0] > 0.98
    assert 40 <= near.sum() <= 72


def test_vectors_that_are_all_alike_have_cells(catalogue: Catalogue) -> None:
    one = catalogue.vectors[:1].repeat(700, axis=0)
    assert np.isfinite(centres(_store(Catalogue(np.arange(700), one, catalogue.queries)), 16)).all()


def test_many_cells_are_found_through_a_graph(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "_GRAPH_FROM_CELLS", 128)
    index = build(IndexKind.IVF, DIMENSION, [(catalogue.ids, catalogue.vectors)])
    assert index.factory == "RR32,IVF128_HNSW16,PQ16x4fs,Refine(SQfp16)"
    assert fit_and_measure(index) >= 0.995
    monkeypatch.setattr("indexer.vector_index.building.MAPPED_FROM_BYTES", 0)
    opened = _reopened(index, tmp_path / "index")
    assert opened.factory == index.factory
    assert opened.arguments == index.arguments
    for allowed in (None, catalogue.ids[::2], catalogue.ids[::100]):
        before, after = (which.search(catalogue.queries, K, allowed) for which in (index, opened))
        np.testing.assert_array_equal(after.ids, before.ids)
        reachable = catalogue if allowed is None else catalogue.without(np.setdiff1d(catalogue.ids, allowed))
        check_sound(after, reachable, K)
        assert recall(after, reachable) >= 0.98
    check_exact(opened.search(catalogue.queries, K, catalogue.ids[:10]), catalogue.without(catalogue.ids[10:]), K)


def test_the_cells_that_are_looked_into_are_those_nearest(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all cells looked into, nothing is missed, so the graph names every one of them."""
    monkeypatch.setattr(cells, "_GRAPH_FROM_CELLS", 128)
    index = build(IndexKind.IVF, DIMENSION, [(catalogue.ids, catalogue.vectors)])
    recalls = []
    for width in index.widths:
        index.search_with(width)
        recalls.append(recall(index.search(catalogue.queries, K), catalogue))
    assert recalls[0] < 0.8
    assert recalls[-1] >= 0.999
    assert all(after >= before - 0.01 for before, after in pairwise(recalls))


def test_a_search_may_look_into_any_of_these_numbers_of_cells(catalogue: Catalogue) -> None:
    few = build(IndexKind.IVF, DIMENSION, [(catalogue.ids[:624], catalogue.vectors[:624])])
    assert few.widths == [1, 2, 3, 4, 6, 8, 12, 16]


def test_an_index_with_cells_of_an_earlier_build_opens(catalogue: Catalogue, tmp_path: Path) -> None:
    """Its cells were compared with all, and its codes were of the vectors themselves."""
    store = _store(catalogue)
    base = faiss.index_factory(32, "RR32,IVF128,PQ16x4fs", faiss.METRIC_INNER_PRODUCT)
    vectors = np.zeros((len(catalogue.ids), 32), dtype=np.float32)
    vectors[:, :DIMENSION] = catalogue.vectors
    base.train(vectors)
    base.add(vectors)
    earlier = IvfIndex(faiss.IndexRefine(base, store), Directory.of(catalogue.ids.copy()), DIMENSION)
    earlier.search_with(64)
    opened = _reopened(earlier, tmp_path / "index")
    assert opened.factory == "RR32,IVF128,PQ16x4fs,Refine(SQfp16)"
    assert opened.arguments["nprobe"] == 64
    for allowed in (None, catalogue.ids[::2]):
        hits = opened.search(catalogue.queries, K, allowed)
        reachable = catalogue if allowed is None else catalogue.without(np.setdiff1d(catalogue.ids, allowed))
        check_sound(hits, reachable, K)
        assert recall(hits, reachable) >= 0.98


def test_a_store_with_room_does_not_move(catalogue: Catalogue) -> None:
    store = empty_store(DIMENSION)
    make_room(store, len(catalogue.ids))
    assert store.ntotal == store.codes.size() == 0
    before = int(store.codes.data())
    for start in range(0, len(catalogue.ids), 1_000):
        append(store, catalogue.vectors[start : start + 1_000].astype(np.float16))
    assert int(store.codes.data()) == before
    assert store.ntotal == len(catalogue.ids)


@pytest.mark.parametrize("kind", IndexKind)
@pytest.mark.parametrize("expected", [10, 5_000])
def test_more_or_fewer_vectors_than_expected_may_come(kind: IndexKind, expected: int, catalogue: Catalogue) -> None:
    batch = (catalogue.ids[:1000], catalogue.vectors[:1000])
    index = build(kind, DIMENSION, [batch], expected=expected)
    assert len(index) == 1000
    np.testing.assert_array_equal(index.vectors(batch[0]), batch[1].astype(np.float16))
