"""Tables of vectors in PostgreSQL, searched by pgvector: the statements behind an index that several hosts share.

A table is made aside, filled, perhaps given a graph, and never changed after that. Its comment says what it is, so that
nothing else is ever deleted.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
import psycopg2
from numpy.typing import NDArray
from psycopg2 import errors
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.database import Database
from sleeve.errors import CatalogueError, IndexGoneError, VectorIndexError, first_line

LEAST_VERSION = (0, 8)
"""Of pgvector: before it, an HNSW search found no more than ``ef_search`` vectors."""

MOST_EF_SEARCH = 1000
"""The widest that pgvector searches in one go; an iterative scan goes on from there."""

LINKS, EF_CONSTRUCTION = 16, 100
"""Of the graph (pgvector's ``m`` and ``ef_construction``)."""

MOST_MEMORY_KB = 4 * 2**20
"""That a graph is built in; a larger one is built on disk, which takes several times as long."""

_LINKS_BYTES = 400
"""About what a vector takes in the graph besides its numbers."""

_GIVEN_UP_TUPLES = 2_000_000_000
_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)


def prepare(database: Database) -> None:
    """Make sure that the database has pgvector.

    Raises:
        VectorIndexError: it has none, or one that is too old.
    """
    with _asking(database) as connection:
        try:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
        except DBAPIError as error:
            if isinstance(error.orig, psycopg2.OperationalError):
                raise
            raise VectorIndexError(
                f"the database {database} has no pgvector ({first_line(error.orig or error)}); install it on its "
                "server, and let an administrator run CREATE EXTENSION vector"
            ) from error
        found = connection.exec_driver_sql("SELECT extversion FROM pg_extension WHERE extname = 'vector'").scalar_one()
    if tuple(map(int, found.split(".")[:2])) < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        raise VectorIndexError(
            f"the database {database} has pgvector {found}, and Sleeve needs {least} or newer; update it on its "
            "server and run ALTER EXTENSION vector UPDATE"
        )


def create(database: Database, table: str, dimension: int, comment: str) -> None:
    """Make an empty table of vectors of a dimension."""
    with _asking(database) as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {table} (id bigint PRIMARY KEY, embedding halfvec({dimension}) NOT NULL);"
            f"ALTER TABLE {table} ALTER embedding SET STORAGE PLAIN;"
            f"COMMENT ON TABLE {table} IS '{_quoted(comment)}'"
        )


def append(database: Database, table: str, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
    """Add (n,) ids with their (n, d) vectors."""
    rows = np.zeros(len(ids), _row(vectors.shape[1]))
    rows["fields"], rows["id_bytes"], rows["vector_bytes"] = 2, 8, 4 + 2 * vectors.shape[1]
    rows["id"], rows["dimension"], rows["vector"] = ids, vectors.shape[1], vectors
    _copy(database, f"COPY {table} FROM STDIN (FORMAT binary)", BytesIO(_HEADER + rows.tobytes() + _TRAILER))


def build_graph(database: Database, table: str, count: int, dimension: int) -> None:
    """Build an HNSW index over a table of so many vectors."""
    wanted_kb = min(MOST_MEMORY_KB, int(1.2 * count * (2 * dimension + _LINKS_BYTES)) >> 10)
    options = f"m = {LINKS}, ef_construction = {EF_CONSTRUCTION}"
    build = f"CREATE INDEX ON {table} USING hnsw (embedding halfvec_ip_ops) WITH ({options})"
    memory = (
        "SELECT set_config('maintenance_work_mem', greatest(setting::bigint, "
        f"{wanted_kb}) || 'kB', true) FROM pg_settings WHERE name = 'maintenance_work_mem'"
    )
    with _asking(database) as connection:
        try:
            connection.exec_driver_sql(f"{memory}; {build}")
        except DBAPIError as error:
            # A container has 64 MB of memory that processes can share, and workers build in such memory.
            if not isinstance(error.orig, errors.DiskFull) or "shared memory" not in str(error.orig):
                raise
            connection.exec_driver_sql(f"{memory}; SET LOCAL max_parallel_maintenance_workers = 0; {build}")


def analyse(database: Database, table: str) -> None:
    """Let the planner know what is in a table."""
    with _asking(database) as connection:
        connection.exec_driver_sql(f"ANALYZE {table}")


def comment(database: Database, table: str) -> str | None:
    """What the comment of a table says; None if there is no such table."""
    known = f"SELECT coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class WHERE oid = to_regclass('{table}')"
    with _asking(database) as connection:
        found: str | None = connection.exec_driver_sql(known).scalar_one_or_none()
        return found


def set_comment(database: Database, table: str, text: str) -> None:
    """Change the comment of a table."""
    with _asking(database) as connection:
        connection.exec_driver_sql(f"COMMENT ON TABLE {table} IS '{_quoted(text)}'")


def stamp(database: Database, table: str) -> tuple[object, ...]:
    """What is another if a table was replaced, or is gone."""
    with _asking(database) as connection:
        return tuple(connection.exec_driver_sql(f"SELECT to_regclass('{table}')::oid").one())


def nearest(
    database: Database, table: str, query: NDArray[np.float32], count: int, ef_search: int
) -> list[tuple[int, float]]:
    """About the ``count`` nearest vectors of a (d,) query, found by the graph, with their similarities.

    The graph compares in fp16; the similarities are computed again in fp32.
    """
    asked = _literal(query)
    found = f"SELECT id, embedding FROM {table} ORDER BY embedding <#> '{asked}'::halfvec LIMIT {count}"
    settings = (
        f"SET LOCAL hnsw.ef_search = {min(ef_search, MOST_EF_SEARCH)}; SET LOCAL hnsw.iterative_scan = relaxed_order; "
        f"SET LOCAL hnsw.max_scan_tuples = {_GIVEN_UP_TUPLES}; SET LOCAL enable_seqscan = off"
    )
    return _similarities(database, found, asked, settings)


def scan(
    database: Database, table: str, query: NDArray[np.float32], count: int, among: NDArray[np.int64] | None
) -> list[tuple[int, float]]:
    """The ``count`` nearest vectors of a (d,) query among some ids (all: None), by comparing every one of them."""
    asked = _literal(query)
    where = "" if among is None else f" WHERE id = ANY ({_array(among)})"
    found = f"SELECT id, embedding FROM {table}{where}"
    return _similarities(database, found, asked, "SET LOCAL jit = off", f" ORDER BY 2 DESC, 1 LIMIT {count}")


def ids(database: Database, table: str) -> NDArray[np.int64]:
    """The ids in a table, ascending."""
    found = BytesIO()
    _copy(database, f"COPY (SELECT id FROM {table} ORDER BY id) TO STDOUT (FORMAT binary)", found)
    row = np.dtype([("fields", ">i2"), ("bytes", ">i4"), ("id", ">i8")])
    return _rows(found, row)["id"].astype(np.int64)


def vectors(
    database: Database, table: str, wanted: NDArray[np.int64], dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """The (n,) ids, ascending, of those of ``wanted`` that are in a table, and their (n, d) vectors."""
    found = BytesIO()
    query = f"SELECT id, embedding FROM {table} WHERE id = ANY ({_array(wanted)}) ORDER BY id"
    _copy(database, f"COPY ({query}) TO STDOUT (FORMAT binary)", found)
    rows = _rows(found, _row(dimension))
    return rows["id"].astype(np.int64), rows["vector"].astype(np.float16)


def drop(database: Database, table: str) -> int:
    """Delete a table; returns how many bytes it had, 0 if there was none."""
    with _asking(database) as connection:
        size = connection.exec_driver_sql(f"SELECT coalesce(pg_total_relation_size(to_regclass('{table}')), 0)")
        freed_bytes = int(size.scalar_one())
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    return freed_bytes


def _similarities(
    database: Database, found: str, asked: str, settings: str, ordered: str = ""
) -> list[tuple[int, float]]:
    similarity = f"-(embedding::vector <#> '{asked}'::vector)"
    query = f"{settings}; SELECT id, {similarity} FROM ({found}) AS found{ordered}"
    with _asking(database) as connection:
        # Statements of one text are one transaction, and one round trip.
        return [(row[0], row[1]) for row in connection.exec_driver_sql(query)]


def _copy(database: Database, statement: str, file: BytesIO) -> None:
    with _asking(database) as connection:
        cursor: Any = connection.connection.cursor()
        try:
            cursor.copy_expert(statement, file)
        finally:
            cursor.close()


@contextmanager
def _asking(database: Database) -> Iterator[Connection]:
    """A connection on which every text of statements is a transaction of its own.

    Raises:
        IndexGoneError: a table is not there; ``CatalogueError`` if the database cannot be used.
    """
    try:
        with database.asking() as connection:
            yield connection
    except (DBAPIError, psycopg2.Error) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(reason, errors.UndefinedTable):
            raise IndexGoneError(f"the index is not in the database {database} any more") from error
        raise CatalogueError(f"the database {database} refuses: {first_line(reason or error)}") from error


def _row(dimension: int) -> np.dtype[np.void]:
    """A row of id and vector in PostgreSQL's binary format."""
    return np.dtype(
        [
            *(("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), ("vector_bytes", ">i4")),
            *(("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimension,))),
        ]
    )


def _rows(copied: BytesIO, row: np.dtype[np.void]) -> NDArray[np.void]:
    data = copied.getbuffer()[len(_HEADER) : -len(_TRAILER)]
    return np.frombuffer(data, row)


def _literal(query: NDArray[np.float32]) -> str:
    return f"[{','.join(map('{:.9g}'.format, query.tolist()))}]"


def _array(wanted: Sequence[int] | NDArray[np.int64]) -> str:
    return f"'{{{','.join(map(str, np.asarray(wanted).tolist()))}}}'::bigint[]"


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace("%", "%%")
