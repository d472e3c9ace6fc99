"""``SLEEVE_INDEX_URL``: whole commands and services over an index on a server, and what goes wrong in one line."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from db.database import Database
from tests.command_home import CommandHome, execute
from tests.factories import write_covers
from tests.postgres import PostgresServer
from tests.service.http.test_index import eventually
from tests.vector_servers import ENGINES, PASSWORD, empty, index_url

pytestmark = [pytest.mark.slow, pytest.mark.engines]

MakeHome = Callable[[Path, str], CommandHome]


@pytest.fixture(params=ENGINES)
def home(
    request: pytest.FixtureRequest, make_home: MakeHome, postgres: PostgresServer, tmp_path: Path
) -> Iterator[CommandHome]:
    """A home over PostgreSQL whose index is on a server."""
    home = with_url(make_home(tmp_path, "postgresql"), index_url(request.param, request))
    write_covers(home.folder / "covers", {"jazz": 6, "rock": 6})
    home.sleeve("db", "upgrade")
    yield home
    url = make_url(home.environment["SLEEVE_DATABASE_URL"])
    with Database(url) as database:
        empty(database)
    postgres.take_back(url)


def with_url(home: CommandHome, url: str | None) -> CommandHome:
    """The same home, its index on a server or, without a URL, in its own folder."""
    others = {name: value for name, value in home.environment.items() if name != "SLEEVE_INDEX_URL"}
    environment = others if url is None else {**others, "SLEEVE_INDEX_URL": url}
    # What gRPC has begun in this process does not survive a fork.
    return CommandHome(home.folder, environment, as_script=True)


def neighbours(home: CommandHome, *arguments: str) -> list[int]:
    answer = home.json("similar", "--album", "1", "-k", "20", *arguments)
    return [found["album_id"] for found in answer["neighbours"]]


def test_from_a_folder_to_an_answer_and_back(home: CommandHome) -> None:
    home.sleeve("add", "covers")
    first = home.json("index")["version"]
    assert (first["count"], first["recall"], first["live"]) == (12, 1.0, True)
    found = neighbours(home)
    assert len(found) == 11
    assert len(neighbours(home, "--genre", "rock")) == 6
    second = home.json("index", "--rebuild", "--kind", "hnsw")["version"]
    assert (second["kind"], second["version"] != first["version"]) == ("hnsw", True)
    assert neighbours(home) == found
    home.sleeve("remove", "--album", found[0])
    assert neighbours(home) == found[1:]
    assert home.json("index", "rollback")["version"] == first["version"]
    assert neighbours(home) == found[1:]
    said = home.sleeve("status").stdout
    assert first["version"] in said
    assert PASSWORD not in said
    assert not (home.folder / "home" / "versions").exists()


def test_two_services_answer_from_one_index(home: CommandHome, tmp_path: Path) -> None:
    home.sleeve("add", "covers")
    home.sleeve("index")
    environment = {**home.environment, "SLEEVE_HOME": str(tmp_path / "other" / "home")}
    other = CommandHome(home.folder, environment, home.as_script)
    with home.serving() as first, other.serving() as second:
        clients = [httpx.Client(base_url=f"{address}/api/v1", timeout=60) for address in (first, second)]
        for _ in range(3):
            live = home.json("status")["versions"][0]["version"]
            for client in clients:
                eventually(partial(_answers_from, client, live), "every service follows")
            found = [_similar(client) for client in clients]
            assert found[0] == found[1]
            assert clients[1].delete(f"/albums/{found[0][0]}").status_code == 204
            assert [_similar(client) for client in clients] == [found[0][1:]] * 2
            other.sleeve("index", "--rebuild")
        for client in clients:
            client.close()


def _similar(client: httpx.Client) -> list[int]:
    answer = client.post("/similar?k=20", json={"album_id": 1}).json()
    return [neighbour["album_id"] for neighbour in answer["neighbours"]]


def _answers_from(client: httpx.Client, version: str) -> bool:
    return bool(client.post("/similar?k=20", json={"album_id": 1}).json()["index_version"] == version)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("pgvector", "SLEEVE_INDEX_URL=pgvector needs a PostgreSQL, named in SLEEVE_DATABASE_URL"),
        ("qdrant://host", "SLEEVE_INDEX_URL is neither pgvector nor milvus://user:password@host:19530/database"),
    ],
)
def test_an_address_that_names_no_server_is_one_line(
    make_home: MakeHome, tmp_path: Path, url: str, message: str
) -> None:
    home = with_url(make_home(tmp_path, "sqlite"), url)
    for command in (("index",), ("status",), ("similar", "--album", "1")):
        said = home.sleeve(*command, code=1).stderr
        assert said.splitlines()[-1].endswith(message)


def test_a_database_without_pgvector_is_one_line_and_the_old_index_goes_on(
    home: CommandHome, postgres: PostgresServer
) -> None:
    if home.environment["SLEEVE_INDEX_URL"] != "pgvector":
        pytest.skip("of pgvector")
    in_files = with_url(home, None)
    in_files.sleeve("add", "covers")
    in_files.sleeve("index")
    found = neighbours(in_files)
    execute(home, "DROP EXTENSION IF EXISTS vector CASCADE")
    control = next(postgres._folder.rglob("extension/vector.control"))
    control.rename(control.with_suffix(".away"))
    try:
        said = home.sleeve("index", code=1).stderr
    finally:
        control.with_suffix(".away").rename(control)
    assert "has no pgvector" in said.splitlines()[-1]
    assert neighbours(in_files) == found
    home.sleeve("index")
    assert neighbours(home) == found
