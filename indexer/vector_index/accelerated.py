"""What the kinds with an accelerator do alike: crowds, tombstones, and the store if the accelerator does not serve."""

import math
from abc import abstractmethod
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.arguments import checked_ids, checked_vectors
from indexer.vector_index.crowds import Crowds
from indexer.vector_index.directory import Directory, Selection
from indexer.vector_index.exact import ExactIndex
from indexer.vector_index.hits import Hits, merged
from indexer.vector_index.index import ASIDE, VectorIndex
from indexer.vector_index.store import scan

SCANNED_A_CANDIDATE = 12
"""About so many vectors are scanned in the time in which a graph finds one more candidate: 0.45 µs a vector under a
mask, 4.6 µs a candidate (15,000 vectors, one busy core)."""

FETCHED_TWICE = 2
"""Under a filter, so many times the candidates are fetched that would do if what it allows were spread evenly."""

_ROWS_A_STEP = 65_536


class AcceleratedIndex(VectorIndex):
    """Searches the accelerator, and scans the store if that is quicker or the accelerator finds too few.

    Of a crowd of nearly equal vectors only the first few are in the accelerator; the others are aside, and scanned.
    """

    def __init__(
        self,
        native: faiss.Index,
        directory: Directory,
        dimension: int,
        *,
        aside: ExactIndex | None = None,
        read_only: bool = False,
    ) -> None:
        """Wrap a native index, and what is aside of it; the rest as for every kind.

        Under a filter the accelerator is asked without it, for many, and what is not allowed is sifted out: if enough
        is left, it is what a search of all would give. What a filter allows is rarely spread evenly, and where it is
        far from the query, too little is left; then it is scanned. An accelerator that walks past what is not allowed
        finds 0.93 there and does not notice.

        Raises:
            VectorIndexError: an id is in both; or as for every kind.
        """
        super().__init__(native, directory, dimension, read_only=read_only)
        self._aside = aside or ExactIndex.empty(dimension)
        self._crowds: Crowds | None = None
        self._ids = self._all_ids()

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the live ids, ascending, read-only."""
        return self._ids

    @property
    def aside(self) -> ExactIndex:
        """The vectors of crowds that are not in the accelerator."""
        return self._aside

    def __len__(self) -> int:
        """Live vectors."""
        return len(self._ids)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16] | NDArray[np.float32]) -> None:
        """Take in (n,) ids with their (n, dimension) vectors, as every kind does."""
        self._check_changeable()
        ids = checked_ids(ids)
        rounded = checked_vectors(vectors, self.dimension, len(ids))
        Directory.of(self._ids).appended(ids)  # raises if one is here already, in either place
        surplus = self._counted().surplus(rounded)
        super().add(ids[~surplus], rounded[~surplus])
        self._aside.add(ids[surplus], rounded[surplus])
        self._ids = self._all_ids()

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Forget (n,) ids, ignoring unknown ones; return how many were live."""
        removed = super().remove(ids) + self._aside.remove(ids)
        self._ids, self._crowds = self._all_ids(), None
        return removed

    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the k nearest live vectors of each query, as every kind does."""
        hits = super().search(queries, k, allowed)
        return merged(hits, self._aside.search(queries, k, allowed)) if len(self._aside) else hits

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return a copy of the (n, dimension) vectors stored under (n,) ids."""
        ids = checked_ids(ids)
        is_aside = np.isin(ids, self._aside.ids)
        if not is_aside.any():
            return super().vectors(ids)
        found = np.empty((len(ids), self.dimension), dtype=np.float16)
        found[is_aside] = self._aside.vectors(ids[is_aside])
        found[~is_aside] = super().vectors(ids[~is_aside])
        return found

    def copy(self) -> Self:
        """Return an independent index of the same content, at the price of as much memory again."""
        self._check_changeable()
        native, aside = faiss.clone_index(self._native), self._aside.copy()
        copied = type(self)(native, self._directory, self._dimension, aside=aside)
        copied._width = self._width
        return copied

    def save(self, folder: Path, prefix: str = "") -> None:
        """Write the native files, and those of what is aside if anything is."""
        super().save(folder, prefix)
        if len(self._aside):
            self._aside.save(folder, prefix + ASIDE)

    def _all_ids(self) -> NDArray[np.int64]:
        if not len(self._aside):
            return self._directory.live
        return Directory.of(np.concatenate([self._directory.live, self._aside.ids])).live

    def _counted(self) -> Crowds:
        """The crowds among what is in the accelerator."""
        if self._crowds is None:
            self._crowds = Crowds(self.dimension)
            for start in range(0, len(self._directory.live), _ROWS_A_STEP):
                self._crowds.surplus(super().vectors(self._directory.live[start : start + _ROWS_A_STEP]))
        return self._crowds

    @abstractmethod
    def _accelerated(
        self, queries: NDArray[np.float32], wanted: int, fetched: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return (q, fetched) positions, nearest first, and similarities; position -1 if it found no more. Of them, the
        first ``wanted`` that may be returned matter."""

    def _remove_positions(self, positions: NDArray[np.int64]) -> None:
        self._directory = self._directory.tombstoned(positions)

    def _nearest(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        fetched = wanted if selection.mask is None else math.ceil(FETCHED_TWICE * wanted / selection.share)
        if SCANNED_A_CANDIDATE * fetched > selection.count:
            return scan(self._store, queries, wanted, selection.mask)
        positions, similarities = self._accelerated(queries, wanted, fetched)
        if selection.mask is not None:
            positions, similarities = _sifted(positions, similarities, selection.mask, wanted)
        short = (positions < 0).any(axis=1)
        if short.any():
            positions[short], similarities[short] = scan(self._store, queries[short], wanted, selection.mask)
        return positions, similarities


def _sifted(
    positions: NDArray[np.int64], similarities: NDArray[np.float32], mask: NDArray[np.bool_], wanted: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the first (q, wanted) of (q, fetched) positions that are in the mask, -1 behind the last."""
    kept = (positions >= 0) & mask[positions]
    first = np.argsort(~kept, axis=1, kind="stable")[:, :wanted]
    positions = np.where(kept, positions, -1)
    return np.take_along_axis(positions, first, axis=1), np.take_along_axis(similarities, first, axis=1)
