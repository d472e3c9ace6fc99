"""How much of the exact answer an index finds."""

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.searchable import SearchableIndex
from sleeve.errors import VectorIndexError

_VALUES_A_STEP = 1 << 24
_NO_MORE = 0.001
_FAR_WIDER = 4
_TIE = 1e-5
"""Similarities this close count as equal: far below fp16's rounding, far above that of the sums."""


def recall_against_exact(
    index: SearchableIndex, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
) -> float:
    """Return recall@k: the part of the returned neighbours that belong to the k truly nearest, over all queries.

    The truth is a brute-force fp32 product with the vectors read back from the index, and a neighbour belongs when its
    similarity, computed from what is stored under its id, is not below the k-th best. So vectors tied at the k-th place
    count whichever is returned. k is cut to what may be returned. Holds at most 64 MB of products at a time for up to
    a thousand queries of any dimension; memory grows with the queries, not with the index.

    Args:
        queries: (q, d) normalised.
        allowed: the ids that may be returned, each once; None for all.

    Raises:
        VectorIndexError: no queries, k below 1 or nothing to be returned, of which recall says nothing.
    """
    among = index.ids if allowed is None else np.intersect1d(index.ids, allowed)
    k = min(k, len(among))
    if k < 1 or not len(queries):
        raise VectorIndexError("recall needs a query, a neighbour to look for and a vector in the index")
    least = _kth_best(index, queries, k, among) - _TIE
    found = index.search(queries, k, allowed).ids
    return float(np.mean(_similarities(index, queries, found) >= least[:, np.newaxis]))


def choose_width(index: SearchableIndex, queries: NDArray[np.float32], k: int, least: float) -> None:
    """Have an index search with the smallest of its widths that reaches a recall.

    If a width finds no more than one of a quarter of it, wider ones will not reach the recall either: what is missed is
    lost elsewhere, for example among the codes of cells. Then it is the smaller one of the two; if the widths end
    before that, the smallest that finds as much as the largest.

    Args:
        queries, k: as for ``recall_against_exact``.
    """
    k = min(k, len(index))
    if not index.widths or k < 1:
        return
    bars = _kth_best(index, queries, k, index.ids)[:, np.newaxis] - _TIE
    recalls: dict[int, float] = {}
    enough = index.widths[-1]
    for width in index.widths:
        index.search_with(width)
        recalls[width] = found = float(np.mean(_similarities(index, queries, index.search(queries, k).ids) >= bars))
        if found >= least:
            return
        enough = next(each for each, recall in recalls.items() if recall > found - _NO_MORE)
        if width >= _FAR_WIDER * enough:
            break
    index.search_with(enough)


def _kth_best(
    index: SearchableIndex, queries: NDArray[np.float32], k: int, among: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return (q,) the exact k-th highest similarity of each query to the vectors under some ids."""
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    rows = max(1, _VALUES_A_STEP // max(len(queries), index.dimension))
    for start in range(0, len(among), rows):
        vectors = index.vectors(among[start : start + rows]).astype(np.float32)
        both = np.concatenate([best, queries @ vectors.T], axis=1)
        best = np.partition(both, -k, axis=1)[:, -k:]
    least: NDArray[np.float32] = best.min(axis=1)
    return least


def _similarities(index: SearchableIndex, queries: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return (q, k) inner products of each query with the vectors stored under its row of (q, k) ids."""
    similarities = np.empty(ids.shape, dtype=np.float32)
    rows = max(1, _VALUES_A_STEP // (ids.shape[1] * index.dimension))
    for start in range(0, len(ids), rows):
        some = slice(start, start + rows)
        vectors = index.vectors(ids[some].ravel()).reshape(*ids[some].shape, -1).astype(np.float32)
        similarities[some] = np.einsum("qd,qkd->qk", queries[some], vectors)
    return similarities
