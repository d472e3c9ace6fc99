"""Adding, removing, copying and reading back, in every kind."""

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vector_index import IndexKind, VectorIndex, build
from sleeve.errors import VectorIndexError
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, check_exact, check_sound, recall

K = 10
LEAST_RECALL = 0.97


@pytest.fixture
def changing(index: VectorIndex) -> VectorIndex:
    return index.copy()


def check(index: VectorIndex, catalogue: Catalogue) -> None:
    hits = index.search(catalogue.queries, K)
    if index.kind is IndexKind.EXACT:
        check_exact(hits, catalogue, K)
    else:
        check_sound(hits, catalogue, K)
        assert recall(hits, catalogue) >= LEAST_RECALL


def test_a_built_index_says_what_it_holds(index: VectorIndex, catalogue: Catalogue) -> None:
    assert len(index) == len(catalogue.ids)
    assert index.dimension == DIMENSION
    assert index.tombstones == 0
    np.testing.assert_array_equal(index.ids, np.sort(catalogue.ids))
    with pytest.raises(ValueError, match="read-only"):
        index.ids[0] = 1


def test_vectors_read_back_are_the_given_ones_rounded_to_nearest_even(index: VectorIndex, catalogue: Catalogue) -> None:
    chosen = np.random.default_rng(1).permutation(len(catalogue.ids))[:500]
    vectors = index.vectors(catalogue.ids[chosen])
    assert vectors.dtype == np.float16
    np.testing.assert_array_equal(vectors, catalogue.vectors[chosen].astype(np.float16))
    assert index.vectors(np.empty(0, dtype=np.int64)).shape == (0, DIMENSION)


def test_ties_in_rounding_go_to_even() -> None:
    halfway = np.array([[1 + 2**-11, 1 + 3 * 2**-11]], dtype=np.float32)
    index = build(IndexKind.EXACT, 2, [(np.array([1]), halfway)])
    assert index.vectors(np.array([1])).tolist() == [[1.0, 1 + 2**-9]]


def test_removed_ids_never_come_back(changing: VectorIndex, catalogue: Catalogue) -> None:
    nearest = np.unique(changing.search(catalogue.queries, K).ids)
    assert changing.remove(nearest) == len(nearest)
    left = catalogue.without(nearest)
    assert len(changing) == len(left.ids)
    assert changing.tombstones == (0 if changing.kind is IndexKind.EXACT else len(nearest))
    np.testing.assert_array_equal(changing.ids, np.sort(left.ids))
    check(changing, left)
    np.testing.assert_array_equal(changing.vectors(left.ids[::7]), left.vectors[::7].astype(np.float16))
    hits = changing.search(catalogue.queries, K, nearest)
    assert (hits.ids == -1).all()
    with pytest.raises(VectorIndexError, match=f"id {nearest[0]} is not in the index"):
        changing.vectors(nearest[:1])


def test_unknown_and_repeated_ids_count_not_at_all_and_once(changing: VectorIndex, catalogue: Catalogue) -> None:
    one = catalogue.ids[40]
    assert changing.remove(np.array([10**9, one, one, -1, -7])) == 1
    assert changing.remove(np.array([one])) == 0
    assert changing.remove(np.empty(0, dtype=np.int64)) == 0
    assert len(changing) == len(catalogue.ids) - 1


def test_a_removed_id_can_be_added_again_with_another_vector(changing: VectorIndex, catalogue: Catalogue) -> None:
    gone = catalogue.ids[100:400]
    for shift in (1, 2):
        changing.remove(gone)
        moved = np.roll(catalogue.vectors[100:400], shift, axis=0)
        changing.add(gone, moved)
    assert len(changing) == len(catalogue.ids)
    assert changing.tombstones == (0 if changing.kind is IndexKind.EXACT else 600)
    vectors = catalogue.vectors.copy()
    vectors[100:400] = moved
    check(changing, Catalogue(catalogue.ids, vectors, catalogue.queries))
    np.testing.assert_array_equal(changing.vectors(gone), moved.astype(np.float16))


def test_added_vectors_are_found(changing: VectorIndex, catalogue: Catalogue) -> None:
    ids = np.arange(10**6, 10**6 + len(catalogue.queries))
    changing.add(ids, catalogue.queries)
    grown = Catalogue(
        np.concatenate([catalogue.ids, ids]),
        np.concatenate([catalogue.vectors, catalogue.queries]),
        catalogue.queries,
    )
    check(changing, grown)
    np.testing.assert_array_equal(changing.search(catalogue.queries, 1).ids[:, 0], ids)


def test_fewer_live_than_k_are_all_returned(changing: VectorIndex, catalogue: Catalogue) -> None:
    left = catalogue.ids[::2000]
    changing.remove(np.setdiff1d(catalogue.ids, left))
    check_exact(changing.search(catalogue.queries, K), catalogue.without(np.setdiff1d(catalogue.ids, left)), K)


def test_an_emptied_index_returns_padding_and_can_be_filled_again(changing: VectorIndex, catalogue: Catalogue) -> None:
    assert changing.remove(catalogue.ids) == len(catalogue.ids)
    assert len(changing) == len(changing.ids) == 0
    check_sound(changing.search(catalogue.queries, 3), catalogue.without(catalogue.ids), 3)
    changing.add(catalogue.ids[:50], catalogue.vectors[:50])
    check_exact(changing.search(catalogue.queries, 3), catalogue.without(catalogue.ids[50:]), 3)


def test_a_copy_and_its_original_go_their_own_ways(changing: VectorIndex, catalogue: Catalogue) -> None:
    before = changing.search(catalogue.queries, K)
    other = changing.copy()
    other.remove(catalogue.ids[:4000])
    other.add(np.array([10**6]), catalogue.queries[:1])
    after = changing.search(catalogue.queries, K)
    np.testing.assert_array_equal(after.ids, before.ids)
    assert len(changing) == len(catalogue.ids)
    assert len(other) == len(catalogue.ids) - 4000 + 1


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (np.array([10**6, 10**6]), "is given twice or is in the index already"),
        (np.array([10**6, -1]), "id -1 is negative"),
        (np.array([10**6]), "1 ids came with 2 vectors"),
        (np.array([1.0, 2.0]), "ids must be integers"),
        (np.array([[10**6, 10**6 + 1]]), "ids must be integers"),
    ],
)
def test_bad_ids_are_refused_and_nothing_is_added(
    changing: VectorIndex, catalogue: Catalogue, ids: NDArray[np.int64], message: str
) -> None:
    with pytest.raises(VectorIndexError, match=message):
        changing.add(ids, catalogue.vectors[:2])
    assert len(changing) == len(catalogue.ids)
    check(changing, catalogue)


def test_a_live_id_is_refused(changing: VectorIndex, catalogue: Catalogue) -> None:
    with pytest.raises(VectorIndexError, match=f"id {catalogue.ids[9]} is given twice or is in the index already"):
        changing.add(np.array([10**6, catalogue.ids[9]]), catalogue.vectors[:2])
    assert 10**6 not in changing.ids


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros((2, DIMENSION - 1), np.float32), "vectors must be float16 or float32 of shape"),
        (np.zeros((2, DIMENSION), np.float64), "vectors must be float16 or float32 of shape"),
        (np.zeros(2 * DIMENSION, np.float16), "vectors must be float16 or float32 of shape"),
        (np.full((2, DIMENSION), np.nan, np.float16), "not finite"),
        (np.full((2, DIMENSION), 1e6, np.float32), "not finite"),
    ],
)
def test_bad_vectors_are_refused(changing: VectorIndex, vectors: NDArray[np.float32], message: str) -> None:
    with pytest.raises(VectorIndexError, match=message):
        changing.add(np.array([10**6, 10**6 + 1]), vectors)
