"""The HNSW kind: a graph of neighbours over the store."""

from collections.abc import Mapping, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.accelerated import AcceleratedIndex
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.store import STORE_FACTORY, stored_dimension

_FACTORY = f"HNSW32,{STORE_FACTORY}"
_EF_CONSTRUCTION = 100
_EF_SEARCH = 128
"""Candidates kept during a search until it is measured how many are needed."""

WIDTHS = (24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
"""How many candidates a search of a graph may keep."""


def empty_graph(dimension: int) -> faiss.IndexHNSW:
    """Return a graph for vectors of a dimension, without any, its store in it."""
    graph = faiss.index_factory(stored_dimension(dimension), _FACTORY, faiss.METRIC_INNER_PRODUCT)
    assert isinstance(graph, faiss.IndexHNSW)
    graph.hnsw.efConstruction = _EF_CONSTRUCTION
    return graph


class HnswIndex(AcceleratedIndex):
    """Walks the graph, removed vectors included; the graph's own storage is the store."""

    kind = IndexKind.HNSW
    width_name = "efSearch"
    _native: faiss.IndexHNSW

    def _store_inside(self) -> faiss.Index:
        return self._native.storage

    @property
    def factory(self) -> str:
        """The graph's make-up."""
        return _FACTORY

    @property
    def widths(self) -> Sequence[int]:
        """How many candidates a search may keep."""
        return WIDTHS

    @property
    def arguments(self) -> Mapping[str, int]:
        """How widely building and searching look around."""
        return {"efConstruction": _EF_CONSTRUCTION, self.width_name: self._width or _EF_SEARCH}

    def _accelerated(
        self, queries: NDArray[np.float32], wanted: int, fetched: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        params = faiss.SearchParametersHNSW()  # type: ignore[attr-defined]
        params.efSearch = max(self._width or _EF_SEARCH, 2 * wanted, fetched)
        similarities, positions = self._native.search(queries, fetched, params=params)
        return positions, similarities
