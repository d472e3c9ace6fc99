"""Recall against exact search, on answers whose recall is known."""

from collections.abc import Callable

import numpy as np
import pytest

from indexer.vector_index import (
    Hits,
    IndexKind,
    SearchableIndex,
    VectorIndex,
    build,
    choose_width,
    graph,
    recall_against_exact,
)
from indexer.vector_index import recall as recall_module
from sleeve.errors import VectorIndexError
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, recall, stored_similarities


@pytest.fixture
def index(any_index: SearchableIndex) -> SearchableIndex:
    return any_index


def test_it_agrees_with_brute_force(index: SearchableIndex, catalogue: Catalogue) -> None:
    measured = recall_against_exact(index, catalogue.queries, 10)
    assert measured == pytest.approx(recall(index.search(catalogue.queries, 10), catalogue), abs=1e-9)
    assert measured == 1.0 or index.kind is not IndexKind.EXACT


@pytest.mark.parametrize(("wrong", "expected"), [(0, 1.0), (3, 0.7), (10, 0.0)])
def test_each_wrong_neighbour_costs_its_part_whatever_similarity_it_claims(
    wrong: int,
    expected: float,
    built: Callable[[IndexKind], VectorIndex],
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = built(IndexKind.EXACT)
    ranked = catalogue.ids[np.argsort(-stored_similarities(catalogue), axis=1)]
    ids = np.concatenate([ranked[:, : 10 - wrong], ranked[:, 20 : 20 + wrong]], axis=1)
    monkeypatch.setattr(type(index), "search", lambda *_: Hits(ids, np.ones(ids.shape, dtype=np.float32)))
    assert recall_against_exact(index, catalogue.queries, 10) == pytest.approx(expected)


def test_small_steps_change_nothing(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = built(IndexKind.HNSW)
    at_once = recall_against_exact(index, catalogue.queries, 100)
    monkeypatch.setattr(recall_module, "_VALUES_A_STEP", 64 * 37)
    assert recall_against_exact(index, catalogue.queries, 100) == at_once


def test_any_of_several_equal_vectors_counts() -> None:
    vectors = np.eye(4, dtype=np.float32)[np.arange(40) % 4]
    index = build(IndexKind.EXACT, 4, [(np.arange(40), vectors)])
    assert recall_against_exact(index, vectors[:4], 3) == 1.0


def test_k_is_cut_to_the_index_and_removed_vectors_are_not_missed(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue
) -> None:
    index = built(IndexKind.HNSW).copy()
    index.remove(catalogue.ids[5:])
    assert recall_against_exact(index, catalogue.queries, 10) == 1.0


def test_nothing_to_measure_is_an_error(index: SearchableIndex, catalogue: Catalogue) -> None:
    empty = build(IndexKind.EXACT, DIMENSION, [])
    for measured, queries, k in (
        (empty, catalogue.queries, 3),
        (index, catalogue.queries, 0),
        (index, catalogue.queries[:0], 3),
    ):
        with pytest.raises(VectorIndexError, match="recall needs"):
            recall_against_exact(measured, queries, k)


@pytest.mark.parametrize("kind", [IndexKind.HNSW, IndexKind.IVF])
def test_the_width_is_the_smallest_that_finds_enough(
    kind: IndexKind,
    built: Callable[[IndexKind], VectorIndex],
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graph, "WIDTHS", (1, 2, 3, 4, 6, 8, 64))  # a small graph is searched with few candidates
    index = built(kind).copy()
    name = str(index.width_name)

    def recall_with(width: int) -> float:
        index.search_with(width)
        return recall_against_exact(index, catalogue.queries, 1)

    measured = {width: recall_with(width) for width in index.widths}
    assert min(measured.values()) < max(measured.values())
    for least in (0.9, max(measured.values())):
        choose_width(index, catalogue.queries, 1, least)
        expected = next(width for width, found in measured.items() if found >= least)
        assert index.arguments[name] == expected


def test_a_recall_out_of_reach_does_not_cost_the_widest_search(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One cell is enough to find a vector itself, and four find no more, so no more are tried."""
    index = built(IndexKind.IVF).copy()
    own = index.vectors(catalogue.ids[:50]).astype(np.float32)
    tried: list[int] = []
    search_with = type(index).search_with

    def noted(self: VectorIndex, width: int) -> None:
        tried.append(width)
        search_with(self, width)

    monkeypatch.setattr(type(index), "search_with", noted)
    choose_width(index, own, 1, 1.1)
    assert tried == [1, 2, 3, 4, 1]
    assert index.arguments["nprobe"] == 1
    assert recall_against_exact(index, own, 1) == 1.0
