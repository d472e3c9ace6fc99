"""What every kind of index does alike: ids, checks, scanning, reading back, saving."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.arguments import checked_ids, checked_queries, checked_vectors
from indexer.vector_index.directory import Directory, Selection
from indexer.vector_index.protocol import Hits, IndexKind
from indexer.vector_index.store import append, filled_up, gather, single_threaded, stored_dimension
from sleeve.errors import VectorIndexError

NATIVE_FILE = "index.faiss"
IDS_FILE = "ids.npy"


Native = TypeVar("Native", bound=faiss.Index)


class StoredIndex(ABC, Generic[Native]):
    """A native index, the fp16 store in it (or that it is) and the directory of ids; a `VectorIndex` but for the kind.

    The ids are kept here and not in the engine, whose own map of ids has ended the process.
    """

    kind: ClassVar[IndexKind]

    def __init__(self, native: Native, directory: Directory, dimension: int, *, mapped: bool = False) -> None:
        """Wrap a native index.

        Args:
            dimension: components of a vector as callers know it; stored ones may be filled up.
            mapped: its memory is a file's, so it can be searched only.

        Raises:
            VectorIndexError: the directory is of another number of vectors, or the native index is not over a store.
        """
        store = faiss.downcast_index(self._store_in(native))
        if not isinstance(store, faiss.IndexScalarQuantizer) or store.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise VectorIndexError("the index does not hold its vectors as fp16")
        if not native.ntotal == store.ntotal == len(directory.by_position):
            raise VectorIndexError(f"the index holds {native.ntotal} vectors but {len(directory.by_position)} ids")
        if store.d not in (dimension, stored_dimension(dimension)):
            raise VectorIndexError(f"the index holds vectors of dimension {store.d}, not {dimension}")
        self._native = native
        self._dimension = dimension
        self._store = store
        self._directory = directory
        self._mapped = mapped

    @staticmethod
    @abstractmethod
    def _store_in(native: Native) -> faiss.Index:
        """Return the store inside a native index."""

    @property
    @abstractmethod
    def factory(self) -> str:
        """The make-up of the index in the engine's own notation."""

    @property
    @abstractmethod
    def arguments(self) -> Mapping[str, int]:
        """The numbers that trade speed for recall, by name."""

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
        """Removed vectors that still take up room and time."""
        return self._directory.tombstones

    def __len__(self) -> int:
        return len(self._directory.live)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16] | NDArray[np.float32]) -> None:
        """Take in vectors; see `VectorIndex.add`."""
        self._check_changeable()
        ids = checked_ids(ids)
        rounded = checked_vectors(vectors, self.dimension, len(ids))
        directory = self._directory.appended(ids)
        append(self._native, rounded)
        self._directory = directory

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Forget ids; see `VectorIndex.remove`."""
        self._check_changeable()
        found = np.unique(self._directory.find(checked_ids(ids)))
        positions = found[found >= 0]
        if len(positions):
            self._remove_positions(positions)
        return len(positions)

    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the nearest live vectors; see `VectorIndex.search`."""
        if k < 0:
            raise VectorIndexError(f"k must be 0 or more, not {k}")
        queries = checked_queries(queries, self.dimension)
        directory = self._directory
        selection = directory.select(None if allowed is None else checked_ids(allowed))
        wanted = min(k, selection.count)
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if wanted and len(queries):
            with single_threaded():
                positions, found = self._nearest(filled_up(queries, self._store.d), wanted, selection)
            ids[:, :wanted], similarities[:, :wanted] = _in_order(directory.by_position[positions], found)
        return Hits(ids, similarities)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return stored vectors; see `VectorIndex.vectors`."""
        ids = checked_ids(ids)
        positions = self._directory.find(ids)
        if (positions < 0).any():
            raise VectorIndexError(f"id {ids[positions < 0][0]} is not in the index")
        return gather(self._store, positions)[:, : self._dimension]

    def copy(self) -> Self:
        """Return an independent index of the same content."""
        self._check_changeable()
        return type(self)(cast(Native, faiss.clone_index(self._native)), self._directory, self._dimension)

    def save(self, folder: Path) -> None:
        """Write the native files; see `VectorIndex.save`."""
        try:
            faiss.write_index(self._native, str(folder / NATIVE_FILE))
            np.save(folder / IDS_FILE, self._directory.by_position, allow_pickle=False)
        except (RuntimeError, OSError) as error:
            raise VectorIndexError(f"the index cannot be written to {folder}: {_first_line(error)}") from error

    def _check_changeable(self) -> None:
        if self._mapped:
            raise VectorIndexError("the index is mapped from its file; load it into memory to change or copy it")

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
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(similarities, order, axis=1)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
