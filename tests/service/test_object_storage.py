"""``s3://`` on the command line, with a real server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.object_storage import between, s3_server


@pytest.mark.slow
def test_what_a_person_sees(make_home: Callable[..., CommandHome], tmp_path: Path) -> None:
    write_covers(tmp_path / "covers", {"jazz": 2, "rock": 1})
    with s3_server() as server, between(server.port) as way:
        server.clear()
        server.put_folder(tmp_path / "covers", "music")
        made = make_home(tmp_path / "home", "sqlite")
        home = CommandHome(made.folder, {**made.environment, **way.environment}, made.as_script)
        assert "3 added, 0 unchanged, 0 rejected" in home.sleeve("add", "s3://covers/music").stdout
        home.sleeve("index")
        assert "does not exist" in home.sleeve("add", "s3://covers/none", code=1).stderr
        assert "--watch" in home.sleeve("add", "s3://covers/music", "--watch", code=2).stderr
        said = home.sleeve("add", "s3://covers/music", "--genre-from", "tags", code=1).stderr
        assert "a music library must be in folders" in said
        matched = home.json("match", "s3://covers/music/jazz")
        assert (matched["pictures"], matched["verdicts"]["same artwork"]) == (2, 2)
        similar = home.json("similar", "s3://covers/music/jazz/001.png", "-k", 1)
        assert [one["file"] for one in similar["neighbours"]] == ["s3://covers/music/jazz/001.png"]
        [classified] = home.json("classify", "s3://covers/music/rock/000.png")
        assert classified["file"] == "s3://covers/music/rock/000.png"
        server.put("music/rock/bad.png", b"no picture")
        assert "rejected s3://covers/music/rock/bad.png" in home.sleeve("add", "s3://covers/music", code=1).stderr
        assert home.json("remove", "s3://covers/music/rock")["covers"] == 1
