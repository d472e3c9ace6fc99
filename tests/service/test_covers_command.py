"""``sleeve covers`` as a person runs it."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_home import CommandHome
from tests.indexer.care.libraries import jpeg, put, put_album


@pytest.fixture
def home(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> CommandHome:
    """Of four albums one is sound, one has a small cover and a larger scan, one nothing, and one a damaged track."""
    home = make_home(tmp_path, "sqlite")
    put(put_album(tmp_path / "music/a", "Quiet Harbour", inside=jpeg(1)) / "cover.jpg", jpeg(1))
    small = put_album(tmp_path / "music/b", "Second Winter", inside=jpeg(2, 240))
    put(small / "cover.jpg", jpeg(2, 250))
    put(small / "Scans/front.jpg", jpeg(2, 900))
    put_album(tmp_path / "music/c", "Night Orchard")
    put(put_album(tmp_path / "music/d", "Salt Road", inside=jpeg(4)) / "cover.jpg", jpeg(4))
    put(tmp_path / "music/d/3.flac", b"nothing")
    return home


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_what_is_wrong_is_listed_and_the_sums_are_right(home: CommandHome) -> None:
    before = contents(home.folder / "music")
    document = home.json("covers", "music", code=1)
    assert (document["albums"], document["sound"], document["journal"], document["changes"]) == (4, 2, None, [])
    assert Counter(one["problem"] for one in document["problems"]) == {"small": 2, "missing": 1}
    assert [Path(one["file"]).name for one in document["rejected"]] == ["3.flac"]
    shown = home.sleeve("covers", "music", "-o", "wrong.csv", code=1)
    assert "4 albums: 2 sound, 2 not (2 small, 1 missing)" in shown.stdout
    rows = list(csv.DictReader((home.folder / "wrong.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["title"], row["problem"], row["width_px"]) for row in rows] == [
        ("Second Winter", "small", "250"),
        ("Second Winter", "small", "240"),
        ("Night Orchard", "missing", ""),
    ]
    assert contents(home.folder / "music") == before
    assert not (home.folder / "home").exists()


@pytest.mark.slow
def test_what_would_be_written_is_shown_then_written_then_undone(home: CommandHome) -> None:
    before = contents(home.folder / "music")
    planned = home.json("covers", "music", "--fix", code=1)
    assert (planned["written"], planned["journal"]) == (False, None)
    assert contents(home.folder / "music") == before
    shown = home.sleeve("covers", "music", "--fix", code=1)
    assert "3 files would be written, 1 left as they are" in shown.stdout
    assert "cover.jpg: 250 x 250 → 900 x 900 from Scans/front.jpg" in shown.stdout
    assert "Nothing was written" in shown.stderr

    written = home.json("covers", "music", "--fix", "--write", "-o", "done.jsonl", code=1)
    assert [one["note"] for one in written["changes"]] == ["", "", "", "there is no picture to begin with"]
    assert written["changes"] == planned["changes"]
    rows = [json.loads(line) for line in (home.folder / "done.jsonl").read_text().splitlines()]
    assert [row.get("width_px") for row in rows] == [900, 900, 900, None]
    assert (home.folder / "music/b/cover.jpg").read_bytes() == jpeg(2, 900)
    again = home.sleeve("covers", "music", "--fix", "--write", code=1)
    assert "0 files written, 1 left as they are" in again.stdout

    undone = home.sleeve("covers", "--undo", written["journal"])
    assert "3 files put back, 0 left as they are" in undone.stdout
    assert contents(home.folder / "music") == before
    assert {one["note"] for one in home.json("covers", "--undo", written["journal"])["files"]} == {
        "it is as it was before"
    }


@pytest.mark.slow
def test_what_fails_is_told_by_the_exit_code(home: CommandHome) -> None:
    (home.folder / "music/d/3.flac").unlink()
    home.sleeve("covers", "music", "--fix")
    (home.folder / "music/b/1.flac").rename(home.folder / "1.flac")
    (home.folder / "music/b/1.flac").symlink_to(home.folder / "1.flac")
    failed = home.sleeve("covers", "music", "--fix", "--write", code=1)
    assert "1.flac: it is a link" in failed.stderr
    assert "2 files written, 2 left as they are" in failed.stdout


def test_wrong_arguments_have_one_line(home: CommandHome) -> None:
    put(home.folder / "there.csv", b"mine")
    for code, arguments, line in (
        (2, ("covers",), "name a music library"),
        (2, ("covers", "music", "--write"), "--write and --from go with --fix"),
        (2, ("covers", "music", "--from", "discogs"), "--write and --from go with --fix"),
        (1, ("covers", "nowhere"), "nowhere does not exist"),
        (2, ("covers", "music", "--undo", "x"), "--undo goes alone"),
        (1, ("covers", "--undo", "x"), "x cannot be read"),
        (2, ("covers", "music", "-o", "x.txt"), "ends in none of .csv, .jsonl, .parquet"),
        (1, ("covers", "music", "-o", "there.csv"), "is there already"),
    ):
        result = home.sleeve(*arguments, code=code)
        assert line in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert (home.folder / "there.csv").read_bytes() == b"mine"
