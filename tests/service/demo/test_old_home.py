"""A demo of before goes on: its database is upgraded, and its drawings stay where Sleeve drew them then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from db.database import Database
from db.migration import upgrade
from migrations import NEWEST
from service import demo
from service.cli import demo as command
from service.cli.console import ProgressBar
from tests.command_home import CommandHome
from tests.db.test_stored_covers import revise
from tests.factories import home_at, write_covers


@pytest.mark.slow
def test_the_database_of_a_demo_is_upgraded_by_the_demo(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("demo", "covers", "--no-serve")
    [file] = Path(home.environment["SLEEVE_HOME"]).glob("demo-*/sleeve.sqlite3")
    file.unlink()
    with Database(URL.create("sqlite", database=str(file))) as database:
        revise(database, "0005")
        assert "4 covers of" in home.sleeve("demo", "covers", "--no-serve").stderr
        assert upgrade(database) == NEWEST


@pytest.mark.parametrize("is_old", [True, False])
def test_drawings_go_on_in_the_folder_that_was_drawn_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    home = home_at(tmp_path)
    own = home.covers_folder / "jazz" / "mine.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"the user's")
    if is_old:
        demo.draw_catalogue(home.covers_folder, albums=1)
    before = {path: path.read_bytes() for path in home.covers_folder.rglob("*") if path.is_file()}
    draw = demo.draw_catalogue
    monkeypatch.setattr(demo, "draw_catalogue", lambda folder, **keywords: draw(folder, albums=1, **keywords))
    manifest = command._draw(home, ProgressBar())
    assert manifest.parent == (home.covers_folder if is_old else home.drawings_folder)
    assert {path: path.read_bytes() for path in home.covers_folder.rglob("*") if path.is_file()} == before
