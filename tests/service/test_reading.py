"""Covers are read from the command line and by a running service."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from db import albums, texts
from db.records import TextLine
from indexer.home import Home
from service.answers.opening import open_answers
from service.upkeep import REST_AFTER_FAILURE_S, Upkeep
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.forked import Forked
from tests.indexer.reading.drawn import drawn
from tests.service import sleeve_reading

KILLS = 20
COVERS_A_KILL = 16
"""More than a reading process reads in the moments until it is killed."""

SAID = ["BLUE TRAIN", "GIANT STEPS", "", "SOLO MONK"]


def draw_covers(folder: Path, count: int = len(SAID)) -> Path:
    (folder / "jazz").mkdir(parents=True)
    for number in range(count):
        picture = drawn({SAID[number % len(SAID)]: (40, 60)}, (400, 400))
        picture.putpixel((number, 0), (0, 0, 0))
        picture.save(folder / f"jazz/{number:03d}.png")
    return folder


def opened(home: CommandHome) -> Home:
    """A test's home as the code sees it."""
    url, folder = home.environment.get("SLEEVE_DATABASE_URL"), Path(home.environment["SLEEVE_HOME"])
    bundle = home.environment["SLEEVE_BUNDLE"]
    return Home(Settings(home=folder, database_url=SecretStr(url) if url else None, bundle=bundle, _env_file=None))


def said(home: Home) -> dict[str, tuple[TextLine, ...]]:
    """The lines of each cover that was read, by its file."""
    with home.database.reading() as session:
        files = {row.cover.id: row.cover.file for row in albums.rows(session)}
        return {files[cover_id]: lines for cover_id, lines in texts.of_covers(session, list(files)).items()}


@pytest.mark.slow
def test_covers_are_read_once_and_a_bad_one_is_named(home: CommandHome, tmp_path: Path) -> None:
    covers = draw_covers(tmp_path / "covers")
    home.sleeve("add", covers)
    whole = (covers / "jazz/001.png").read_bytes()
    (covers / "jazz/001.png").write_bytes(b"no picture")
    document = home.json("read", code=1)
    assert (document["read"], document["with_text"], document["rejected"]) == (3, 2, 1)
    assert document["rejections"][0]["file"].endswith("001.png")
    (covers / "jazz/001.png").write_bytes(whole)
    assert home.json("read")["with_text"] == 1
    assert home.json("read", "--again")["read"] == 0
    with opened(home) as catalogue:
        found = said(catalogue)
    assert [" ".join(line.text for line in found[file]) for file in sorted(found)] == SAID


@pytest.mark.slow
def test_a_service_reads_covers_once_they_can_be_found(home: CommandHome, tmp_path: Path) -> None:
    covers = draw_covers(tmp_path / "covers")
    home.sleeve("add", covers)
    with opened(home) as catalogue:
        catalogue.set_up()
        upkeep = Upkeep(catalogue, open_answers(catalogue).live_index)
        upkeep.have_covers_read()
        assert upkeep._reading is None, "there is no index yet"
        home.sleeve("index")
        (covers / "jazz/001.png").rename(tmp_path / "aside.png")
        upkeep.have_covers_read()
        assert upkeep._reading is not None
        assert upkeep._reading.wait() == 1
        assert len(said(catalogue)) == 3
        upkeep.have_covers_read()
        assert upkeep._reading is None, "it rests after a failure"
        (tmp_path / "aside.png").rename(covers / "jazz/001.png")
        upkeep._reads_from_s -= REST_AFTER_FAILURE_S
        upkeep.have_covers_read()
        assert upkeep._reading is not None
        assert upkeep._reading.wait() == 0
        assert len(said(catalogue)) == 4
        upkeep.have_covers_read()
        assert upkeep._reading is None, "everything is read"


@pytest.mark.slow
def test_reading_that_is_killed_twenty_times_ends_like_a_run_undisturbed(
    home: CommandHome, make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    covers = tmp_path / "covers"
    write_covers(covers, {"jazz": KILLS * COVERS_A_KILL})
    undisturbed = make_home(tmp_path / "undisturbed", "sqlite")
    for one in (home, undisturbed):
        one.sleeve("add", covers)
    read_by_slow(undisturbed)
    moments = random.Random(3)
    with opened(home) as catalogue, opened(undisturbed) as other:
        for _ in range(KILLS):
            before = read_so_far(catalogue)
            with Forked(["read"], home.environment, tmp_path, Path(sleeve_reading.__file__)) as process:
                while read_so_far(catalogue) == before:
                    assert process.poll() is None, "it ended before it was killed"
                    time.sleep(0.01)
                time.sleep(moments.uniform(0, 0.1))
                process.kill()
            assert process.returncode == -9
        left = KILLS * COVERS_A_KILL - read_so_far(catalogue)
        assert read_by_slow(home)["read"] == left > 0
        assert said(catalogue) == said(other)
        with catalogue.database.reading() as mine, other.database.reading() as its:
            assert texts.counts(mine) == texts.counts(its)


def read_so_far(home: Home) -> int:
    with home.database.reading() as session:
        return texts.counts(session).read


def read_by_slow(home: CommandHome) -> dict[str, object]:
    with Forked(["read", "--json"], home.environment, home.folder, Path(sleeve_reading.__file__)) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return dict(json.loads(out))


@pytest.mark.slow
def test_what_a_cover_says_is_shown_and_becomes_a_name_when_a_person_says_so(home: CommandHome, tmp_path: Path) -> None:
    home.sleeve("add", draw_covers(tmp_path / "covers"))
    home.sleeve("index")
    home.sleeve("read")
    with home.serving() as address, httpx.Client(base_url=address) as client:
        covers = [client.get(f"/api/v1/albums/{number}/text").json()["covers"] for number in (1, 3)]
        [line] = covers[0][0]["lines"]
        assert (line["text"], len(line["box"])) == ("BLUE TRAIN", 4)
        assert covers[1] == [{"cover_id": 3, "lines": []}]
        assert client.get("/api/v1/albums/99/text").status_code == 404
        [found] = client.get("/api/v1/albums", params={"q": "gaint steps"}).json()["albums"]
        assert (found["id"], found["matches"][0]["place"], found["matches"][0]["cover_id"]) == (2, "cover", 2)
    home.sleeve("relabel", "--album", 1, "--title", "Blue Train", "--artist", "John Coltrane")
    home.sleeve("relabel", "--album", 1, code=2)
    [album] = home.json("find", "coltrain")["albums"]
    assert (album["title"], album["artist"], album["matches"][0]["place"]) == ("Blue Train", "John Coltrane", "artist")
    home.sleeve("export", tmp_path / "out.jsonl", "--text")
    rows = [json.loads(row) for row in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row.get("sleeve_text") for row in rows] == ["BLUE TRAIN", "GIANT STEPS", "", "SOLO MONK"]
