"""``sleeve match`` and ``POST /match``: one verdict for each of many pictures, over real HTTP and on both databases."""

import csv
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from indexer.exporting import MATCH_COLUMNS
from indexer.training.photographs import photograph
from service.cli import match
from service.cli.whole import app
from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork, bordered
from tests.service.http.test_http import problem

TITLES = ("Quiet Harbour", "Second Winter", "Night Orchard", "Glass Rivers", "Paper Lanterns", "Salt Road")

Row = dict[str, Any]


def make_shop(make: Callable[[Path, str], CommandHome], folder: Path, engine: str) -> CommandHome:
    """A home of six albums with names, and no two pictures of one artwork."""
    home = make(folder, engine)
    (folder / "covers").mkdir()
    lines = ["file,artist,album,year,genre"]
    for seed, title in enumerate(TITLES):
        artwork(seed).save(folder / f"covers/{seed}.png")
        lines.append(f"covers/{seed}.png,Ada Quartet,{title},{1960 + seed},jazz")
    (folder / "shop.csv").write_text("\n".join(lines))
    home.sleeve("add", "shop.csv")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    return make_shop(make_home, tmp_path_factory.mktemp("match"), "sqlite")


def photo_of(seed: int) -> Image.Image:
    return photograph(artwork(seed), f"{seed}", hand=False).image


def put_photos(folder: Path) -> None:
    folder.mkdir()
    photo_of(2).save(folder / "a.jpg", quality=92)
    bordered(artwork(3)).save(folder / "b.png")
    photo_of(100).save(folder / "c.jpg", quality=92)
    (folder / "d.jpg").write_bytes(b"<html>")
    artwork(1).save(folder / "=1+1.png")
    (folder / "notes.txt").write_text("not a picture")


def rows_of(table: Path) -> list[Row]:
    """The rows of a table, empty cells left out."""
    if table.suffix == ".parquet":
        rows = pq.read_table(table).to_pylist()
        return [{name: cell for name, cell in row.items() if cell is not None} for row in rows]
    with table.open(encoding="utf-8-sig", newline="") as file:
        return [{name: cell for name, cell in row.items() if cell != ""} for row in csv.DictReader(file)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_picture_gets_one_verdict(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str
) -> None:
    home = make_shop(make_home, tmp_path / "shop", engine)
    put_photos(home.folder / "photos")
    before = home.json("status")
    run = home.json("match", "photos", "-o", "out.parquet", code=1)
    assert home.json("status") == before, "nothing is added"
    assert run["verdicts"] == {
        "same artwork": 2,
        "another pressing or series": 1,
        "looks alike": 0,
        "not here": 1,
    }
    assert (run["pictures"], run["rejected"], run["results"]) == (5, 1, [])
    assert [(one["file"], one["reason"]) for one in run["rejections"]] == [("photos/d.jpg", "not an image")]
    assert [(one["kind"], one["files"]) for one in run["others"]] == [(".txt files", 1)]

    table = pq.read_table(home.folder / "out.parquet")
    assert table.column_names == list(MATCH_COLUMNS)
    formula, found, pressing, stranger, broken = rows_of(home.folder / "out.parquet")
    assert formula["file"] == "photos/=1+1.png"
    assert (formula["verdict"], formula["title"], formula["year"]) == ("same artwork", "Second Winter", 1961)
    assert (found["verdict"], found["title"], found["artist"]) == ("same artwork", "Night Orchard", "Ada Quartet")
    assert found["points"] >= 12
    assert found["cells"] > 0.5
    assert (found["width_px"], found["height_px"]) == photo_of(2).size
    assert (found["cover_width_px"], found["cover_height_px"], found["cover_file"]) == (400, 400, "covers/2.png")
    assert found["runner_up_id"] != found["album_id"]
    assert found["runner_up_similarity"] < 1
    assert (pressing["verdict"], pressing["title"]) == ("another pressing or series", "Glass Rivers")
    assert stranger["verdict"] == "not here"
    assert not {"album_id", "points", "words"} & stranger.keys()
    assert "runner_up_id" in stranger
    assert broken == {"file": "photos/d.jpg", "problem": "not an image: HTML text"}


@pytest.mark.slow
def test_csv_says_the_same_without_formulas(home: CommandHome, tmp_path: Path) -> None:
    put_photos(tmp_path / "photos")
    for name in ("out.csv", "out.parquet"):
        home.sleeve("match", tmp_path / "photos", "-o", tmp_path / name, code=1)
    as_csv, as_parquet = rows_of(tmp_path / "out.csv"), rows_of(tmp_path / "out.parquet")
    assert [{name: str(cell) for name, cell in row.items()} for row in as_parquet] == as_csv

    (tmp_path / "=now").mkdir()
    artwork(1).save(tmp_path / "=now" / "1.png")
    environment_home = CommandHome(tmp_path, home.environment)
    environment_home.sleeve("match", "=now", "-o", "guarded.csv")
    [row] = rows_of(tmp_path / "guarded.csv")
    assert row["file"] == "'=now/1.png"


@pytest.mark.slow
def test_a_table_s_pictures_are_scans_and_its_names_are_words(home: CommandHome, tmp_path: Path) -> None:
    """A stranger that is called like an album of the catalogue looks alike; a scan of an album is that album."""
    for seed in (1, 3, 200, 201):
        artwork(seed).save(tmp_path / f"{seed}.png")
    bordered(artwork(3)).save(tmp_path / "3.png")
    (tmp_path / "theirs.csv").write_text(
        "file,artist,album\n"
        "1.png,,\n"
        "3.png,Ada Quartet,Glass Rivers\n"
        "200.png,A. Quartett,Paper Lanterns\n"
        "201.png,Nobody,Elsewhere\n"
    )
    found = home.json("match", tmp_path / "theirs.csv")["results"]
    verdicts = [one["verdict"] for one in found]
    assert [one["match"] for one in verdicts] == [
        "same artwork",
        "another pressing or series",
        "looks alike",
        "not here",
    ]
    assert verdicts[0]["words"] == []
    assert verdicts[1]["words"] == ["Quartet", "Rivers", "Glass", "Ada"]
    assert (verdicts[2]["alike"]["title"], verdicts[2]["album"]) == ("Paper Lanterns", None)
    assert verdicts[2]["words"] == ["Quartett", "Lanterns", "Paper"]
    assert verdicts[3]["runner_up"]["artist"] == "Ada Quartet"
    assert all(one["outline"] is None for one in found)
    assert [one["size_px"] for one in found] == [[400, 400], [466, 466], [400, 400], [400, 400]]


@pytest.mark.slow
def test_every_source_that_can_be_added_can_be_matched(home: CommandHome, tmp_path: Path) -> None:
    """An archive, and a table that holds its images, as ``sleeve export`` writes it."""
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        for name, seed in (("x/4.png", 4), ("y/300.png", 300)):
            file = BytesIO()
            artwork(seed).save(file, "PNG")
            archive.writestr(name, file.getvalue())
        archive.writestr("broken.png", b"\x89PNG\r\n\x1a\n")
    home.sleeve("export", tmp_path / "own.parquet", "--images")
    own = CommandHome(tmp_path, home.environment)
    run = own.json("match", "some.zip", "own.parquet", "--scans", code=1)
    of_archive, of_table = run["results"][:2], run["results"][2:]
    assert {one["file"]: one["verdict"]["match"] for one in of_archive} == {
        "some.zip/x/4.png": "same artwork",
        "some.zip/y/300.png": "not here",
    }
    assert [one["file"] for one in run["rejections"]] == ["some.zip/broken.png"]
    assert [one["verdict"]["album"]["title"] for one in of_table] == list(TITLES)
    assert {one["verdict"]["match"] for one in of_table} == {"same artwork"}


def test_what_cannot_be_written_gets_one_line_and_changes_nothing(home: CommandHome, tmp_path: Path) -> None:
    artwork(1).save(tmp_path / "1.png")
    (tmp_path / "there.csv").write_text("mine")
    for arguments, code, said in (
        (("1.png", "-o", "there.csv"), 1, "there already"),
        (("1.png", "-o", "out.xlsx"), 2, ".csv, .jsonl, .parquet"),
        (("gone.png", "-o", "out.csv"), 1, "does not exist"),
        (("1.png", "-o", "no/folder/out.csv"), 1, "cannot be written"),
        (("1.png", "--column", "artist=X", "-o", "out.csv"), 1, "not a table"),
    ):
        done = CommandHome(tmp_path, home.environment).sleeve("match", *arguments, code=code)
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"
    CommandHome(tmp_path, home.environment).sleeve("match", "1.png", "-o", "there.csv", "--force")
    assert len(rows_of(tmp_path / "there.csv")) == 1


def test_without_an_index_it_says_so(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    empty = make_home(tmp_path / "empty", "sqlite")
    artwork(1).save(empty.folder / "1.png")
    done = empty.sleeve("match", "1.png", "-o", "out.csv", code=1)
    assert "no index" in done.stderr
    assert not (empty.folder / "out.csv").exists()


@pytest.mark.slow
def test_people_see_what_was_found(home: CommandHome, tmp_path: Path) -> None:
    artwork(1).save(tmp_path / "1.png")
    photo_of(100).save(tmp_path / "2.jpg")
    lines = home.sleeve("match", tmp_path).stdout.splitlines()
    assert " ".join(lines[0].split()) == (
        "file verdict album id artist title similarity points cells words barcode runner up id"
    )
    assert "same artwork" in lines[1]
    assert "Second Winter" in lines[1]
    assert "not here" in lines[2]
    assert lines[3] == (
        "2 pictures: 1 same artwork, 0 another pressing or series, 0 looks alike, 1 not here, 0 rejected"
    )


@pytest.mark.slow
def test_over_http_the_results_come_in_order_and_one_bad_image_fails_nothing_else(
    home: CommandHome, client: httpx.Client, tmp_path: Path
) -> None:
    put_photos(tmp_path / "photos")
    names = ["a.jpg", "b.png", "d.jpg", "c.jpg"]
    files = [("image", (name, (tmp_path / "photos" / name).read_bytes())) for name in names]
    answer = client.post("/api/v1/match", files=files)
    assert answer.status_code == 200
    found, pressing, failed, stranger = answer.json()["results"]
    assert [one["file"] for one in (found, pressing, failed, stranger)] == names
    assert [one["verdict"]["match"] for one in (found, pressing, stranger)] == [
        "same artwork",
        "another pressing or series",
        "not here",
    ]
    assert (failed["problem"]["status"], failed["problem"]["detail"]) == (422, "not an image: HTML text")
    similar = client.post("/api/v1/similar", files=[files[0]]).json()
    assert (found["verdict"], found["outline"]) == (similar["verdict"], similar["outline"]), "one verdict for both"
    by_command = home.json("match", tmp_path / "photos", code=1)["results"]
    for of_command, of_http in zip(by_command[1:], (found, pressing, stranger), strict=True):
        assert of_command | {"file": None} == of_http | {"file": None}

    scan = {"image": ("1.png", (tmp_path / "photos" / "=1+1.png").read_bytes())}
    [as_scan] = client.post("/api/v1/match", params={"scans": True}, files=scan).json()["results"]
    assert (as_scan["verdict"]["match"], as_scan["verdict"]["album"]["title"]) == ("same artwork", "Second Winter")
    assert "Too many files" in problem(client.post("/api/v1/match", files=files * 9), 400)
    assert "no file" in problem(client.post("/api/v1/match", files={"other": ("a.png", b"x")}), 422)
    assert "multipart/form-data" in problem(client.post("/api/v1/match", json={"album_id": 1}), 415)


def test_absolute_paths_stay_inside(home: CommandHome, client: httpx.Client) -> None:
    """The names of covers in a verdict are public ones."""
    file = BytesIO()
    photo_of(2).save(file, "JPEG", quality=92)
    said = json.dumps(client.post("/api/v1/match", files={"image": ("a.jpg", file.getvalue())}).json())
    assert str(home.folder) not in said


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_only_albums_of_a_list_count_as_here(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str
) -> None:
    home = make_shop(make_home, tmp_path, engine)
    (tmp_path / "wishes.csv").write_text(f"artist,title,year\nAda Quartet,{TITLES[2]},1962\n")
    home.sleeve("add", "wishes.csv", "--list", "wanted")
    (tmp_path / "seen").mkdir()
    photo_of(2).save(tmp_path / "seen/wanted.jpg", quality=92)
    photo_of(4).save(tmp_path / "seen/other.jpg", quality=92)
    found = home.json("match", "seen", "--list", "wanted")
    assert {one["file"]: one["verdict"]["match"] for one in found["results"]} == {
        "seen/other.jpg": "not here",
        "seen/wanted.jpg": "same artwork",
    }
    assert home.json("match", "seen", "--list", "owned")["verdicts"]["not here"] == 2
    assert home.json("match", "seen")["verdicts"]["same artwork"] == 2
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        for name, verdict in (("wanted", "same artwork"), ("owned", "not here")):
            files = {"image": (tmp_path / "seen/wanted.jpg").read_bytes()}
            [answer] = client.post("/api/v1/match", params={"list": name}, files=files).json()["results"]
            assert answer["verdict"]["match"] == verdict


def test_without_a_table_the_first_pictures_are_kept(
    home: CommandHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "SHOWN_PICTURES", 2)
    for seed in range(3):
        artwork(seed).save(tmp_path / f"{seed}.png")
    arguments = ["match", str(tmp_path), "--scans"]
    said = CliRunner().invoke(app, arguments, env=home.environment)
    assert "The first 2 pictures are shown; `-o TABLE` writes all of them." in said.stderr
    assert "3 pictures: 3 same artwork" in said.stdout
    assert "2.png" not in said.stdout
    document = json.loads(CliRunner().invoke(app, [*arguments, "--json"], env=home.environment).stdout)
    assert (document["pictures"], len(document["results"])) == (3, 2)
