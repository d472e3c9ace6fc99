"""Vectors, images, places on the map and words in each kind of file are those of the catalogue, to the bit."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.command_home import CommandHome, execute, vectors_of
from tests.factories import write_cover, write_covers

FILES = [f"covers/{genre}/{number:03d}.png" for genre in ("jazz", "rock") for number in range(3)]


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """Two genres of three indexed covers on a map, one of them read, and a seventh that waits to be indexed."""
    home = make_home(tmp_path_factory.mktemp("exporting"), "sqlite")
    write_covers(home.folder / "covers", {"jazz": 3, "rock": 3})
    home.sleeve("add", "covers")
    home.sleeve("index")
    home.sleeve("map")
    write_cover(home.folder / "late/x/7.png", 7)
    (home.folder / "late/m.csv").write_text("file,artist,album,year,genre\nx/7.png,Néu,Sieben,1977,rock;jazz\n")
    home.sleeve("add", "late/m.csv")
    line = json.dumps([{"text": "BLUE", "box": [[0, 0], [1, 0], [1, 1], [0, 1]], "confidence": 0.9}])
    execute(home, f"INSERT INTO texts (cover_id, reader, lines, read_at) VALUES (1, 'x', '{line}', '2026-01-01')")
    return home


def places(home: CommandHome) -> dict[int, tuple[float, float]]:
    [file] = (home.folder / "home" / "map").glob("*.json")
    drawn = json.loads(file.read_text())
    return dict(zip(drawn["albums"], zip(drawn["x"], drawn["y"], strict=True), strict=True))


def test_parquet_has_vectors_images_places_and_words(home: CommandHome) -> None:
    said = home.sleeve("export", "all.parquet", "--vectors", "--images", "--map", "--text")
    assert "all.parquet has 7 covers of 7 albums" in said.stdout
    assert "1 cover without a vector" in said.stderr
    table = pq.read_table(home.folder / "all.parquet")
    assert table.schema.field("vector").type == pa.list_(pa.float16(), 48)
    assert table.schema.field("image").type == pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows: list[dict[str, Any]] = table.to_pylist()
    stored, drawn = vectors_of(home), places(home)
    for number, file in enumerate(FILES):
        row = rows[number]
        assert row["file"] == file
        assert np.array_equal(np.array(row["vector"], np.float32), stored[file])
        assert row["image"] == {"bytes": (home.folder / file).read_bytes(), "path": Path(file).name}
        assert (row["sleeve_map_x"], row["sleeve_map_y"]) == pytest.approx(drawn[number + 1], abs=1e-6)
        assert row["genre"] == [file.split("/")[1]]
        assert row["sleeve_label"] == ["jazz", "rock"].index(file.split("/")[1])
    assert [row["sleeve_text"] for row in rows] == ["BLUE", *[None] * 6]
    assert (rows[6]["vector"], rows[6]["sleeve_map_x"], rows[6]["sleeve_label"]) == (None, None, None)
    assert (rows[6]["artist"], rows[6]["genre"], rows[6]["year"]) == ("Néu", ["rock", "jazz"], 1977)
    assert Image.open(io.BytesIO(rows[6]["image"]["bytes"])).size == (64, 64)


def test_parquet_says_what_its_columns_are(home: CommandHome) -> None:
    home.sleeve("export", "said.parquet", "--vectors", "--images", "--force")
    metadata = pq.read_schema(home.folder / "said.parquet").metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["sleeve_label"] == {"names": ["jazz", "rock"], "_type": "ClassLabel"}
    assert features["vector"]["length"] == 48
    assert list(features) == pq.read_schema(home.folder / "said.parquet").names
    with closing(sqlite3.connect(home.folder / "home/sleeve.sqlite3")) as catalogue:
        [(fingerprint,)] = catalogue.execute("SELECT fingerprint FROM bundles")
    assert json.loads(metadata[b"sleeve"]) == {"bundle": "tiny", "fingerprint": fingerprint}


def test_lines_and_csv_have_exact_vectors(home: CommandHome) -> None:
    stored = vectors_of(home)
    home.sleeve("export", "v.jsonl", "--vectors", "--map")
    lines = [json.loads(line) for line in (home.folder / "v.jsonl").read_text().splitlines()]
    home.sleeve("export", "v.csv", "--vectors")
    with (home.folder / "v.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))
    for line, cell in zip(lines[:6], cells[:6], strict=True):
        assert line["file"] == cell["file"]
        assert np.array_equal(np.array(line["vector"], np.float32), stored[line["file"]])
        assert json.loads(cell["vector"]) == line["vector"]
    assert "vector" not in lines[6]
    assert cells[6]["vector"] == ""
    assert [(line["sleeve_map_x"], line["sleeve_map_y"]) for line in lines[:6]] == list(places(home).values())


def test_arrays_load_without_pickle(home: CommandHome) -> None:
    home.sleeve("export", "arrays.npz", "--map")
    with np.load(home.folder / "arrays.npz", allow_pickle=False) as found:
        arrays = dict(found)
    stored = vectors_of(home)
    assert arrays["files"].tolist() == FILES
    assert np.array_equal(arrays["vectors"].astype(np.float32), np.stack([stored[file] for file in FILES]))
    assert arrays["vectors"].dtype == np.float16
    assert arrays["cover_ids"].tolist() == arrays["album_ids"].tolist() == [1, 2, 3, 4, 5, 6]
    assert arrays["genre_names"].tolist() == ["jazz", "rock"]
    assert arrays["genres"].tolist() == [[True, False]] * 3 + [[False, True]] * 3
    assert arrays["map"] == pytest.approx(np.array(list(places(home).values())), abs=1e-6)


def test_only_what_is_asked_for_is_written(home: CommandHome) -> None:
    home.sleeve("export", "plain.jsonl")
    rows = [json.loads(line) for line in (home.folder / "plain.jsonl").read_text().splitlines()]
    assert set(rows[0]) == {"file", "genre", "side", "sleeve_path"}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("x.csv", "--images"), "a .csv file cannot hold images; export them as .parquet"),
        (("x.npz", "--text"), "a .npz file holds vectors, genres and the map only; export the rest as a table"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(home: CommandHome, arguments: tuple[str, ...], line: str) -> None:
    assert line in home.sleeve("export", *arguments, code=1).stderr
    assert not (home.folder / arguments[0]).exists()


def test_an_image_that_is_gone_is_named(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 2})
    home.sleeve("add", "covers")
    assert "there is no index yet" in home.sleeve("export", "x.npz", code=1).stderr
    (tmp_path / "covers/jazz/001.png").unlink()
    said = home.sleeve("export", "x.parquet", "--images", code=1)
    assert "rejected covers/jazz/001.png: missing file" in said.stderr
    rows = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert [row["image"] is None for row in rows] == [False, True]


def test_a_card_is_replaced_only_if_it_is_sleeves(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 2})
    home.sleeve("add", "covers")
    card = tmp_path / "README.md"
    home.sleeve("export", 'two "train" covers.parquet')
    assert "2 covers of 2 albums" in card.read_text()
    write_cover(tmp_path / "covers/jazz/9.png", 9)
    home.sleeve("add", "covers")
    home.sleeve("export", "x.parquet")
    assert "3 covers of 3 albums" in card.read_text()
    theirs = card.read_text().replace("3 covers", "Three covers")
    card.write_text(theirs)
    said = home.sleeve("export", "x.parquet", "--force")
    assert "no dataset card was written: README.md is not Sleeve's" in said.stderr
    assert card.read_text() == theirs


def test_a_column_of_their_own_is_not_lost(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 1})
    (tmp_path / "m.csv").write_text("file,image\ncovers/jazz/000.png,scan 7\n")
    home.sleeve("add", "m.csv")
    said = home.sleeve("export", "x.parquet", "--images", code=1)
    assert "the covers have a column `image` of their own" in said.stderr
    home.sleeve("export", "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").column("image").to_pylist() == ["scan 7"]
