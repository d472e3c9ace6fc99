"""The exact kind: the store and nothing else."""

from collections.abc import Mapping
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.directory import Directory, Selection
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.store import STORE_FACTORY, empty_store, scan, selector


class ExactIndex(VectorIndex):
    """Scans the store; a removed vector is gone at once."""

    kind = IndexKind.EXACT
    _native: faiss.IndexScalarQuantizer

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """One without vectors."""
        return cls(empty_store(dimension), Directory.of(np.empty(0, dtype=np.int64)), dimension)

    def _store_inside(self) -> faiss.Index:
        return self._native

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
