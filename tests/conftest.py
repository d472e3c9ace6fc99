"""Fixtures for all tests: databases of both engines, covers drawn by the test, the fake backbone."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, make_url

from db.database import Database
from db.migration import upgrade
from indexer.models.bundle import Bundle, read_bundle
from indexer.vector_index.servers.server import VectorServer
from tests.command_home import CommandHome
from tests.postgres import PostgresServer, postgres_server
from tests.tiny_bundle import write_tiny_bundle
from tests.vector_servers import ENGINES, a_server
from tests.vector_servers import milvus_process as milvus_process

if TYPE_CHECKING:
    from tests.small_clip import SmallClip

LONGEST_FIRST = ("crash", "service", "web", "indexer/training")
"""Folders whose files take longest: with one of them last, one process would work on alone."""


# A machine that is busy with other work is no fault of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


QUICK_ON_POSTGRESQL = "test_from_a_folder_to_an_answer_and_back"
"""The test of whole commands on PostgreSQL that `make test` runs too."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if _runs_commands_on_postgresql(item) and not item.name.startswith(QUICK_ON_POSTGRESQL):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not item.path.relative_to(here).as_posix().startswith(LONGEST_FIRST))


def _runs_commands_on_postgresql(item: pytest.Item) -> bool:
    """Whether it runs whole commands or services on PostgreSQL. Tests of queries have the fixture ``database``."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    on_postgresql = any(isinstance(parameter, str) and parameter == "postgresql" for parameter in parameters)
    return on_postgresql and "database" not in getattr(item, "fixturenames", ())


@pytest.fixture(params=ENGINES)
def server(request: pytest.FixtureRequest, database: Database) -> Iterator[VectorServer]:
    """Each server of vectors for the catalogue in ``database``; for modules marked ``ON_SERVERS``."""
    with a_server(request.param, database, request) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A catalogue with the newest schema and nothing in it, once on each engine."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.database()
        with Database(url) as database:
            yield database
        server.take_back(url)
    else:
        url = sqlite_url(tmp_path)
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), str(url.database))
        with Database(url) as database:
            yield database


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with the newest schema, to be copied."""
    url = sqlite_url(tmp_path_factory.mktemp("sqlite"))
    with Database(url) as database:
        upgrade(database)
    return Path(str(url.database))


def sqlite_url(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "catalogue.sqlite3"))


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny").folder


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of a run have in common; whoever makes something in it holds ``FileLock``."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def clip(shared_folder: Path) -> "SmallClip":
    """A CLIP trained once a run."""
    from tests.small_clip import small_clip

    folder = shared_folder / "clip"
    folder.mkdir(exist_ok=True)
    with FileLock(shared_folder / "clip.lock"):
        return small_clip(folder)


@pytest.fixture(scope="session")
def clip_bundle(clip: "SmallClip", shared_folder: Path) -> Bundle:
    """The bundle that it makes, exported once a run."""
    from indexer.training.clip_bundle import export_open_clip

    folder = shared_folder / "clip" / "bundle"
    with FileLock(shared_folder / "clip.lock"):
        return read_bundle(folder) if folder.exists() else export_open_clip(clip.name, folder, bundle_name="small")


@pytest.fixture(scope="session")
def make_home(tiny_bundle: Path, request: pytest.FixtureRequest) -> Callable[[Path, str], CommandHome]:
    """Makes a home in a folder over an empty database of an engine."""

    def make(folder: Path, engine: str) -> CommandHome:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SLEEVE_")},
            "SLEEVE_HOME": str(folder / "home"),
            "SLEEVE_BUNDLE": str(tiny_bundle),
        }
        if engine == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            environment["SLEEVE_DATABASE_URL"] = server.database().render_as_string(hide_password=False)
        folder.mkdir(parents=True, exist_ok=True)
        return CommandHome(folder, environment)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def home(
    request: pytest.FixtureRequest, make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> Iterator[CommandHome]:
    home = make_home(tmp_path, request.param)
    server: PostgresServer | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield home
    if server is not None:
        server.take_back(make_url(home.environment["SLEEVE_DATABASE_URL"]))
