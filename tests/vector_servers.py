"""Servers of vectors for the tests: pgvector in the tests' PostgreSQL, and Milvus."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from db.database import Database
from indexer.vector_index.servers.opening import server_of
from indexer.vector_index.servers.server import VectorServer
from tests import milvus
from tests.milvus import MilvusProcess
from tests.postgres import PostgresServer

NEEDS_MILVUS = pytest.mark.skipif(bool(milvus.why_not()), reason=milvus.why_not())
ENGINES = ["pgvector", pytest.param("milvus", marks=NEEDS_MILVUS)]
"""What a fixture over all servers is parametrised with."""

ON_SERVERS = [
    pytest.mark.slow,
    pytest.mark.engines,
    # A server is next to a PostgreSQL.
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]
"""Marks of tests with the fixture ``server``."""

PASSWORD = "Milvus"
MILVUS_URL = f"milvus://root:{PASSWORD}@127.0.0.1:{milvus.PORT}"


@pytest.fixture(scope="session")
def milvus_process() -> Iterator[MilvusProcess]:
    with milvus.milvus_server() as server:
        yield server


def index_url(engine: str, request: pytest.FixtureRequest) -> str:
    """What ``SLEEVE_INDEX_URL`` is to be for a server, which runs."""
    if engine == "milvus":
        request.getfixturevalue("milvus_process")
        return MILVUS_URL
    return engine


@contextmanager
def a_server(engine: str, database: Database, request: pytest.FixtureRequest) -> Iterator[VectorServer]:
    """A server for the catalogue in a database, which holds nothing of Sleeve when it comes and when it goes."""
    url = index_url(engine, request)
    yield server_of(url, database)
    empty(database)


@contextmanager
def a_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A PostgreSQL catalogue with nothing in it."""
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.database()
    with Database(url) as database:
        yield database
    postgres.take_back(url)


def empty(database: Database) -> None:
    """Delete what index versions have in the servers."""
    query = text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'sleeve\\_%' ORDER BY 1")
    with database.asking() as connection:
        for table in list(connection.scalars(query)):
            connection.execute(text(f"DROP TABLE {table}"))
    if not milvus.why_not() and milvus.is_healthy():
        from pymilvus import MilvusClient

        client = MilvusClient(uri=f"http://127.0.0.1:{milvus.PORT}", user="root", password=PASSWORD)
        for collection in client.list_collections():
            client.drop_collection(collection)
        client.close()
