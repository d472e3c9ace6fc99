"""Choosing a kind and building each from a stream."""

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.vector_index import Batch, IndexKind, VectorIndex, build, cells, kind_for, store
from indexer.vector_index.cells import cells_for
from sleeve.errors import VectorIndexError
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, check_sound, normalised, recall


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (0, IndexKind.EXACT),
        (50_000, IndexKind.EXACT),
        (50_001, IndexKind.HNSW),
        (5_000_000, IndexKind.HNSW),
        (5_000_001, IndexKind.IVF),
    ],
)
def test_the_size_decides_the_kind(count: int, kind: IndexKind) -> None:
    assert kind_for(count) is kind


@pytest.mark.parametrize(
    ("count", "cells"), [(624, 16), (8_000, 128), (1_000_000, 8192), (10_000_000, 32_768), (10**8, 131_072)]
)
def test_cells_grow_with_the_root_of_the_catalogue(count: int, cells: int) -> None:
    assert cells_for(count) == cells


def test_each_kind_is_what_it_is_called(index: VectorIndex) -> None:
    expected = {
        IndexKind.EXACT: ("SQfp16", {}),
        IndexKind.HNSW: ("HNSW32,SQfp16", {"efConstruction": 100, "efSearch": 128}),
        IndexKind.IVF: (
            "RR32,IVF128,PQ16x4fs,Refine(SQfp16)",
            {"nprobe": 64, "candidates_a_hit": 10, "candidates": 200},
        ),
    }
    assert (index.factory, dict(index.arguments)) == expected[index.kind]


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.HNSW])
@pytest.mark.parametrize("batches", [[], [(np.empty(0, np.int64), np.empty((0, DIMENSION), np.float16))]])
def test_an_empty_index_is_searched_and_filled(kind: IndexKind, batches: list[Batch], catalogue: Catalogue) -> None:
    index = build(kind, DIMENSION, batches)
    assert len(index) == len(index.ids) == index.remove(catalogue.ids) == 0
    for allowed in (None, catalogue.ids):
        assert (index.search(catalogue.queries, 2, allowed).ids == -1).all()
    index.copy().add(catalogue.ids[:5], catalogue.vectors[:5])
    index.add(catalogue.ids[:1], catalogue.vectors[:1])
    assert (index.search(catalogue.queries, 2).ids == [catalogue.ids[0], -1]).all()


@pytest.mark.parametrize("count", [0, 623])
def test_cells_need_vectors_to_learn_from(count: int, catalogue: Catalogue) -> None:
    with pytest.raises(VectorIndexError, match=f"needs 624 of them, not {count}"):
        build(IndexKind.IVF, DIMENSION, [(catalogue.ids[:count], catalogue.vectors[:count])])


@pytest.mark.parametrize("dimension", [7, 33])
def test_cells_take_any_dimension(dimension: int) -> None:
    random = np.random.default_rng(2)
    vectors = normalised(random.standard_normal((700, dimension)) + 0.1)
    catalogue = Catalogue(np.arange(700), vectors, vectors[:20])
    hits = build(IndexKind.IVF, dimension, [(catalogue.ids, vectors)]).search(vectors[:20], 5)
    check_sound(hits, catalogue, 5)
    assert recall(hits, catalogue) > 0.95


def test_cells_are_learned_the_same_each_time(catalogue: Catalogue) -> None:
    first, second = (
        build(IndexKind.IVF, DIMENSION, [(catalogue.ids[:2000], catalogue.vectors[:2000])]) for _ in range(2)
    )
    np.testing.assert_array_equal(first.search(catalogue.queries, 20).ids, second.search(catalogue.queries, 20).ids)


@pytest.mark.parametrize("kind", IndexKind)
def test_the_steps_in_which_vectors_pass_change_nothing(
    kind: IndexKind, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = (catalogue.ids[:1000], catalogue.vectors[:1000])
    at_once = build(kind, DIMENSION, [batch])
    monkeypatch.setattr(store, "_ROWS_A_STEP", 70)
    monkeypatch.setattr(cells, "_ROWS_A_STEP", 300)
    in_steps = build(kind, DIMENSION, [batch])
    np.testing.assert_array_equal(in_steps.vectors(batch[0]), batch[1].astype(np.float16))
    few = Catalogue(*batch, catalogue.queries)
    assert recall(in_steps.search(few.queries, 10), few) == recall(at_once.search(few.queries, 10), few)


@pytest.mark.parametrize("kind", IndexKind)
def test_the_stream_is_read_once_a_batch_at_a_time(kind: IndexKind, catalogue: Catalogue) -> None:
    taken = []

    def stream() -> Iterator[Batch]:
        for start in range(0, 1000, 100):
            taken.append(start)
            yield catalogue.ids[start : start + 100], catalogue.vectors[start : start + 100]

    batches = stream()
    index = build(kind, DIMENSION, batches)
    assert taken == list(range(0, 1000, 100))
    np.testing.assert_array_equal(index.ids, np.sort(catalogue.ids[:1000]))
    assert next(batches, None) is None


def test_bad_batches_are_refused(catalogue: Catalogue) -> None:
    good = (catalogue.ids[:700], catalogue.vectors[:700])
    for kind in IndexKind:
        with pytest.raises(VectorIndexError, match="is given twice"):
            build(kind, DIMENSION, [good, (catalogue.ids[:1], catalogue.vectors[:1])])
        with pytest.raises(VectorIndexError, match="id -1 is negative"):
            build(kind, DIMENSION, [good, (np.array([-1]), catalogue.vectors[:1])])
        with pytest.raises(VectorIndexError, match="of shape"):
            build(kind, DIMENSION + 1, [good])
        with pytest.raises(VectorIndexError, match="3 ids came with 2 vectors"):
            build(kind, DIMENSION, [good, (np.array([1, 2, 3]), catalogue.vectors[:2])])
    with pytest.raises(VectorIndexError, match="dimension 0"):
        build(IndexKind.EXACT, 0, [])
