"""Crowds: many vectors that are equal or nearly so, such as those of one "no cover" picture in thousands of albums.

In a graph the members of a crowd are linked to each other only, and a search that falls in finds no way out; in cells
their codes take the places of all candidates. So few of each crowd are let in, and the others are scanned.
"""

import numpy as np
from numpy.typing import NDArray

_LET_IN = 16
"""Of each crowd: half as many as a vector has links in the graph."""

_DIRECTIONS = 64
_SEED = 11

_ROWS_A_STEP = 65_536


class Crowds:
    """Counts vectors by their signs along fixed random directions (Charikar, "Similarity estimation", 2002).

    Two vectors at a cosine of 0.9999 share all 64 signs three times in four, at 0.97 once in two hundred. That a
    vector is wrongly taken for one of a crowd does no harm: what is scanned is found exactly.
    """

    def __init__(self, dimension: int) -> None:
        self._directions = np.random.default_rng(_SEED).standard_normal((dimension, _DIRECTIONS)).astype(np.float32)
        self._kinds = np.empty(0, dtype=np.uint64)
        self._counts = np.empty(0, dtype=np.int64)

    def surplus(self, vectors: NDArray[np.float16]) -> NDArray[np.bool_]:
        """Count (n, dimension) further vectors; (n,) whether enough of its crowd came before each."""
        kinds, members, counts = np.unique(self._signs(vectors), return_inverse=True, return_counts=True)
        order = np.argsort(members, kind="stable")
        came_before = np.empty(len(vectors), dtype=np.int64)
        came_before[order] = np.arange(len(vectors)) - np.repeat(np.cumsum(counts) - counts, counts)
        places = np.searchsorted(self._kinds, kinds)
        known = places < len(self._kinds)
        known[known] = self._kinds[places[known]] == kinds[known]
        earlier = np.zeros(len(kinds), dtype=np.int64)
        earlier[known] = self._counts[places[known]]
        self._counts[places[known]] += counts[known]
        self._kinds = np.insert(self._kinds, places[~known], kinds[~known])
        self._counts = np.insert(self._counts, places[~known], counts[~known])
        surplus: NDArray[np.bool_] = earlier[members] + came_before >= _LET_IN
        return surplus

    @property
    def share_alike(self) -> float:
        """The share of the counted vectors that have another of their kind; 0 if none was counted."""
        return float(self._counts[self._counts > 1].sum() / max(1, self._counts.sum()))

    def _signs(self, vectors: NDArray[np.float16]) -> NDArray[np.uint64]:
        """(n,) the signs of each vector as the bits of a number."""
        signs = np.empty(len(vectors), dtype=np.uint64)
        for start in range(0, len(vectors), _ROWS_A_STEP):
            step = slice(start, start + _ROWS_A_STEP)
            bits = vectors[step].astype(np.float32) @ self._directions > 0
            signs[step] = np.packbits(bits, axis=1).view(np.uint64)[:, 0]
        return signs
