"""Fronts with their vectors → the fronts that each is to be compared with; and pairs that show one artwork → groups."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from db.records import FrontCover, FrontVectors
from db.vocabulary import CoverId
from indexer.evaluation import group_covers
from indexer.vector_index import VectorIndex

LEAST_SIMILARITY = 0.6
"""Cosine below which no two covers are compared: 99 % of known near-duplicates lie above."""

NEIGHBOURS = 10
"""Candidates of each cover, the most similar ones."""

_ASKED = 32
"""Vectors asked for: the cover itself, backs and removed covers are not candidates."""

Fronts = Callable[[Sequence[int]], Mapping[int, FrontCover]]
"""Vector ids → the fronts that they were made of; backs and removed covers are absent."""


def propose(asked: FrontVectors, parts: Sequence[VectorIndex], fronts: Fronts) -> list[list[FrontCover]]:
    """The most similar other fronts of each cover, nearest first.

    Args:
        parts: together they hold the vectors of the catalogue, each vector once.
    """
    hits = [part.search(asked.vectors, _ASKED) for part in parts]
    ids = np.concatenate([np.empty((len(asked.covers), 0), np.int64), *(some.ids for some in hits)], axis=1)
    values = np.concatenate([np.empty(ids.shape[:1] + (0,), np.float32), *(h.similarities for h in hits)], axis=1)
    near = values >= LEAST_SIMILARITY
    front_of = fronts(np.unique(ids[near]).tolist())
    return [
        _nearest(cover, ids[row, near[row]], values[row, near[row]], front_of) for row, cover in enumerate(asked.covers)
    ]


def _nearest(
    cover: FrontCover, ids: NDArray[np.int64], similarities: NDArray[np.float32], front_of: Mapping[int, FrontCover]
) -> list[FrontCover]:
    ordered = (front_of.get(vector_id) for vector_id in ids[np.lexsort((ids, -similarities))].tolist())
    others = [other for other in ordered if other is not None and other.cover_id != cover.cover_id]
    return others[:NEIGHBOURS]


def groups(pairs: Sequence[tuple[CoverId, CoverId]]) -> list[list[CoverId]]:
    """Covers joined through chains of pairs, each group ascending, in the order of their first covers."""
    ids = sorted({cover_id for pair in pairs for cover_id in pair})
    row_of = {cover_id: row for row, cover_id in enumerate(ids)}
    numbers = group_covers([None] * len(ids), pairs=[(row_of[first], row_of[second]) for first, second in pairs])
    joined: dict[int, list[CoverId]] = {}
    for cover_id, number in zip(ids, numbers.tolist(), strict=True):
        joined.setdefault(number, []).append(cover_id)
    return list(joined.values())
