"""Exact nearest neighbours in plain arrays, for fitting and measuring without an index."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK_NUMBERS = 2**22
"""Similarities that are held at a time: 16 MiB."""


@dataclass(frozen=True, slots=True)
class NearestRows:
    """The nearest rows of a gallery.

    Attributes:
        rows: (q, m), nearest first; -1 if there are fewer.
        similarities: (q, m) float32; -inf there.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float32]


def nearest(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    count: int,
    *,
    query_groups: NDArray[np.integer] | None = None,
    gallery_groups: NDArray[np.integer] | None = None,
    below: float = np.inf,
    apart: NDArray[np.integer] | None = None,
) -> NearestRows:
    """The ``count`` nearest rows of (n, d) to each of (q, d), by cosine of L2-normalised vectors.

    Args:
        query_groups, gallery_groups: (q,) and (n,); rows of a query's own group are left out.
        below: rows as similar as this or more are left out.
        apart: (p, 2), pairs of a query and a row that is not left out for that.
    """
    count = min(count, len(gallery))
    rows = np.full((len(queries), count), -1, dtype=np.int64)
    similarities = np.full((len(queries), count), -np.inf, dtype=np.float32)
    step = max(1, _CHUNK_NUMBERS // max(1, len(gallery)))
    for start in range(0, len(queries) if count else 0, step):
        chunk = slice(start, start + step)
        found = queries[chunk] @ gallery.T
        too_near = found >= below
        if apart is not None and len(apart):
            of_chunk = apart[(apart[:, 0] >= start) & (apart[:, 0] < start + step)]
            too_near[of_chunk[:, 0] - start, of_chunk[:, 1]] = False
        found[too_near] = -np.inf
        if query_groups is not None and gallery_groups is not None:
            found[query_groups[chunk, np.newaxis] == gallery_groups] = -np.inf
        rows[chunk], similarities[chunk] = _best(found, count)
    rows[np.isneginf(similarities)] = -1
    return NearestRows(rows, similarities)


def _best(similarities: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if count < similarities.shape[1]:
        # Ascending, so that the stable sort below puts equals in order of their rows.
        kept = np.sort(np.argpartition(-similarities, count - 1, axis=1)[:, :count], axis=1)
    else:
        kept = np.broadcast_to(np.arange(count), similarities.shape)
    found = np.take_along_axis(similarities, kept, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.take_along_axis(kept, order, axis=1), np.take_along_axis(found, order, axis=1)
