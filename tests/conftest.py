"""Fixtures for all tests: databases of both engines, covers drawn by the test, the fake backbone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from db.database import Database
from db.migration import upgrade
from tests.homes import Home
from tests.postgres import PostgresServer, postgres_server
from tests.tiny_bundle import write_tiny_bundle


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


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny").folder


@pytest.fixture(scope="session")
def make_home(tiny_bundle: Path, request: pytest.FixtureRequest) -> Callable[[Path, str], Home]:
    """Makes a home in a folder over an empty database of an engine."""

    def make(folder: Path, engine: str) -> Home:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SLEEVE_")},
            "SLEEVE_HOME": str(folder / "home"),
            "SLEEVE_BUNDLE": str(tiny_bundle),
        }
        if engine == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            environment["SLEEVE_DATABASE_URL"] = server.database().render_as_string(hide_password=False)
        folder.mkdir(parents=True, exist_ok=True)
        return Home(folder, environment)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, make_home: Callable[[Path, str], Home], tmp_path: Path) -> Home:
    return make_home(tmp_path, request.param)
