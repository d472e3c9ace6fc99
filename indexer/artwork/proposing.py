"""Fronts with their vectors → the fronts that each is to be compared with."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from db.records import FrontVectors, HashedCover
from indexer.vector_index import Hits, SearchableIndex

LEAST_SIMILARITY = 0.6
"""Cosine below which no two covers are compared: 99 % of known near-duplicates are above."""

NEIGHBOURS = 10
"""Candidates of each cover, the most similar ones."""

STANDS_OUT = 0.1
"""A candidate is so much nearer than what is around: the mean of the cover's hits from the 17th to the 32nd. 0.1
leaves away half the strangers and no near-duplicate that was found without it; 0.12 loses one in 300."""

SURE_SIMILARITY = 0.8
"""From here on a neighbour is a candidate in any case: if an artwork is there many times, copies are all around."""

ASKED = 32
"""Vectors asked for: the cover itself, backs and removed covers are not candidates."""

_AROUND = slice(17, ASKED)

Fronts = Callable[[Sequence[int]], Mapping[int, HashedCover]]
"""Vector ids → the fronts that they were made of; backs and removed covers are absent."""


def propose(asked: FrontVectors, parts: Sequence[SearchableIndex], fronts: Fronts) -> list[list[HashedCover]]:
    """The most similar other fronts of each cover, nearest first.

    Args:
        parts: together they hold the vectors of the catalogue, each vector once.
    """
    hits = _nearest([part.search(asked.vectors, ASKED) for part in parts], len(asked.covers))
    near = hits.similarities >= least_to_compare(hits.similarities)
    front_of = fronts(np.unique(hits.ids[near]).tolist())
    return [
        _others(cover, [front_of.get(vector_id) for vector_id in hits.ids[row, near[row]].tolist()])
        for row, cover in enumerate(asked.covers)
    ]


def least_to_compare(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    """(q, n) similarities of what is nearest, falling → (q, 1) the least of a candidate.

    With fewer than ``ASKED`` of them nothing is known of what is around, and ``LEAST_SIMILARITY`` is enough.
    """
    if similarities.shape[1] < ASKED:
        return np.full((len(similarities), 1), LEAST_SIMILARITY, np.float32)
    around = similarities[:, _AROUND].mean(axis=1, keepdims=True)
    return np.asarray(np.clip(around + STANDS_OUT, LEAST_SIMILARITY, SURE_SIMILARITY), np.float32)


def _nearest(found: Sequence[Hits], queries: int) -> Hits:
    """The nearest ``ASKED`` of several lists of hits, filled up as each of them is."""
    ids = np.concatenate([np.full((queries, ASKED), -1), *(some.ids for some in found)], axis=1)
    nothing = np.full((queries, ASKED), -np.inf, np.float32)
    similarities = np.concatenate([nothing, *(some.similarities for some in found)], axis=1)
    order = np.lexsort((ids, -similarities), axis=1)[:, :ASKED]
    return Hits(np.take_along_axis(ids, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def _others(cover: HashedCover, found: Iterable[HashedCover | None]) -> list[HashedCover]:
    return [other for other in found if other is not None and other.cover_id != cover.cover_id][:NEIGHBOURS]
