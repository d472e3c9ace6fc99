"""``sleeve covers --fix --from``: Discogs and the Cover Art Archive, replaced by their stand-ins."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from indexer.sources.discogs import service
from indexer.sources.musicbrainz import services
from service.cli.whole import app
from sleeve.errors import SourceError
from tests.command_home import CommandHome
from tests.indexer.care.libraries import jpeg, put, put_album
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.sources.discogs.stand_in import TOKEN, Discogs, serving
from tests.indexer.sources.musicbrainz.runs import Time
from tests.indexer.sources.musicbrainz.stand_in import ARCHIVE, MUSICBRAINZ, group_id, picture, standing_in
from tests.indexer.sources.remote_image.server import near

Run = Callable[..., Any]


@pytest.fixture
def discogs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Discogs]:
    with serving() as discogs:
        discogs.permitted = 10_000
        monkeypatch.setattr(service, "HOST", service.Host(discogs.base(), near(), Time().clock(), 0.001))
        yield discogs


@pytest.fixture
def run(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> Run:
    home = make_home(tmp_path, "sqlite")
    environment = {**home.environment, "SLEEVE_DISCOGS_TOKEN": TOKEN, "SLEEVE_CONTACT": "me@example.org"}

    def sleeve(*arguments: object, code: int = 0) -> Any:
        asked = ["covers", *map(str, arguments), "--json"]
        result = CliRunner().invoke(app, asked, env=environment)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if code == 0 else result

    return sleeve


def _has(discogs: Discogs, number: int, title: str, picture: bytes) -> None:
    """A master with this picture."""
    discogs.master(number, "Ada Quartet", title)
    discogs.pictures[f"/{number}.png"] = picture


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_larger_picture_is_taken_if_it_shows_the_same(run: Run, discogs: Discogs, tmp_path: Path) -> None:
    """One album's is larger, one's another artwork, one's smaller; one has no picture, and one no record."""
    music = tmp_path / "music"
    for name, title, seed in (("a", "Quiet Harbour", 1), ("b", "Second Winter", 2), ("c", "Salt Road", 3)):
        put(put_album(music / name, title, inside=jpeg(seed, 250), tracks=1) / "cover.jpg", jpeg(seed, 250))
    put_album(music / "d", "Night Orchard", tracks=1)
    put_album(music / "e", "Glass Rivers", tracks=1)
    _has(discogs, 11, "Quiet Harbour", jpeg(1, 800))
    _has(discogs, 12, "Second Winter", jpeg(200, 800))
    _has(discogs, 13, "Salt Road", jpeg(3, 200))
    _has(discogs, 14, "Night Orchard", jpeg(4, 700))
    before = _contents(music)

    planned = run(music, "--fix", "--from", "discogs")
    assert _contents(music) == before
    by_folder: dict[str, list[dict[str, Any]]] = {}
    for change in planned["changes"]:
        name = Path(change["file"]).relative_to(music).parts[0]
        by_folder.setdefault(name, []).append(change)
    for name, number, size in (("a", 11, 800), ("d", 14, 700)):
        assert [Path(one["file"]).name for one in by_folder[name]] == ["cover.jpg", "1.flac"]
        assert {one["source"] for one in by_folder[name]} == {f"{discogs.base('img.discogs.test')}/{number}.png"}
        assert [one["size_px"] for one in by_folder[name]] == [[size, size]] * 2
    for name in ("b", "c"):
        assert [one["note"] for one in by_folder[name]] == ["no larger picture of the same artwork was found"]
    assert [one["note"] for one in by_folder["e"]] == [
        "there is no picture to begin with; Discogs finds no album of these names"
    ]

    asked = len(discogs.log)
    written = run(music, "--fix", "--from", "discogs", "--write")
    assert len(discogs.log) == asked, "what was answered is kept"
    assert written["changes"] == planned["changes"]
    assert (music / "a/cover.jpg").read_bytes() == jpeg(1, 800)
    assert (music / "d/cover.jpg").read_bytes() == jpeg(4, 700)
    assert {one["problem"] for one in run(music)["problems"]} == {"small", "missing"}
    run("--undo", written["journal"])
    assert _contents(music) == before


def test_what_lies_is_bounded_and_the_others_are_mended(run: Run, discogs: Discogs, tmp_path: Path) -> None:
    music = tmp_path / "music"
    for name, title in (("a", "Quiet Harbour"), ("b", "Second Winter"), ("c", "Salt Road"), ("d", "Night Orchard")):
        put_album(music / name, title, tracks=1)
    _has(discogs, 11, "Quiet Harbour", b"<html>not a picture</html>")
    _has(discogs, 12, "Second Winter", jpeg(2, 700)[:2000])
    _has(discogs, 13, "Another Title Altogether", jpeg(3, 700))
    discogs.fail("/database/search", lambda: (200, b'{"results": 7}', {}))
    discogs.master(14, "Ada Quartet", "Salt Road", images=[{"type": "primary", "uri": "http://127.0.0.1:1/x.png"}])
    _has(discogs, 15, "Night Orchard", jpeg(5, 700))
    changes = run(music, "--fix", "--from", "discogs")["changes"]
    taken = [change for change in changes if not change["note"]]
    assert {Path(change["file"]).parent.name for change in taken} == {"d"}
    notes = {Path(change["file"]).name: change["note"] for change in changes if change["note"]}
    assert set(notes) == {"a", "b", "c"}
    assert all(note.startswith("there is no picture to begin with; ") for note in notes.values())


def test_a_service_that_is_down_ends_the_run_and_nothing_is_written(run: Run, discogs: Discogs, tmp_path: Path) -> None:
    music = tmp_path / "music"
    for number in range(12):
        put_album(music / f"{number}", f"Album {number}", tracks=1)
    before = _contents(music)
    discogs.answer = lambda *_: (500, b"", {})  # type: ignore[method-assign]
    failed = run(music, "--fix", "--write", "--from", "discogs", code=1)
    assert isinstance(failed.exception, SourceError)
    assert _contents(music) == before


def test_from_needs_fix_and_a_contact(run: Run, make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    put_album(tmp_path / "music/a")
    assert "go with --fix" in run(tmp_path / "music", "--from", "discogs", code=2).output
    (tmp_path / "other").mkdir()
    home = make_home(tmp_path / "other", "sqlite")
    said = home.sleeve("covers", tmp_path / "music", "--fix", "--from", "musicbrainz", code=1).stderr
    assert said.startswith("sleeve: set SLEEVE_CONTACT")


def test_the_archive_is_known_by_an_id_and_discogs_may_have_the_same_larger(
    run: Run, discogs: Discogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    music = tmp_path / "music"
    for number, name in ((1, "a"), (2, "b")):
        track = music / name / "1.flac"
        ids = {"musicbrainz_releasegroupid": group_id(number)}
        write_track(track, album=f"Record {number}", artist="Ada Quartet", ids=ids)
    larger = Image.open(BytesIO(picture(2, False))).resize((256, 256), Image.Resampling.NEAREST)
    file = BytesIO()
    larger.save(file, "PNG")
    _has(discogs, 12, "Record 2", file.getvalue())
    with standing_in(9) as archive:
        musicbrainz, covers = archive.base(MUSICBRAINZ), archive.base(ARCHIVE)
        monkeypatch.setattr(services, "HOSTS", services.Hosts(musicbrainz, covers, near(), Time().clock(), 0.001))
        changes = run(music, "--fix", "--from", "musicbrainz", "--from", "discogs", "--write")["changes"]
    assert [change["note"] for change in changes] == [""] * 4
    assert [change["size_px"] for change in changes] == [[64, 64], [64, 64], [256, 256], [256, 256]]
    assert changes[2]["source"].endswith("/12.png")
    for name, size in (("a", 64), ("b", 256)):
        with Image.open(music / name / "cover.jpg") as written:
            assert (written.format, written.size) == ("JPEG", (size, size))
