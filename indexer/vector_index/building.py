"""Indexes from vectors and from files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.arguments import checked_ids, checked_vectors
from indexer.vector_index.cells import IvfIndex, with_cells
from indexer.vector_index.crowds import Crowds
from indexer.vector_index.directory import Directory
from indexer.vector_index.exact import ExactIndex
from indexer.vector_index.graph import HnswIndex, empty_graph
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.index import ASIDE, IDS_FILE, NATIVE_FILE, VectorIndex
from indexer.vector_index.store import append, empty_store, make_room
from sleeve.errors import VectorIndexError

Batch: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float16] | NDArray[np.float32]]
"""(n,) ids and their (n, dimension) normalised vectors."""

_MOST_EXACT = 50_000
"""An exact scan of this many vectors (459 dimensions) takes 1.4 ms of one core, longer than the rest of an answer.
A graph takes a quarter of that, and loses two neighbours in a thousand (docs/scale.md)."""

_MOST_HNSW = 5_000_000
"""Past this the graph's building time and its 270 bytes for each vector matter."""

MAPPED_FROM_BYTES = 200 * 2**20
"""A smaller index is read into memory: the system ends a process that maps a file which is then cut short in place."""

_NO_MAPPING = "Not implemented"
"""What FAISS says on systems on which it maps no files, such as macOS. The index is then read into memory."""


def kind_for(count: int, *, at_least: IndexKind | None = None) -> IndexKind:
    """Return the kind that suits a number of vectors, or ``at_least`` if that is a kind for more."""
    by_size = list(IndexKind)
    suits = by_size[(count > _MOST_EXACT) + (count > _MOST_HNSW)]
    return max(suits, at_least or suits, key=by_size.index)


def build(kind: IndexKind, dimension: int, batches: Iterable[Batch], *, expected: int = 0) -> VectorIndex:
    """Build an index from one pass over batches of ids and vectors.

    Only the index and one batch are held at a time. Cells are trained once the store is full, on a sample
    of it, so their number suits the catalogue and no second pass is needed. Uses the cores that OpenMP gives the
    calling thread.

    Args:
        expected: about how many vectors will come; the room for them is taken at once.

    Raises:
        VectorIndexError: a batch of the wrong shape or type, an id given twice or negative, or too few vectors for ivf.
    """
    if dimension < 1:
        raise VectorIndexError(f"vectors of dimension {dimension} cannot be indexed")
    if kind == IndexKind.EXACT:
        return _exact(dimension, batches)
    crowds, surplus = Crowds(dimension), []

    def without_surplus() -> Iterator[Batch]:
        for ids, vectors in batches:
            rounded = checked_vectors(vectors, dimension, len(ids))
            over = crowds.surplus(rounded)
            surplus.append((ids[over], rounded[over]))
            yield ids[~over], rounded[~over]

    if kind == IndexKind.HNSW:
        graph = empty_graph(dimension)
        make_room(graph.storage, expected)
        directory = _fill(graph, dimension, without_surplus())
        return HnswIndex(graph, directory, dimension, aside=_exact(dimension, surplus))
    store = empty_store(dimension)
    make_room(store, expected)
    directory = _fill(store, dimension, without_surplus())
    return IvfIndex(with_cells(store), directory, dimension, aside=_exact(dimension, surplus))


def load(folder: Path, dimension: int, *, read_only: bool = False) -> VectorIndex:
    """Read what `VectorIndex.save` wrote, trusting it; `open_folder` checks every byte first.

    Args:
        dimension: components of a vector.
        read_only: such an index can be searched but neither changed nor copied. From ``MAPPED_FROM_BYTES`` on its bytes
            stay in the files, shared with every process that maps them too, if the engine can do that. Those files must
            not be written to while it is open; replacing or deleting them is harmless if the system allows it.

    Raises:
        VectorIndexError: a file is missing or visibly not what it should be.
    """
    try:
        mapped = read_only and (folder / NATIVE_FILE).stat().st_size >= MAPPED_FROM_BYTES
        native, directory = _read(folder, mapped=mapped)
        has_aside = (folder / f"{ASIDE}{NATIVE_FILE}").exists()
        aside = ExactIndex(*_read(folder, ASIDE, mapped=mapped), dimension) if has_aside else None
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        raise VectorIndexError(f"the index in {folder} cannot be read") from error
    return _wrapped(native, directory, dimension, aside, read_only=read_only)


def _read(folder: Path, prefix: str = "", *, mapped: bool) -> tuple[faiss.Index, Directory]:
    native = _read_native(folder / f"{prefix}{NATIVE_FILE}", mapped=mapped)
    file = folder / f"{prefix}{IDS_FILE}"
    ids = np.asarray(np.load(file, allow_pickle=False, mmap_mode="r" if mapped else None))
    if ids.dtype != np.int64 or ids.ndim != 1:
        raise VectorIndexError(f"{file} does not hold ids")
    return native, Directory.of(ids)


def _read_native(file: Path, *, mapped: bool) -> faiss.Index:
    if mapped:
        try:
            return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            if _NO_MAPPING not in str(error):
                raise
    return faiss.read_index(str(file))


def _fill(native: faiss.Index, dimension: int, batches: Iterable[Batch]) -> Directory:
    ids = []
    for batch_ids, batch_vectors in batches:
        ids.append(checked_ids(batch_ids))
        append(native, checked_vectors(batch_vectors, dimension, len(batch_ids)))
    return Directory.of(np.empty(0, dtype=np.int64)).appended(np.concatenate([np.empty(0, dtype=np.int64), *ids]))


def _exact(dimension: int, batches: Iterable[Batch]) -> ExactIndex:
    store = empty_store(dimension)
    return ExactIndex(store, _fill(store, dimension, batches), dimension)


def _wrapped(
    native: faiss.Index, directory: Directory, dimension: int, aside: ExactIndex | None, *, read_only: bool
) -> VectorIndex:
    if isinstance(native, faiss.IndexScalarQuantizer):
        return ExactIndex(native, directory, dimension, read_only=read_only)
    if isinstance(native, faiss.IndexHNSW):
        return HnswIndex(native, directory, dimension, aside=aside, read_only=read_only)
    if isinstance(native, faiss.IndexRefine):
        return IvfIndex(native, directory, dimension, aside=aside, read_only=read_only)
    raise VectorIndexError(f"no kind of index is made of {type(native).__name__}")
