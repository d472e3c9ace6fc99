"""The IVF kind: vectors in cells, under a random rotation, as 4-bit product codes that the store refines."""

import math
from collections.abc import Mapping, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.accelerated import AcceleratedIndex
from indexer.vector_index.centres import LEAST_A_CENTRE, centres
from indexer.vector_index.directory import Directory
from indexer.vector_index.exact import ExactIndex
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.store import STORE_FACTORY, append, gather
from sleeve.errors import VectorIndexError

_CENTRES_A_CODE = 16
_CODES_SAMPLE = 65_536

_GRAPH_FROM_CELLS = 1024
"""From so many cells on, a graph of their centres finds the nearest ones sooner than comparing with all."""

_LINKS = 16
_EF_ASSIGNING = 8
"""Candidates kept to find the cell of a vector: 19 times in 20 it is the nearest, in half the time of 199 in 200."""

_EF_BESIDES = 32
"""Candidates kept besides the cells that a search looks into."""

_PROBES = 64
"""Cells that a search looks into until it is measured how many are needed."""

_CANDIDATES_A_HIT = 10
_LEAST_CANDIDATES = 200
"""Ten candidates alone would find a single nearest neighbour two times in three, when dimensions are few."""

_LEAST_A_FETCHED = 4
"""Under a filter, candidates for each that is fetched; the more are fetched, the less it matters where they end."""

_ROWS_A_STEP = 65_536
_SAMPLE_SEED = 5


def cells_for(count: int) -> int:
    """Return how many cells suit a number of vectors: the power of two at or below 16 √count that k-means can fit."""
    most = min(16 * math.isqrt(count), count // LEAST_A_CENTRE)
    return 1 << max(0, most.bit_length() - 1)


def with_cells(store: faiss.IndexScalarQuantizer) -> faiss.IndexRefine:
    """Put cells over a filled store, trained on fixed random samples of its vectors.

    Besides the store this takes the codes, and while it trains ``_CODES_SAMPLE`` fp32 vectors.

    Raises:
        VectorIndexError: too few vectors to train on.
    """
    least = _CENTRES_A_CODE * LEAST_A_CENTRE
    if store.ntotal < least:
        raise VectorIndexError(
            f"an ivf index is trained on its vectors and needs {least} of them, not {store.ntotal}; build an exact one"
        )
    count = cells_for(store.ntotal)
    chosen = np.random.default_rng(_SAMPLE_SEED).choice(store.ntotal, min(store.ntotal, _CODES_SAMPLE), replace=False)
    sample = gather(store, np.sort(chosen)).astype(np.float32)
    base = faiss.index_factory(
        store.d, _base_factory(store.d, count, in_graph=count >= _GRAPH_FROM_CELLS), faiss.METRIC_INNER_PRODUCT
    )
    assert isinstance(base, faiss.IndexPreTransform)
    rotation, cells = base.chain.at(0), _cells_of(base)  # type: ignore[attr-defined]
    rotation.train(sample)
    # The codes are of what is left after the centre of the cell, which is shorter the more cells there are.
    cells.by_residual = True
    nearest = faiss.downcast_index(cells.quantizer)
    if isinstance(nearest, faiss.IndexHNSW):
        nearest.hnsw.efSearch = _EF_ASSIGNING
    nearest.add(rotation.apply(centres(store, count)))
    # It has its centres, so what is trained are the codes.
    base.train(sample)
    for start in range(0, store.ntotal, _ROWS_A_STEP):
        append(base, gather(store, np.arange(start, min(start + _ROWS_A_STEP, store.ntotal))))
    return faiss.IndexRefine(base, store)


def _base_factory(dimension: int, cells: int, *, in_graph: bool) -> str:
    # Product codes of two components each.
    return f"RR{dimension},IVF{cells}{f'_HNSW{_LINKS}' if in_graph else ''},PQ{dimension // 2}x4fs"


def _cells_of(base: faiss.Index) -> faiss.IndexIVFPQFastScan:
    rotated = faiss.downcast_index(base)
    cells = faiss.downcast_index(rotated.index) if isinstance(rotated, faiss.IndexPreTransform) else rotated
    if not isinstance(cells, faiss.IndexIVFPQFastScan):
        raise VectorIndexError("the index has no cells of product codes")
    return cells


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
        cells = _cells_of(native.base_index)
        self._cells = int(cells.nlist)
        self._in_graph = isinstance(faiss.downcast_index(cells.quantizer), faiss.IndexHNSW)

    def _store_inside(self) -> faiss.Index:
        return self._native.refine_index

    @property
    def factory(self) -> str:
        """The rotation, cells, codes and refinement."""
        return f"{_base_factory(self._store.d, self._cells, in_graph=self._in_graph)},Refine({STORE_FACTORY})"

    @property
    def widths(self) -> Sequence[int]:
        """How many cells a search may look into."""
        steps = (factor << power for power in range(self._cells.bit_length()) for factor in (2, 3))
        return [1, *(width for width in steps if width <= self._cells)]

    @property
    def arguments(self) -> Mapping[str, int]:
        """How many cells a search without a filter looks into, and how many of their codes it refines."""
        return {
            self.width_name: self._probes(1.0),
            "candidates_a_hit": _CANDIDATES_A_HIT,
            "candidates": _LEAST_CANDIDATES,
        }

    def _probes(self, widened: float) -> int:
        return min(self._cells, round((self._width or _PROBES) * math.sqrt(widened)))

    def _accelerated(
        self, queries: NDArray[np.float32], wanted: int, fetched: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        fetched = min(fetched, self._native.ntotal)
        widened = fetched / wanted
        cells = faiss.SearchParametersIVF()
        # Further candidates are further apart.
        cells.nprobe = self._probes(widened)
        if self._in_graph:
            nearest = faiss.SearchParametersHNSW()  # type: ignore[attr-defined]
            nearest.efSearch = cells.nprobe + _EF_BESIDES
            cells.quantizer_params = nearest
        rotation = faiss.SearchParametersPreTransform()
        rotation.index_params = cells
        params = faiss.IndexRefineSearchParameters()
        params.base_index_params = rotation
        params.k_factor = max(_LEAST_A_FETCHED, max(_LEAST_CANDIDATES / wanted, _CANDIDATES_A_HIT) / math.sqrt(widened))
        similarities, positions = self._native.search(queries, fetched, params=params)
        return positions, similarities
