"""What the kinds with an accelerator do alike: tombstones, and the store if the accelerator does not serve."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.directory import Selection
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.store import scan

_SCAN_BELOW = 0.1
"""If a smaller part of the positions may be returned, a scan costs less than a walk with the same recall."""


class AcceleratedIndex(VectorIndex):
    """Searches the accelerator, and scans the store if few may be returned, many are wanted or it finds too few."""

    @abstractmethod
    def _accelerated(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return (q, wanted) positions of the selection and similarities; position -1 if it found no more."""

    def _remove_positions(self, positions: NDArray[np.int64]) -> None:
        self._directory = self._directory.tombstoned(positions)

    def _nearest(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        if selection.share < _SCAN_BELOW or wanted > _SCAN_BELOW * selection.count:
            return scan(self._store, queries, wanted, selection.mask)
        positions, similarities = self._accelerated(queries, wanted, selection)
        short = (positions < 0).any(axis=1)
        if short.any():
            positions[short], similarities[short] = scan(self._store, queries[short], wanted, selection.mask)
        return positions, similarities
