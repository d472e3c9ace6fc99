"""``sleeve musicbrainz`` as a person runs it, its services replaced by the stand-in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.sources.musicbrainz import services
from service.cli.whole import app
from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.indexer.sources.musicbrainz.runs import Time
from tests.indexer.sources.musicbrainz.stand_in import ARCHIVE, MUSICBRAINZ, standing_in
from tests.indexer.sources.remote_image.server import near


def test_from_a_genre_to_an_index(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, "sqlite")
    environment = {**home.environment, "SLEEVE_CONTACT": "me@example.org"}
    arguments = ["musicbrainz", "--genre", "black metal", "--limit", "9"]
    with standing_in(groups=12) as stand_in:
        hosts = services.Hosts(
            stand_in.base(MUSICBRAINZ), stand_in.base(ARCHIVE), near(), Time().clock(), stand_in.interval_s
        )
        monkeypatch.setattr(services, "HOSTS", hosts)
        result = CliRunner().invoke(app, arguments, env=environment)
        assert result.exit_code == 0, result.output
        assert result.stdout == "8 added with 8 covers, 0 unchanged, 1 without art, 0 rejected\n"
        arguments[-1] = "10"
        again = CliRunner().invoke(app, [*arguments, "--json"], env=environment)
        assert again.exit_code == 1
    document = json.loads(again.stdout)
    assert [document[name] for name in ("added", "unchanged", "no_art", "rejected", "covers")] == [0, 8, 1, 1, 0]
    assert document["left_out"][0]["reason"] == "not an image: HTML text"
    assert home.json("index")["embedded"] == 8
    assert home.json("similar", "--album", 1)["neighbours"][0]["genres"] == ["black metal", "metal"]


def test_it_is_also_a_source_of_add(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    own = home.sleeve("musicbrainz", "--genre", "black metal", code=1).stderr
    assert "SLEEVE_CONTACT" in own
    assert home.sleeve("add", "musicbrainz", "--genre", "black metal", code=1).stderr == own
    write_covers(tmp_path / "musicbrainz", {"jazz": 2})
    assert home.json("add", "musicbrainz")["added"] == 2, "a folder of that name goes before"


def test_albums_are_filled_in(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"a": 2})
    (tmp_path / "m.csv").write_text(
        "file,artist,album\ncovers/a/000.png,Artist 0 feat. Choir,Title 1\ncovers/a/001.png,Nobody,Nothing\n"
    )
    home.sleeve("add", "m.csv")
    environment = {**home.environment, "SLEEVE_CONTACT": "me@example.org"}
    with standing_in(groups=12) as stand_in:
        hosts = services.Hosts(
            stand_in.base(MUSICBRAINZ), stand_in.base(ARCHIVE), near(), Time().clock(), stand_in.interval_s
        )
        monkeypatch.setattr(services, "HOSTS", hosts)
        result = CliRunner().invoke(app, ["musicbrainz", "--fill", "--dry-run"], env=environment)
        assert result.exit_code == 0, result.output
        assert result.stdout.splitlines() == [
            "album 1 (Artist 0 feat. Choir: Title 1) would get genres black metal; metal, year 1995",
            "1 would be filled in, 0 unchanged, 1 not found, 0 rejected",
        ]
        assert "album 2 (Nobody: Nothing): MusicBrainz finds no album of these names" in result.stderr
        document = json.loads(CliRunner().invoke(app, ["musicbrainz", "--fill", "--json"], env=environment).stdout)
    assert (document["filled"], document["not_found"], document["dry_run"]) == (1, 1, False)
    assert home.json("status")["genres"] == {"black metal": 1, "metal": 1}


@pytest.mark.parametrize(
    ("code", "arguments", "contact", "line"),
    [
        (1, ["--genre", "jazz"], "", "set SLEEVE_CONTACT to your mail address"),
        (1, ["--genre", "jazz"], "me@example.org\r\nX: y", "ASCII"),
        (2, [], "me@example.org", "name one of --genre, --artist, --release-group, --collection and --fill"),
        (2, ["--genre", "jazz", "--dry-run"], "me@example.org", "--dry-run goes with --fill only"),
        (2, ["--genre", "jazz", "--fill"], "me@example.org", "name one of --genre"),
        (2, ["--genre", "jazz", "--artist", "x"], "me@example.org", "name one of --genre"),
        (1, ["--release-group", "x"], "me@example.org", "'x' is not a MusicBrainz id"),
        (2, ["--genre", "jazz", "--limit", "0"], "me@example.org", "limit"),
    ],
)
def test_a_mistake_ends_in_one_clear_line(
    make_home: Callable[[Path, str], CommandHome],
    tmp_path: Path,
    code: int,
    arguments: list[str],
    contact: str,
    line: str,
) -> None:
    home = make_home(tmp_path, "sqlite")
    asking = CommandHome(home.folder, {**home.environment, "SLEEVE_CONTACT": contact})
    result = asking.sleeve("musicbrainz", *arguments, code=code)
    assert line in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
