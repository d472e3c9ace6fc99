"""Candidates against brute force, groups by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from db.records import FrontVectors, HashedCover
from indexer.artwork import groups, propose
from indexer.artwork.proposing import LEAST_SIMILARITY, NEIGHBOURS, STANDS_OUT, SURE_SIMILARITY
from indexer.vector_index import IndexKind, build
from sleeve.vocabulary import ContentHash, CoverId

BACKS = set(range(0, 300, 7))


def front(row: int) -> HashedCover:
    return HashedCover(CoverId(1000 + row), f"{row}.png", f"/{row}.png", ContentHash(f"{row:064}"))


def fronts_of(rows: Sequence[int]) -> dict[int, HashedCover]:
    return {row: front(row) for row in rows if row not in BACKS}


@pytest.mark.parametrize("parts", [1, 3])
def test_candidates_are_those_of_brute_force(parts: int) -> None:
    draw_from = np.random.default_rng(4)
    drawn = draw_from.normal(size=(30, 6))[draw_from.integers(0, 30, 300)] + draw_from.normal(size=(300, 6)) / 2
    vectors = np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float16).astype(np.float32)
    rows = [row for row in range(300) if row not in BACKS]
    everything = vectors @ vectors.T
    similar = everything.copy()
    np.fill_diagonal(similar, -1)
    similar[:, sorted(BACKS)] = -1
    expected, held_back = [], 0
    for row in rows:
        ordered = np.argsort(-similar[row])[:NEIGHBOURS].tolist()
        around = np.sort(everything[row])[::-1][17:32].mean()
        near = [other for other in ordered if similar[row, other] >= LEAST_SIMILARITY]
        expected.append(
            [o for o in near if similar[row, o] >= SURE_SIMILARITY or similar[row, o] - around >= STANDS_OUT]
        )
        held_back += len(near) - len(expected[-1])
    assert 0 < min(map(len, expected)) < max(map(len, expected)) == NEIGHBOURS
    assert held_back > 100
    held = [np.arange(start, 300, parts) for start in range(parts)]
    indexes = [build(IndexKind.EXACT, 6, [(ids, vectors[ids])]) for ids in held]
    proposed = propose(FrontVectors(tuple(map(front, rows)), vectors[rows]), indexes, fronts_of)
    assert [[other.cover_id - 1000 for other in some] for some in proposed] == expected


def test_where_an_artwork_is_there_many_times_its_copies_are_candidates() -> None:
    vectors = np.repeat(np.eye(1, 4, dtype=np.float32), 60, axis=0)
    index = build(IndexKind.EXACT, 4, [(np.arange(60), vectors)])
    [proposed] = propose(FrontVectors((front(1),), vectors[:1]), (index,), fronts_of)
    assert len(proposed) == NEIGHBOURS


def test_nothing_is_proposed_where_nothing_is() -> None:
    assert propose(FrontVectors((), np.zeros((0, 4), np.float32)), (), fronts_of) == []
    alone = FrontVectors((front(1),), np.eye(1, 4, dtype=np.float32))
    assert propose(alone, (), fronts_of) == [[]]
    assert propose(alone, (build(IndexKind.EXACT, 4, [(np.array([1]), alone.vectors)]),), fronts_of) == [[]]


def test_groups_are_chains_of_pairs() -> None:
    pairs = [(CoverId(1), CoverId(5)), (CoverId(3), CoverId(8)), (CoverId(5), CoverId(9))]
    assert groups(pairs) == [[1, 5, 9], [3, 8]]
    assert groups([]) == []


def test_a_chain_does_not_join_what_a_person_told_apart() -> None:
    one, two, three, four = map(CoverId, (1, 2, 3, 4))
    pairs = [(one, two), (one, four), (two, three), (three, four)]
    assert groups(pairs) == [[1, 2, 3, 4]]
    assert groups(pairs, [(one, three)]) == [[1, 2, 4]], "three goes with neither one nor what is joined to it"
    assert groups(pairs, [(one, two), (one, four)]) == [[2, 3, 4]]
