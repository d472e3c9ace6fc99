"""Fronts with their vectors → the fronts that each is to be compared with."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from db.records import FrontVectors, HashedCover
from indexer.vector_index import Hits, VectorIndex

LEAST_SIMILARITY = 0.6
"""Cosine below which no two covers are compared: 99 % of known near-duplicates are above."""

NEIGHBOURS = 10
"""Candidates of each cover, the most similar ones."""

STANDS_OUT = 0.1
"""A candidate is so much nearer than what is around: the mean of the cover's hits from the 17th to the 32nd. 0.1
leaves away half the strangers and no near-duplicate that was found without it; 0.12 loses one in 300."""

SURE_SIMILARITY = 0.8
"""From here on a neighbour is a candidate in any case: if an artwork is there many times, copies are all around."""

_ASKED = 32
"""Vectors asked for: the cover itself, backs and removed covers are not candidates."""

_AROUND = slice(17, _ASKED)

Fronts = Callable[[Sequence[int]], Mapping[int, HashedCover]]
"""Vector ids → the fronts that they were made of; backs and removed covers are absent."""


def propose(asked: FrontVectors, parts: Sequence[VectorIndex], fronts: Fronts) -> list[list[HashedCover]]:
    """The most similar other fronts of each cover, nearest first.

    Args:
        parts: together they hold the vectors of the catalogue, each vector once.
    """
    hits = _nearest([part.search(asked.vectors, _ASKED) for part in parts], len(asked.covers))
    # With fewer hits nothing is known of what is around: the mean is -inf.
    around = hits.similarities[:, _AROUND].mean(axis=1, keepdims=True)
    stands_out = hits.similarities >= np.minimum(around + STANDS_OUT, SURE_SIMILARITY)
    near = stands_out & (hits.similarities >= LEAST_SIMILARITY)
    front_of = fronts(np.unique(hits.ids[near]).tolist())
    return [
        _others(cover, [front_of.get(vector_id) for vector_id in hits.ids[row, near[row]].tolist()])
        for row, cover in enumerate(asked.covers)
    ]


def _nearest(found: Sequence[Hits], queries: int) -> Hits:
    """The nearest ``_ASKED`` of several lists of hits, filled up as each of them is."""
    ids = np.concatenate([np.full((queries, _ASKED), -1), *(some.ids for some in found)], axis=1)
    nothing = np.full((queries, _ASKED), -np.inf, np.float32)
    similarities = np.concatenate([nothing, *(some.similarities for some in found)], axis=1)
    order = np.lexsort((ids, -similarities), axis=1)[:, :_ASKED]
    return Hits(np.take_along_axis(ids, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def _others(cover: HashedCover, found: Iterable[HashedCover | None]) -> list[HashedCover]:
    return [other for other in found if other is not None and other.cover_id != cover.cover_id][:NEIGHBOURS]
