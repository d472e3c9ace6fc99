"""Lists that are kept while the catalogue stays as it is: sent again without being made, and never out of date."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request, Response
from pydantic import BaseModel

from db.database import Database
from db.tables import Album
from service.http.kept_answers import MOST_ASKED_CHARACTERS, MOST_KEPT, KeptAnswers
from tests.command_home import CommandHome, execute
from tests.factories import write_covers

LIST, FACETS = "/api/v1/albums?limit=60", "/api/v1/albums/facets"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("kept"), request.param)
    write_covers(home.folder / "covers", {"jazz": 12, "rock": 8})
    home.sleeve("add", "covers")
    return home


def test_who_has_a_list_gets_it_again_only_if_the_catalogue_changed(home: CommandHome, client: httpx.Client) -> None:
    for path in (LIST, FACETS):
        first = client.get(path, headers={"Accept-Encoding": "identity"})
        assert first.headers["cache-control"] == "private, no-cache"
        has_it = {"Accept-Encoding": "identity", "If-None-Match": first.headers["etag"]}
        again = client.get(path, headers=has_it)
        assert (again.status_code, again.content) == (304, b"")
        with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
            assert gzip.decompress(b"".join(packed.iter_raw())) == first.content

        execute(home, "UPDATE album_genres SET genre_id = 3 - genre_id WHERE album_id = 3")
        changed = client.get(path, headers=has_it)
        assert (changed.status_code, changed.content == first.content) == (200, False)
        execute(home, "UPDATE album_genres SET genre_id = 3 - genre_id WHERE album_id = 3")
        assert client.get(path, headers=has_it).status_code == 304, "it is as it was"


def test_what_another_process_does_is_in_the_next_list(home: CommandHome, client: httpx.Client) -> None:
    def shown() -> tuple[list[Any], int]:
        listed = client.get(LIST).json()
        return [(one["id"], one["title"], one["lists"]) for one in listed["albums"]], listed["total"]

    assert shown() == shown() == ([(number, None, []) for number in range(20, 0, -1)], 20)
    execute(home, "UPDATE albums SET title = 'Blue Train' WHERE id = 20")
    assert shown()[0][0] == (20, "Blue Train", [])
    home.sleeve("remove", "--album", 20)
    assert shown() == ([(number, None, []) for number in range(19, 0, -1)], 19)
    assert client.get(f"{LIST}&genre=rock").json()["total"] == 7
    assert client.get(FACETS).json()["genres"] == [{"name": "jazz", "albums": 12}, {"name": "rock", "albums": 7}]


class _Made(BaseModel):
    number: int


@pytest.fixture
def asked(database: Database) -> tuple[Callable[[str], Response], list[int]]:
    """Asks with a query, and the numbers of the answers that were made."""
    kept, made = KeptAnswers(database), list[int]()

    def make() -> BaseModel:
        made.append(len(made))
        return _Made(number=made[-1])

    def ask(query: str) -> Response:
        scope = {"type": "http", "path": "/albums", "query_string": query.encode(), "headers": []}
        return kept.answer(Request(scope), make)

    return ask, made


def test_an_answer_is_made_once_in_each_state(
    database: Database, asked: tuple[Callable[[str], Response], list[int]]
) -> None:
    ask, made = asked
    assert [ask(query).body for query in ("limit=1", "limit=1", "limit=2", "limit=1")] == [
        b'{"number":0}',
        b'{"number":0}',
        b'{"number":1}',
        b'{"number":0}',
    ]
    with database.writing() as session:
        session.add(Album(title="Blue Train"))
    assert ask("limit=1").body == b'{"number":2}'
    assert ask("limit=1").body == b'{"number":2}'
    assert made == [0, 1, 2]


def test_as_many_are_kept_as_are_allowed_and_no_long_questions(
    asked: tuple[Callable[[str], Response], list[int]],
) -> None:
    ask, made = asked
    for number in range(MOST_KEPT + 1):
        ask(f"skip={number}")
    ask(f"skip={MOST_KEPT}")
    assert len(made) == MOST_KEPT + 1
    ask("skip=0")
    assert len(made) == MOST_KEPT + 2, "it had to go for the last one"
    for _ in range(2):
        ask(f"artist={'a' * MOST_ASKED_CHARACTERS}")
    assert len(made) == MOST_KEPT + 4
