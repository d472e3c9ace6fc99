"""``sleeve discogs`` as a person runs it, Discogs replaced by the stand-in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.sources.discogs import service
from indexer.sources.list_columns import COLLECTION
from service.cli.whole import app
from tests.command_home import CommandHome
from tests.indexer.sources.discogs.stand_in import TOKEN, serving
from tests.indexer.sources.musicbrainz.runs import Time
from tests.indexer.sources.remote_image.server import near


def test_a_collection_gets_its_covers(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, "sqlite")
    rows = ",Can,Ege Bamyasi,United Artists,LP,,1972,7,All,2020-01-01,,,\n,Can,Lost,X,LP,,0,8,All,2020-01-01,,,\n"
    (tmp_path / "mine.csv").write_text(",".join(COLLECTION) + "\n" + rows)
    home.sleeve("add", "mine.csv")
    environment = {**home.environment, "SLEEVE_DISCOGS_TOKEN": TOKEN}
    with serving() as discogs:
        discogs.release(7, "Can", "Ege Bamyasi")
        discogs.permitted = 10_000
        monkeypatch.setattr(service, "HOST", service.Host(discogs.base(), near(), Time().clock(), 0.001))
        dry = CliRunner().invoke(app, ["discogs", "--fill", "--dry-run"], env=environment)
        assert dry.exit_code == 0, dry.output
        assert dry.stdout.splitlines() == [
            "album 1 (Can: Ege Bamyasi) would get genres rock; Krautrock, its front",
            "1 would be filled in, 0 unchanged, 1 not found, 0 rejected",
        ]
        assert "album 2 (Can: Lost): Discogs finds no album of these names" in dry.stderr
        document = json.loads(CliRunner().invoke(app, ["discogs", "--fill", "--json"], env=environment).stdout)
        wrong = CliRunner().invoke(app, ["discogs", "--fill"], env={**environment, "SLEEVE_DISCOGS_TOKEN": "wr0ng"})
    assert (document["filled"], document["not_found"], document["albums"][0]["discogs"]) == (1, 1, "release-7")
    assert home.json("status")["without_cover"] == 1
    assert wrong.exit_code == 0, "what was answered is kept, and nothing is asked"


@pytest.mark.parametrize(
    ("code", "arguments", "token", "line"),
    [
        (1, ["--fill"], "", "set SLEEVE_DISCOGS_TOKEN to your token; discogs.com/settings/developers makes one"),
        (1, ["--fill"], "s3cret s3cret", "SLEEVE_DISCOGS_TOKEN is not a token of Discogs"),
        (2, [], "s3cret", "name what to do: --fill"),
    ],
)
def test_a_mistake_ends_in_one_clear_line(
    make_home: Callable[[Path, str], CommandHome],
    tmp_path: Path,
    code: int,
    arguments: list[str],
    token: str,
    line: str,
) -> None:
    home = make_home(tmp_path, "sqlite")
    asking = CommandHome(home.folder, {**home.environment, "SLEEVE_DISCOGS_TOKEN": token})
    stderr = asking.sleeve("discogs", *arguments, code=code).stderr
    assert line in stderr
    assert "s3cret" not in stderr
    assert len(stderr.strip().splitlines()) == 1
