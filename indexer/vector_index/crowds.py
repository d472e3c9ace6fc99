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

_MOST_RECENT = 262_144
"""So many kinds are inserted into the others at once, because an insertion copies all of them."""


class _Counts:
    """How many vectors there are of each kind: (n,) kinds, ascending, and their counts."""

    def __init__(self) -> None:
        self.kinds = np.empty(0, dtype=np.uint64)
        self.counts = np.empty(0, dtype=np.int64)

    def counted(self, kinds: NDArray[np.uint64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count further vectors of those of (m,) kinds that are here; (m,) how many of each came before."""
        places = np.searchsorted(self.kinds, kinds)
        known = places < len(self.kinds)
        known[known] = self.kinds[places[known]] == kinds[known]
        earlier = np.zeros(len(kinds), dtype=np.int64)
        earlier[known] = self.counts[places[known]]
        self.counts[places[known]] += counts[known]
        return earlier

    def insert(self, kinds: NDArray[np.uint64], counts: NDArray[np.int64]) -> None:
        """Take in (m,) kinds, ascending, that are not here."""
        places = np.searchsorted(self.kinds, kinds)
        self.kinds = np.insert(self.kinds, places, kinds)
        self.counts = np.insert(self.counts, places, counts)


class Crowds:
    """Counts vectors by their signs along fixed random directions (Charikar, "Similarity estimation", 2002).

    Two vectors at a cosine of 0.9999 share all 64 signs three times in four, at 0.97 once in two hundred. That a
    vector is wrongly taken for one of a crowd does no harm: what is scanned is found exactly.
    """

    def __init__(self, dimension: int) -> None:
        self._directions = np.random.default_rng(_SEED).standard_normal((dimension, _DIRECTIONS)).astype(np.float32)
        self._old, self._recent = _Counts(), _Counts()

    def surplus(self, vectors: NDArray[np.float16]) -> NDArray[np.bool_]:
        """Count (n, dimension) further vectors; (n,) whether enough of its crowd came before each."""
        kinds, members, counts = np.unique(self._signs(vectors), return_inverse=True, return_counts=True)
        order = np.argsort(members, kind="stable")
        came_before = np.empty(len(vectors), dtype=np.int64)
        came_before[order] = np.arange(len(vectors)) - np.repeat(np.cumsum(counts) - counts, counts)
        earlier = self._old.counted(kinds, counts) + self._recent.counted(kinds, counts)
        is_new = earlier == 0
        self._recent.insert(kinds[is_new], counts[is_new])
        if len(self._recent.kinds) > _MOST_RECENT:
            self._old.insert(self._recent.kinds, self._recent.counts)
            self._recent = _Counts()
        surplus: NDArray[np.bool_] = earlier[members] + came_before >= _LET_IN
        return surplus

    @property
    def share_alike(self) -> float:
        """The share of the counted vectors that have another of their kind; 0 if none was counted."""
        counts = np.concatenate([self._old.counts, self._recent.counts])
        return float(counts[counts > 1].sum() / max(1, counts.sum()))

    def _signs(self, vectors: NDArray[np.float16]) -> NDArray[np.uint64]:
        """(n,) the signs of each vector as the bits of a number."""
        signs = np.empty(len(vectors), dtype=np.uint64)
        for start in range(0, len(vectors), _ROWS_A_STEP):
            step = slice(start, start + _ROWS_A_STEP)
            bits = vectors[step].astype(np.float32) @ self._directions > 0
            signs[step] = np.packbits(bits, axis=1).view(np.uint64)[:, 0]
        return signs
