"""What every index can be asked, whether it is in files of this machine or on a server that several share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.hits import Hits, IndexKind


class SearchableIndex(ABC):
    """L2-normalised vectors under external ids (0 or greater), searchable by inner product.

    Any number of threads may search one index at once.

    Every method raises `VectorIndexError` for arguments of the wrong shape or type, and for values that are not finite.
    """

    width_name: ClassVar[str | None] = None
    """What the width of its searches is called among its arguments; None if nothing is traded for speed."""

    @property
    @abstractmethod
    def kind(self) -> IndexKind:
        """How this index finds neighbours."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Components of a vector."""

    @property
    @abstractmethod
    def ids(self) -> NDArray[np.int64]:
        """(n,) the live ids, ascending, read-only."""

    @property
    @abstractmethod
    def tombstones(self) -> int:
        """Removed vectors that still take up room and time; building again is what drops them."""

    @property
    @abstractmethod
    def arguments(self) -> Mapping[str, int]:
        """The numbers that trade speed for recall, by name."""

    @abstractmethod
    def __len__(self) -> int:
        """Live vectors."""

    @property
    def newest_id(self) -> int:
        """The highest live id; 0 when the index is empty."""
        return int(self.ids[-1]) if len(self) else 0

    @property
    def widths(self) -> Sequence[int]:
        """The widths that a search may have, ascending: the wider, the more it finds and the longer it takes."""
        return ()

    @abstractmethod
    def search_with(self, width: int) -> None:
        """Search with this width from now on; a new index has one that suits most vectors."""

    @abstractmethod
    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the k (0 or more) nearest live vectors of each of (q, dimension) normalised queries.

        A row is padded only when fewer than k live (and allowed) vectors exist. Which of several vectors tied at the
        k-th place is returned is the engine's choice, the same each time for the same index.

        Args:
            allowed: the ids that may be returned, in any order, unknown ones ignored; None for all.
        """

    @abstractmethod
    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return a copy of the (n, dimension) vectors stored under (n,) ids.

        Raises:
            VectorIndexError: an id is not live.
        """
