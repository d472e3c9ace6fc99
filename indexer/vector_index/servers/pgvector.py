"""PostgreSQL with pgvector, in the database of the catalogue."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db import pgvector
from db.database import Database
from indexer.vector_index.hits import Hits
from indexer.vector_index.servers.server import VectorServer
from sleeve.errors import IndexServerError


class PgVectorServer(VectorServer):
    """Tables of ``halfvec`` in the catalogue's own database, which is asked over its own connections."""

    owner = "pgvector"

    most_exact = 5_000
    """Comparing so many takes 2 ms, as long as a search of a graph does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = f"the database {database}"

    def prepare(self) -> None:
        """Look whether the database has pgvector, which is installed if that is possible."""
        pgvector.prepare(self._database)

    def create(self, table: str, dimension: int, note: str) -> None:
        """Make an empty table."""
        pgvector.create(self._database, table, dimension, note)

    def append(self, table: str, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add rows."""
        pgvector.append(self._database, table, ids, vectors)

    def finish(self, table: str, count: int, dimension: int, *, graph: bool) -> None:
        """Build the graph, and let the planner know how many rows there are."""
        if graph:
            pgvector.build_graph(self._database, table, count, dimension)
        pgvector.analyse(self._database, table)
        found = len(pgvector.ids(self._database, table))
        if found != count:
            raise IndexServerError(f"{self.name} holds {found} of the {count} vectors of {table}")

    def note(self, table: str) -> str | None:
        """The comment of a table."""
        return pgvector.comment(self._database, table)

    def set_note(self, table: str, note: str) -> None:
        """Change the comment."""
        pgvector.set_comment(self._database, table, note)

    def stamp(self, table: str) -> tuple[object, ...]:
        """The number that PostgreSQL gave the table."""
        return pgvector.stamp(self._database, table)

    def nearest(self, table: str, queries: NDArray[np.float32], count: int, width: int) -> Hits:
        """What the graph finds; from 1,000 candidates on by an iterative scan."""
        return _hits([pgvector.nearest(self._database, table, query, count, width) for query in queries], count)

    def scan(
        self, table: str, queries: NDArray[np.float32], count: int, among: NDArray[np.int64] | None, *, graph: bool
    ) -> Hits:
        """What is nearest, by comparing every row."""
        return _hits([pgvector.scan(self._database, table, query, count, among) for query in queries], count)

    def ids(self, table: str) -> NDArray[np.int64]:
        """The ids in a table, ascending."""
        return pgvector.ids(self._database, table)

    def vectors(
        self, table: str, wanted: NDArray[np.int64], dimension: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Those of some ids that are in a table."""
        return pgvector.vectors(self._database, table, wanted, dimension)

    def promoted(self, table: str, others: Sequence[str]) -> None:
        """Nothing: the live version is in the same database, as a row of ``index_versions``."""

    def drop(self, table: str) -> int:
        """Delete a table."""
        return pgvector.drop(self._database, table)

    def close(self) -> None:
        """Nothing: the connections are the database's."""


def _hits(found: list[list[tuple[int, float]]], count: int) -> Hits:
    ids = np.full((len(found), count), -1, dtype=np.int64)
    similarities = np.full((len(found), count), -np.inf, dtype=np.float32)
    for row, some in enumerate(found):
        if some:
            ids[row, : len(some)], similarities[row, : len(some)] = zip(*some, strict=True)
    return Hits(ids, similarities)
