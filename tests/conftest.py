"""Fixtures for all tests: databases of both engines, covers drawn by the test, the fake backbone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from db.database import Database
from db.migration import upgrade
from tests.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A catalogue with the newest schema and nothing in it, once on each engine."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        with Database(server.database()) as database:
            yield database
    else:
        with Database(sqlite_url(tmp_path)) as database:
            upgrade(database)
            yield database


def sqlite_url(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "catalogue.sqlite3"))
