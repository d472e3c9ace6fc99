"""The IVF kind: vectors in cells, under a random rotation, as 4-bit product codes that the store refines."""

import math
from collections.abc import Mapping, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.accelerated import AcceleratedIndex
from indexer.vector_index.directory import Directory
from indexer.vector_index.exact import ExactIndex
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.store import STORE_FACTORY, append, gather
from sleeve.errors import VectorIndexError

_VECTORS_A_CENTRE = 39
"""The engine warns of overfitting when k-means has fewer training vectors for each centre."""

_SAMPLE_A_CELL = 48
_CENTRES_A_CODE = 16
_MOST_CELLS = 16_384
_LEAST_PROBES = 64
_PROBED_PART = 8
"""One cell in this many is probed, for a recall of 0.995 at 500,000 vectors; one in sixteen gives 0.98."""

_CANDIDATES_A_HIT = 10
_LEAST_CANDIDATES = 200
"""Ten candidates alone would find a single nearest neighbour two times in three, when dimensions are few."""

_ROWS_A_STEP = 65_536
_SAMPLE_SEED = 5


def cells_for(count: int) -> int:
    """Return how many cells suit a number of vectors: the power of two at or below 4 √count that k-means can fit."""
    most = min(4 * math.isqrt(count), count // _VECTORS_A_CENTRE, _MOST_CELLS)
    return 1 << max(0, most.bit_length() - 1)


def with_cells(store: faiss.IndexScalarQuantizer) -> faiss.IndexRefine:
    """Put cells over a filled store, trained on a fixed random sample of its vectors.

    As well as the store, this takes `_SAMPLE_A_CELL` fp32 vectors for each cell while it trains.

    Raises:
        VectorIndexError: too few vectors to train on.
    """
    least = _CENTRES_A_CODE * _VECTORS_A_CENTRE
    if store.ntotal < least:
        raise VectorIndexError(
            f"an ivf index is trained on its vectors and needs {least} of them, not {store.ntotal}; build an exact one"
        )
    cells = cells_for(store.ntotal)
    base = faiss.index_factory(store.d, _base_factory(store.d, cells), faiss.METRIC_INNER_PRODUCT)
    sample = min(store.ntotal, max(least, _SAMPLE_A_CELL * cells))
    chosen = np.random.default_rng(_SAMPLE_SEED).choice(store.ntotal, sample, replace=False)
    base.train(gather(store, np.sort(chosen)).astype(np.float32))
    for start in range(0, store.ntotal, _ROWS_A_STEP):
        append(base, gather(store, np.arange(start, min(start + _ROWS_A_STEP, store.ntotal))))
    return faiss.IndexRefine(base, store)


def _base_factory(dimension: int, cells: int) -> str:
    # Product codes of two components each.
    return f"RR{dimension},IVF{cells},PQ{dimension // 2}x4fs"


class IvfIndex(AcceleratedIndex):
    """Looks into the nearest cells and compares the best codes' vectors in the store."""

    kind = IndexKind.IVF
    width_name = "nprobe"
    _native: faiss.IndexRefine

    def __init__(
        self,
        native: faiss.IndexRefine,
        directory: Directory,
        dimension: int,
        *,
        aside: ExactIndex | None = None,
        read_only: bool = False,
    ) -> None:
        """Wrap cells over a store."""
        super().__init__(native, directory, dimension, aside=aside, read_only=read_only)
        rotated = faiss.downcast_index(native.base_index)
        cells = faiss.downcast_index(rotated.index) if isinstance(rotated, faiss.IndexPreTransform) else rotated
        if not isinstance(cells, faiss.IndexIVFPQFastScan):
            raise VectorIndexError("the index has no cells of product codes")
        self._cells = int(cells.nlist)

    def _store_inside(self) -> faiss.Index:
        return self._native.refine_index

    @property
    def factory(self) -> str:
        """The rotation, cells, codes and refinement."""
        return f"{_base_factory(self._store.d, self._cells)},Refine({STORE_FACTORY})"

    @property
    def widths(self) -> Sequence[int]:
        """How many cells a search may look into."""
        return [1 << power for power in range(self._cells.bit_length())]

    @property
    def arguments(self) -> Mapping[str, int]:
        """How many cells a search without a filter looks into, and how many of their codes it refines."""
        return {
            self.width_name: self._probes(1.0),
            "candidates_a_hit": _CANDIDATES_A_HIT,
            "candidates": _LEAST_CANDIDATES,
        }

    def _probes(self, widened: float) -> int:
        width = self._width or max(_LEAST_PROBES, self._cells // _PROBED_PART)
        return min(self._cells, round(width * math.sqrt(widened)))

    def _accelerated(
        self, queries: NDArray[np.float32], wanted: int, fetched: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        fetched = min(fetched, self._native.ntotal)
        widened = fetched / wanted
        cells = faiss.SearchParametersIVF()
        # Further candidates are further apart.
        cells.nprobe = self._probes(widened)
        rotation = faiss.SearchParametersPreTransform()
        rotation.index_params = cells
        params = faiss.IndexRefineSearchParameters()
        params.base_index_params = rotation
        params.k_factor = max(1.0, max(_LEAST_CANDIDATES, _CANDIDATES_A_HIT * wanted) / wanted)
        similarities, positions = self._native.search(queries, fetched, params=params)
        return positions, similarities
