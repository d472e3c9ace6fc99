"""Which external id is at which position of the native index."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import VectorIndexError

_TOMBSTONE = -1

_SPREAD = 16
"""If the highest id is more than this many times the number of live ones, a table by id is not worth its memory."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The positions a search may return.

    Attributes:
        mask: (positions,) true if a position may be returned; None when all may.
        count: how many may.
        share: count over all positions, dead ones included; 0 when there are none.
    """

    mask: NDArray[np.bool_] | None
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Directory:
    """The ids by position, and the live ones in order with the position of each; never changed in place.

    Attributes:
        by_position: (positions,) the id at each position; -1 for a removed vector.
        live: (n,) the live ids, ascending.
        positions: (n,) the position of each of `live`.
    """

    by_position: NDArray[np.int64]
    live: NDArray[np.int64]
    positions: NDArray[np.int64]

    @classmethod
    def of(cls, by_position: NDArray[np.int64]) -> Self:
        """Index the ids of all positions.

        Raises:
            VectorIndexError: an id below -1, or one at two positions.
        """
        if _ascending(by_position):
            # So is an index that was built and never shrunk: its ids stay in the mapped file, shared by all workers.
            by_position.flags.writeable = False
            return cls(by_position, by_position, np.arange(len(by_position)))
        order = np.argsort(by_position, kind="stable")
        in_order = by_position[order]
        if len(in_order) and in_order[0] < _TOMBSTONE:
            raise VectorIndexError(f"id {in_order[0]} is negative")
        first = int(np.searchsorted(in_order, 0))
        live, positions = in_order[first:], order[first:]
        repeated = live[1:][live[1:] == live[:-1]]
        if len(repeated):
            raise VectorIndexError(f"id {repeated[0]} is given twice or is in the index already")
        for array in (by_position, live, positions):
            array.flags.writeable = False
        return cls(by_position, live, positions)

    @property
    def tombstones(self) -> int:
        """Positions whose vector was removed."""
        return len(self.by_position) - len(self.live)

    def appended(self, ids: NDArray[np.int64]) -> Self:
        """Put (n,) ids behind the last position; raises as `of` does, and for any negative id."""
        if len(ids) and ids.min() < 0:
            raise VectorIndexError(f"id {ids.min()} is negative")
        return self.of(np.concatenate([self.by_position, ids]))

    def tombstoned(self, positions: NDArray[np.int64]) -> Self:
        """Mark positions as removed; the others keep theirs."""
        by_position = self.by_position.copy()
        by_position[positions] = _TOMBSTONE
        return self.of(by_position)

    def compacted(self, positions: NDArray[np.int64]) -> Self:
        """Drop positions; those behind move up, keeping their order."""
        return self.of(np.delete(self.by_position, positions))

    def find(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the position of each of (n,) ids; -1 if an id is not live."""
        if not len(self.live):
            return np.full(len(ids), -1, dtype=np.int64)
        slots = np.minimum(np.searchsorted(self.live, ids), len(self.live) - 1)
        return np.where(self.live[slots] == ids, self.positions[slots], -1)

    def select(self, allowed: NDArray[np.int64] | None) -> Selection:
        """Return the positions that are live and, unless it is None, hold an id of `allowed`."""
        if allowed is None and not self.tombstones:
            return Selection(None, len(self.live), 1.0 if len(self.live) else 0.0)
        mask = self.by_position != _TOMBSTONE if allowed is None else self._mask_of(allowed)
        count = int(np.count_nonzero(mask))
        return Selection(mask, count, count / max(1, len(mask)))

    def _mask_of(self, allowed: NDArray[np.int64]) -> NDArray[np.bool_]:
        most = int(self.live[-1]) if len(self.live) else -1
        if most > _SPREAD * len(self.live):
            mask = np.zeros(len(self.by_position), dtype=np.bool_)
            found = self.find(allowed)
            mask[found[found >= 0]] = True
            return mask
        # One look-up an id instead of a binary search. The last entry stays False: it is the tombstones', at -1.
        by_id = np.zeros(most + 2, dtype=np.bool_)
        by_id[allowed[(allowed >= 0) & (allowed <= most)]] = True
        return by_id[self.by_position]


def _ascending(ids: NDArray[np.int64]) -> bool:
    return bool((ids[:1] >= 0).all() and (ids[1:] > ids[:-1]).all())
