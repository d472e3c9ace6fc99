"""What an index answers with, and the kinds of index that there are."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class IndexKind(StrEnum):
    """How an index finds neighbours; each keeps every vector in fp16, and what speeds the search up."""

    EXACT = "exact"
    """Compares the query with every vector."""

    HNSW = "hnsw"
    """Walks a graph of neighbours (Malkov and Yashunin, 2016)."""

    IVF = "ivf"
    """Looks at the codes in the nearest cells of a partition (Jégou et al., 2011), then compares the best of them."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The neighbours of some queries, one row for each query, nearest first; equal similarities by ascending id.

    Attributes:
        ids: (q, k) external ids; -1 if fewer than k vectors could be returned.
        similarities: (q, k) inner products, which for normalised vectors are cosines; -inf if the id is -1.
            Rounding to fp16 can lift one above 1, by less than 0.001.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]


def nothing(queries: int, k: int) -> Hits:
    """What (queries, k) hits are if nothing is found."""
    return Hits(np.full((queries, k), -1, dtype=np.int64), np.full((queries, k), -np.inf, dtype=np.float32))


def merged(one: Hits, other: Hits) -> Hits:
    """The nearest of two answers to the same (q,) queries, without a hit in common; as many as ``other`` has places."""
    k = other.ids.shape[1]
    ids = np.concatenate([one.ids, other.ids], axis=1)
    similarities = np.concatenate([one.similarities, other.similarities], axis=1)
    order = np.lexsort((ids, -similarities), axis=-1)[:, :k]
    return Hits(np.take_along_axis(ids, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def padded(found: Hits, k: int) -> Hits:
    """The nearest k of hits in any order, padded where there are fewer."""
    return merged(found, nothing(len(found.ids), k))
