"""An index of vectors: what every kind does alike with ids, checks, searching, reading back and saving."""

from abc import abstractmethod
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.arguments import checked_ids, checked_queries, checked_vectors
from indexer.vector_index.directory import Directory, Selection
from indexer.vector_index.hits import Hits
from indexer.vector_index.searchable import SearchableIndex
from indexer.vector_index.store import append, filled_up, gather, single_threaded, stored_dimension
from sleeve.errors import VectorIndexError, first_line

NATIVE_FILE = "index.faiss"
IDS_FILE = "ids.npy"

ASIDE = "aside-"
"""How the names of the files begin that hold what is aside (see ``crowds``); without it there are none."""


class VectorIndex(SearchableIndex):
    """An index in the memory or the files of this machine, by FAISS.

    A native index of FAISS, the fp16 store in it (or that it is) and the directory of ids. The ids are kept here and
    not in the engine, whose own map of ids has ended the process.

    Each search runs on a single core. An index being searched must not be changed: the native code would read freed
    memory. To change a live index, `copy` it, change the copy and swap the reference.
    """

    _native: faiss.Index

    def __init__(self, native: faiss.Index, directory: Directory, dimension: int, *, read_only: bool = False) -> None:
        """Wrap a native index.

        Args:
            dimension: components of a vector as callers know it; stored ones may be filled up.
            read_only: it can be searched but neither changed nor copied; its memory may be a file's.

        Raises:
            VectorIndexError: the directory is of another number of vectors, or the native index is not over a store.
        """
        self._native = native
        store = faiss.downcast_index(self._store_inside())
        if not isinstance(store, faiss.IndexScalarQuantizer) or store.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise VectorIndexError("the index does not hold its vectors as fp16")
        if not native.ntotal == store.ntotal == len(directory.by_position):
            raise VectorIndexError(f"the index holds {native.ntotal} vectors but {len(directory.by_position)} ids")
        if store.d not in (dimension, stored_dimension(dimension)):
            raise VectorIndexError(f"the index holds vectors of dimension {store.d}, not {dimension}")
        self._dimension = dimension
        self._store = store
        self._directory = directory
        self._read_only = read_only
        self._width: int | None = None

    def search_with(self, width: int) -> None:
        """Search with this width from now on; a new index has one that suits most vectors."""
        self._width = width

    @abstractmethod
    def _store_inside(self) -> faiss.Index:
        """Return the store inside the native index."""

    @property
    @abstractmethod
    def factory(self) -> str:
        """The make-up of the index in the engine's own notation."""

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._dimension

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the live ids, ascending, read-only."""
        return self._directory.live

    @property
    def tombstones(self) -> int:
        """Removed vectors that still take up room and time; building again is what drops them."""
        return self._directory.tombstones

    def __len__(self) -> int:
        """Live vectors."""
        return len(self._directory.live)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16] | NDArray[np.float32]) -> None:
        """Take in (n,) ids with their (n, dimension) vectors, which are rounded to fp16.

        Raises:
            VectorIndexError: an id is given twice, is live already or is negative; nothing was added.
        """
        self._check_changeable()
        ids = checked_ids(ids)
        rounded = checked_vectors(vectors, self.dimension, len(ids))
        directory = self._directory.appended(ids)
        append(self._native, rounded)
        self._directory = directory

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Forget (n,) ids, ignoring unknown ones; return how many were live. A removed id may be added again."""
        self._check_changeable()
        found = np.unique(self._directory.find(checked_ids(ids)))
        positions = found[found >= 0]
        if len(positions):
            self._remove_positions(positions)
        return len(positions)

    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the k nearest live vectors of each query."""
        queries = checked_queries(queries, self.dimension, k)
        directory = self._directory
        selection = directory.select(None if allowed is None else checked_ids(allowed))
        wanted = min(k, selection.count)
        if 0 < wanted == k and len(queries):
            return Hits(*self._found(queries, k, selection))
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if wanted and len(queries):
            ids[:, :wanted], similarities[:, :wanted] = self._found(queries, wanted, selection)
        return Hits(ids, similarities)

    def _found(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        with single_threaded():
            positions, found = self._nearest(filled_up(queries, self._store.d), wanted, selection)
        return _in_order(self._directory.by_position[positions], found)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return a copy of the vectors stored under some ids."""
        ids = checked_ids(ids)
        positions = self._directory.find(ids)
        if (positions < 0).any():
            raise VectorIndexError(f"id {ids[positions < 0][0]} is not in the index")
        return gather(self._store, positions)[:, : self._dimension]

    def copy(self) -> Self:
        """Return an independent index of the same content, at the price of as much memory again."""
        self._check_changeable()
        return type(self)(faiss.clone_index(self._native), self._directory, self._dimension)

    def save(self, folder: Path, prefix: str = "") -> None:
        """Write the native files into an existing folder, neither atomically nor verifiably: see `write`.

        Args:
            prefix: how the names of the files begin.

        Raises:
            VectorIndexError: the files cannot be written.
        """
        try:
            faiss.write_index(self._native, str(folder / f"{prefix}{NATIVE_FILE}"))
            np.save(folder / f"{prefix}{IDS_FILE}", self._directory.by_position, allow_pickle=False)
        except (RuntimeError, OSError) as error:
            raise VectorIndexError(f"the index cannot be written to {folder}: {first_line(error)}") from error

    def _check_changeable(self) -> None:
        if self._read_only:
            raise VectorIndexError("the index was opened to be searched only; load it to change or copy it")

    @abstractmethod
    def _remove_positions(self, positions: NDArray[np.int64]) -> None:
        """Forget the vectors at some positions."""

    @abstractmethod
    def _nearest(
        self, queries: NDArray[np.float32], wanted: int, selection: Selection
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return (q, wanted) positions of the selection and similarities; wanted is from 1 to `selection.count`."""


def _in_order(
    ids: NDArray[np.int64], similarities: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    order = np.lexsort((ids, -similarities), axis=-1)
    rows = np.arange(len(ids))[:, np.newaxis]
    return ids[rows, order], similarities[rows, order]
