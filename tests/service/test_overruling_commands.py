"""``sleeve merge`` and ``split`` by themselves, and how they are taken back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover


@pytest.mark.slow
def test_albums_are_made_one_and_two_and_again_as_they_were(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    for number, genre in enumerate(("rock", "jazz", "pop"), start=1):
        write_cover(tmp_path / f"covers/{genre}/{number}.png", seed=number)
    home.sleeve("add", "covers")
    jazz, pop, rock = (album for album, _, _ in _albums(home))
    home.sleeve("relabel", "--album", rock, "--genre", "metal")
    before = _albums(home)
    assert home.sleeve("merge", "--album", jazz, "--album", rock).stdout == f"album {jazz} has 2 covers from now on\n"
    home.sleeve("merge", "--album", pop, "--album", jazz)
    assert [(album, genre) for album, _, genre in _albums(home)] == [(pop, "metal")] * 3
    assert home.sleeve("merge", "--undo", jazz).stdout == f"album {jazz} has 2 covers from now on\n"
    assert home.sleeve("merge", "--undo", rock).stdout == f"album {rock} has 1 cover from now on\n"
    assert _albums(home) == before
    assert f"album {rock} was not made one with another" in home.sleeve("merge", "--undo", rock, code=1).stderr

    home.sleeve("merge", "--album", pop, "--album", jazz)
    assert home.json("split", "covers/jazz/2.png")["id"] == jazz
    assert _albums(home) == before
    assert home.sleeve("split", "--undo", jazz).stdout == f"album {pop} has 2 covers from now on\n"
    assert f"there is no album {jazz}" in home.sleeve("split", "--undo", jazz, code=1).stderr


def _albums(home: CommandHome) -> list[tuple[object, ...]]:
    query = """SELECT albums.id, covers.file, genres.name FROM albums JOIN covers ON covers.album_id = albums.id
        LEFT JOIN album_genres ON album_genres.album_id = albums.id
        LEFT JOIN genres ON genres.id = album_genres.genre_id ORDER BY covers.file"""
    with closing(sqlite3.connect(Path(home.environment["SLEEVE_HOME"]) / "sleeve.sqlite3")) as catalogue:
        return catalogue.execute(query).fetchall()
