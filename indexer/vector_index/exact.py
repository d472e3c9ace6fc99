"""The exact kind: the store and nothing else."""

from collections.abc import Mapping

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.directory import Selection
from indexer.vector_index.protocol import IndexKind
from indexer.vector_index.store import STORE_FACTORY, scan, selector
from indexer.vector_index.stored import StoredIndex


class ExactIndex(StoredIndex[faiss.IndexScalarQuantizer]):
    """Scans the store; a removed vector is gone at once."""

    kind = IndexKind.EXACT

    @staticmethod
    def _store_in(native: faiss.IndexScalarQuantizer) -> faiss.Index:
        return native

    @property
    def factory(self) -> str:
        """The store's name in the engine."""
        return STORE_FACTORY

    @property
    def arguments(self) -> Mapping[str, int]:
        """None: nothing is traded."""
        return {}

    def _remove_positions(self, positions: NDArray[np.int64]) -> None:
        directory = self._directory.compacted(positions)
        mask = np.zeros(self._store.ntotal, dtype=np.bool_)
        mask[positions] = True
        self._store.remove_ids(selector(mask))
        self._directory = directory

    def _nearest(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        return scan(self._store, queries, wanted, selection.mask)
