"""What a server of vectors is asked for."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.hits import Hits


class VectorServer(ABC):
    """Tables of vectors by id. A table is made, filled, finished and never changed after that, but for its note.

    The note says what the table is; a table without one of Sleeve's is somebody else's. Any number of threads may use
    one server at once.

    Every method raises ``IndexServerError`` or ``CatalogueError`` if the server cannot be reached or refuses, and those
    that read a table ``IndexGoneError`` if it is not there.

    Attributes:
        name: how people know the server, without a password.
        owner: whose versions those on this server are in the database, 32 characters at most.
        most_exact: up to so many vectors an exact index is quick enough.
    """

    name: str
    owner: str
    most_exact: int

    @abstractmethod
    def prepare(self) -> None:
        """Look whether the server has what an index needs.

        Raises:
            VectorIndexError: it lacks something.
        """

    @abstractmethod
    def create(self, table: str, dimension: int, note: str) -> None:
        """Make an empty table of vectors of a dimension."""

    @abstractmethod
    def append(self, table: str, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add (n,) ids with their (n, dimension) vectors to a table that is not finished."""

    @abstractmethod
    def finish(self, table: str, count: int, dimension: int, *, graph: bool) -> None:
        """Make a table of so many vectors ready to be searched, with a graph for ``nearest`` or without.

        Raises:
            IndexServerError: it does not hold as many.
        """

    @abstractmethod
    def note(self, table: str) -> str | None:
        """What a table's note says; None if there is no such table."""

    @abstractmethod
    def set_note(self, table: str, note: str) -> None:
        """Change a table's note."""

    @abstractmethod
    def stamp(self, table: str) -> tuple[object, ...]:
        """What is another if a table was replaced, or is gone."""

    @abstractmethod
    def nearest(self, table: str, queries: NDArray[np.float32], count: int, width: int) -> Hits:
        """About the ``count`` nearest of each of (q, dimension) queries, found by the graph, which keeps ``width``
        candidates; (q, count) hits in any order, padded where it finds fewer."""

    @abstractmethod
    def scan(
        self, table: str, queries: NDArray[np.float32], count: int, among: NDArray[np.int64] | None, *, graph: bool
    ) -> Hits:
        """The ``count`` nearest of each query among some ids (ascending; None for all), every one of them compared;
        (q, count) hits in any order, padded where there are fewer.

        Args:
            graph: the table was finished with one.
        """

    @abstractmethod
    def ids(self, table: str) -> NDArray[np.int64]:
        """(n,) the ids in a table, ascending."""

    @abstractmethod
    def vectors(
        self, table: str, wanted: NDArray[np.int64], dimension: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """(n,) the ids, ascending, of those of ``wanted`` that are in a table, and their (n, dimension) vectors."""

    @abstractmethod
    def promoted(self, table: str, others: Sequence[str]) -> None:
        """Show other programs which table is the live one; Sleeve itself asks the database.

        Args:
            others: the tables of the catalogue's other versions.
        """

    @abstractmethod
    def drop(self, table: str) -> int:
        """Delete a table if it is there; returns how many bytes that freed, 0 if it is not known."""

    @abstractmethod
    def close(self) -> None:
        """Give back what it holds."""
