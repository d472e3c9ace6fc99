"""Servers of vectors for the tests: pgvector in the tests' PostgreSQL, and Milvus."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from db.database import Database
from indexer.vector_index.servers.opening import server_of
from indexer.vector_index.servers.server import VectorServer
from tests.postgres import PostgresServer

ENGINES = ["pgvector"]
"""What a fixture over all servers is parametrised with."""

PASSWORD = "Milvus"


@contextmanager
def a_server(engine: str, database: Database, request: pytest.FixtureRequest) -> Iterator[VectorServer]:
    """A server for the catalogue in a database, which holds nothing of Sleeve when it comes and when it goes."""
    yield server_of("pgvector", database)
    for table in tables(database):
        with database.asking() as connection:
            connection.execute(text(f"DROP TABLE {table}"))


@contextmanager
def a_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A PostgreSQL catalogue with nothing in it."""
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.database()
    with Database(url) as database:
        yield database
    postgres.take_back(url)


def tables(database: Database) -> list[str]:
    """The tables of index versions in a database."""
    query = text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'sleeve\\_%' ORDER BY 1")
    with database.asking() as connection:
        return list(connection.scalars(query))


def index_url(engine: str, request: pytest.FixtureRequest) -> str:
    """What ``SLEEVE_INDEX_URL`` is to be for a server."""
    return engine
