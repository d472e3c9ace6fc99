"""What an index of vectors is to the rest of Sleeve."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray


class IndexKind(StrEnum):
    """How an index finds neighbours; each keeps every vector in fp16 beside whatever speeds the search up."""

    EXACT = "exact"
    """Compares the query with every vector."""

    HNSW = "hnsw"
    """Walks a graph of neighbours (Malkov and Yashunin, 2016)."""

    IVF = "ivf"
    """Looks at the codes in the nearest cells of a partition (Jégou et al., 2011), then compares the best of them."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The neighbours of some queries, a row a query, nearest first; equal similarities stand by ascending id.

    Attributes:
        ids: (q, k) external ids; -1 where fewer than k vectors could be returned.
        similarities: (q, k) inner products, which for normalised vectors are cosines; -inf where the id is -1.
            Rounding to fp16 can lift one above 1, by less than 0.001.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]


class VectorIndex(Protocol):
    """L2-normalised vectors under external ids (0 or greater), searchable by inner product.

    Any number of threads may search one index at once, each on a single core. An index being searched must not be
    changed: the native code would read freed memory. To change a live index, `copy` it, change the copy and swap the
    reference.

    Every method raises `VectorIndexError` for arguments of the wrong shape or type, and for values that are not finite.
    """

    @property
    def kind(self) -> IndexKind:
        """How this index finds neighbours."""

    @property
    def dimension(self) -> int:
        """Components of a vector."""

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the live ids, ascending, read-only."""

    @property
    def tombstones(self) -> int:
        """Removed vectors that still take up room and time; building again is what drops them."""

    @property
    def factory(self) -> str:
        """The make-up of the index in the engine's own notation."""

    @property
    def arguments(self) -> Mapping[str, int]:
        """The numbers that trade speed for recall, by name."""

    def __len__(self) -> int:
        """Live vectors."""

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16] | NDArray[np.float32]) -> None:
        """Take in (n,) ids with their (n, dimension) vectors, which are rounded to fp16.

        Raises:
            VectorIndexError: an id is given twice, is live already or is negative; nothing was added.
        """

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Forget (n,) ids, ignoring unknown ones; return how many were live. A removed id may be added again."""

    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the k (0 or more) nearest live vectors of each of (q, dimension) normalised queries.

        A row is padded only when fewer than k live (and allowed) vectors exist. Which of several vectors tied at the
        k-th place is returned is the engine's choice, the same each time for the same index.

        Args:
            allowed: the ids that may be returned, in any order, unknown ones ignored; None for all.
        """

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return a copy of the (n, dimension) vectors stored under (n,) ids.

        Raises:
            VectorIndexError: an id is not live.
        """

    def copy(self) -> Self:
        """Return an independent index of the same content, at the price of as much memory again."""

    def save(self, folder: Path) -> None:
        """Write the native files into an existing folder, neither atomically nor verifiably: see `write`.

        Raises:
            VectorIndexError: the files cannot be written.
        """
