"""Centres of cells: k-means in two levels, over a sample that is read from the store group by group."""

import math

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.store import gather

LEAST_A_CENTRE = 39
"""The engine warns of overfitting when k-means has fewer training vectors for each centre."""

_PASSES = 10
_ROWS_A_STEP = 65_536
_SEED = 5


def centres(store: faiss.IndexScalarQuantizer, count: int) -> NDArray[np.float32]:
    """Return (count, d) normalised centres of the vectors in a store.

    The vectors are parted into √count groups, and each group has as many of the centres as suit the number of its
    vectors. So k-means takes time with count √count instead of count², and holds the fp32 vectors of one group, not of
    the sample.

    Args:
        store: of at least ``LEAST_A_CENTRE`` vectors for each centre; so many are its sample.
    """
    random = np.random.default_rng(_SEED)
    sample = np.sort(random.choice(store.ntotal, LEAST_A_CENTRE * count, replace=False))
    groups = math.isqrt(count)
    few = np.sort(random.choice(sample, LEAST_A_CENTRE * groups, replace=False))
    group_of = _nearest(store, sample, _k_means(gather(store, few), groups))
    in_groups = sample[np.argsort(group_of, kind="stable")]
    ends = np.cumsum(np.bincount(group_of, minlength=groups))
    made, start, first = [], 0, 0
    for end, last in zip(ends, np.rint(ends / LEAST_A_CENTRE).astype(int), strict=True):
        # A group of less than half a cell's vectors adds its own to the next one.
        if last > first:
            made.append(_k_means(gather(store, in_groups[start:end]), int(last - first)))
            start, first = int(end), int(last)
    return np.concatenate(made)


def _k_means(vectors: NDArray[np.float16], count: int) -> NDArray[np.float32]:
    kmeans = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=_PASSES,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=len(vectors),
    )
    kmeans.train(vectors.astype(np.float32))
    return np.asarray(kmeans.centroids)


def _nearest(
    store: faiss.IndexScalarQuantizer, positions: NDArray[np.int64], among: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return (n,) which of the centres is nearest to the vector at each of (n,) positions."""
    steps = range(0, len(positions), _ROWS_A_STEP)
    found = [
        (gather(store, positions[start : start + _ROWS_A_STEP]).astype(np.float32) @ among.T).argmax(axis=1)
        for start in steps
    ]
    return np.concatenate(found)
