"""Searching every kind, with and without filters, against brute force."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vector_index import IndexKind, SearchableIndex, VectorIndex, build, cells, graph
from indexer.vector_index.exact import ExactIndex
from sleeve.errors import VectorIndexError
from tests.indexer.vector_index.brute_force import (
    DIMENSION,
    Catalogue,
    check_exact,
    check_sound,
    recall,
    stored_similarities,
)

K = 10
LEAST_RECALL = 0.97


@pytest.fixture
def index(any_index: SearchableIndex) -> SearchableIndex:
    return any_index


def test_exact_hits_are_those_of_brute_force_id_by_id(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue
) -> None:
    hits = built(IndexKind.EXACT).search(catalogue.queries, K)
    order = np.argsort(-stored_similarities(catalogue), axis=1)[:, :K]
    np.testing.assert_array_equal(hits.ids, catalogue.ids[order])


def test_unfiltered_search(index: SearchableIndex, catalogue: Catalogue) -> None:
    hits = index.search(catalogue.queries, K)
    check_sound(hits, catalogue, K)
    assert recall(hits, catalogue) >= (1 if index.kind is IndexKind.EXACT else LEAST_RECALL)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01, 0.001])
def test_filtered_search(index: SearchableIndex, catalogue: Catalogue, share: float) -> None:
    random = np.random.default_rng(3)
    allowed = random.choice(catalogue.ids, round(share * len(catalogue.ids)), replace=False)
    unknown = np.array([10**9, 10**12, -5, -1])
    hits = index.search(catalogue.queries, K, np.concatenate([allowed, unknown, allowed[:5]]))
    reachable = catalogue.without(np.setdiff1d(catalogue.ids, allowed))
    if index.kind is IndexKind.EXACT or share < 0.1:
        check_exact(hits, reachable, K)
    else:
        check_sound(hits, reachable, K)
        assert recall(hits, reachable) >= LEAST_RECALL


def test_filter_of_one_id_returns_it_and_padding(index: SearchableIndex, catalogue: Catalogue) -> None:
    only = catalogue.ids[1234:1235]
    hits = index.search(catalogue.queries, 3, only)
    check_exact(hits, catalogue.without(np.setdiff1d(catalogue.ids, only)), 3)
    assert (hits.ids == [only[0], -1, -1]).all()


def test_filter_that_allows_nothing_returns_padding(index: SearchableIndex, catalogue: Catalogue) -> None:
    for allowed in (np.empty(0, dtype=np.int64), np.array([10**9])):
        check_sound(index.search(catalogue.queries, 4, allowed), catalogue.without(catalogue.ids), 4)


def test_filter_that_allows_only_what_is_far_away_is_filled(index: SearchableIndex, catalogue: Catalogue) -> None:
    query = catalogue.queries[:1]
    far = catalogue.ids[np.argsort(query[0] @ catalogue.vectors.T)[: len(catalogue.ids) // 5]]
    reachable = catalogue.without(np.setdiff1d(catalogue.ids, far))
    hits = index.search(query, K, far)
    check_sound(hits, Catalogue(reachable.ids, reachable.vectors, query), K)


@pytest.mark.parametrize("k", [1, 700, 3000])
def test_k_of_any_size_is_filled(index: SearchableIndex, catalogue: Catalogue, k: int) -> None:
    hits = index.search(catalogue.queries, k)
    if index.kind is IndexKind.EXACT or k > 0.1 * len(catalogue.ids):
        check_exact(hits, catalogue, k)
    else:
        check_sound(hits, catalogue, k)
        assert recall(hits, catalogue) >= LEAST_RECALL


def test_k_beyond_the_catalogue_returns_all_of_it(index: SearchableIndex, catalogue: Catalogue) -> None:
    few = Catalogue(catalogue.ids, catalogue.vectors, catalogue.queries[:2])
    check_exact(index.search(few.queries, len(few.ids) + 3), few, len(few.ids) + 3)


def test_no_neighbours_and_no_queries(index: SearchableIndex, catalogue: Catalogue) -> None:
    assert index.search(catalogue.queries, 0).ids.shape == (len(catalogue.queries), 0)
    assert index.search(catalogue.queries[:0], 5).ids.shape == (0, 5)


def test_equal_similarities_are_ordered_by_ascending_id(catalogue: Catalogue) -> None:
    vectors = catalogue.vectors[:1000].copy()
    twins = [900, 17, 512, 3, 600]
    vectors[twins] = vectors[17]
    ids = np.arange(1000)[::-1] + 5
    for kind in IndexKind:
        hits = build(kind, DIMENSION, [(ids, vectors)]).search(vectors[17:18], 5)
        assert hits.ids[0].tolist() == sorted(ids[twins].tolist())


@pytest.mark.parametrize("kind", [IndexKind.HNSW, IndexKind.IVF])
def test_recall_holds_down_to_the_share_that_is_scanned(
    kind: IndexKind, built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue
) -> None:
    allowed = np.random.default_rng(4).choice(catalogue.ids, round(0.12 * len(catalogue.ids)), replace=False)
    hits = built(kind).search(catalogue.queries, 60, allowed)
    assert recall(hits, catalogue.without(np.setdiff1d(catalogue.ids, allowed))) >= LEAST_RECALL


@pytest.mark.parametrize("share", [0.12, 0.5])
@pytest.mark.parametrize("kind", [IndexKind.HNSW, IndexKind.IVF])
def test_what_a_filter_allows_is_found_wherever_it_lies(
    kind: IndexKind, share: float, built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue
) -> None:
    """A genre does not lie at random: here it is all that is nearest to one vector, far from most queries."""
    nearness = catalogue.vectors @ catalogue.vectors[0]
    allowed = catalogue.ids[np.argsort(-nearness)[: round(share * len(catalogue.ids))]]
    reachable = catalogue.without(np.setdiff1d(catalogue.ids, allowed))
    for number in range(len(catalogue.queries)):
        one = Catalogue(reachable.ids, reachable.vectors, catalogue.queries[number : number + 1])
        hits = built(kind).search(one.queries, K, allowed)
        check_sound(hits, one, K)
        assert recall(hits, one) >= 0.8, number
    assert recall(built(kind).search(catalogue.queries, K, allowed), reachable) >= 0.99


def test_a_filter_widens_the_search_through_few_cells(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "_PROBES", 8)
    index = built(IndexKind.IVF)
    allowed = np.random.default_rng(4).choice(catalogue.ids, round(0.12 * len(catalogue.ids)), replace=False)
    reachable = catalogue.without(np.setdiff1d(catalogue.ids, allowed))
    assert recall(index.search(catalogue.queries, K), catalogue) < 1
    assert recall(index.search(catalogue.queries, K, allowed), reachable) > 0.92


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs and cells that are looked through so little that their answers are not exact."""
    monkeypatch.setattr(graph, "_EF_SEARCH", 1)
    monkeypatch.setattr(cells, "_PROBES", 1)


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize(("share", "k", "exact"), [(1.0, 1, False), (0.01, 1, True), (1.0, 900, True)])
@pytest.mark.parametrize("kind", [IndexKind.HNSW, IndexKind.IVF])
def test_answers_are_exact_where_few_may_be_returned_or_many_are_wanted(
    kind: IndexKind,
    share: float,
    k: int,
    exact: bool,
    built: Callable[[IndexKind], VectorIndex],
    catalogue: Catalogue,
) -> None:
    allowed = np.random.default_rng(4).choice(catalogue.ids, round(share * len(catalogue.ids)), replace=False)
    reachable = catalogue.without(np.setdiff1d(catalogue.ids, allowed))
    hits = built(kind).search(catalogue.queries, k, allowed)
    check_sound(hits, reachable, k)
    assert (recall(hits, reachable) == 1) == exact


@pytest.mark.usefixtures("_hasty")
def test_cells_that_hold_too_few_are_made_up_for(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue
) -> None:
    check_exact(built(IndexKind.IVF).search(catalogue.queries, 700), catalogue, 700)


def test_many_threads_find_what_one_finds(index: SearchableIndex, catalogue: Catalogue) -> None:
    halves = [None, np.sort(catalogue.ids)[::2]]
    expected = [index.search(catalogue.queries, K, allowed) for allowed in halves]
    with ThreadPoolExecutor(6) as threads:
        runs = [threads.submit(index.search, catalogue.queries, K, halves[turn % 2]) for turn in range(24)]
    for turn, run in enumerate(runs):
        np.testing.assert_array_equal(run.result().ids, expected[turn % 2].ids)
        np.testing.assert_array_equal(run.result().similarities, expected[turn % 2].similarities)


def test_a_search_runs_on_one_core_whatever_thread_it_is_on(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[int] = []
    nearest = ExactIndex._nearest

    def spy(self: ExactIndex, *arguments: object) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        inside.append(faiss.omp_get_max_threads())
        return nearest(self, *arguments)  # type: ignore[arg-type]

    def search_with_three_cores() -> int:
        faiss.omp_set_num_threads(3)
        built(IndexKind.EXACT).search(catalogue.queries, 1)
        return faiss.omp_get_max_threads()

    monkeypatch.setattr(ExactIndex, "_nearest", spy)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(search_with_three_cores).result() == 3
    assert inside == [1]


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        (np.zeros((2, DIMENSION + 1), np.float32), "queries must be float32 of shape"),
        (np.zeros(DIMENSION, np.float32), "queries must be float32 of shape"),
        (np.zeros((2, DIMENSION), np.float64), "queries must be float32 of shape"),
        (np.full((2, DIMENSION), np.nan, np.float32), "not finite"),
        (np.full((2, DIMENSION), np.inf, np.float32), "not finite"),
    ],
)
def test_queries_of_another_shape_or_type_are_refused(
    index: SearchableIndex, queries: NDArray[np.float32], message: str
) -> None:
    with pytest.raises(VectorIndexError, match=message):
        index.search(queries, 3)


def test_other_senseless_arguments_are_refused(index: SearchableIndex, catalogue: Catalogue) -> None:
    with pytest.raises(VectorIndexError, match="k must be 0 or more"):
        index.search(catalogue.queries, -1)
    with pytest.raises(VectorIndexError, match="ids must be integers"):
        index.search(catalogue.queries, 1, np.array([1.0]))
    with pytest.raises(VectorIndexError, match="ids must be integers"):
        index.search(catalogue.queries, 1, np.array([[1]]))
