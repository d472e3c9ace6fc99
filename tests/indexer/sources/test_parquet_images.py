"""Parquet that holds the images themselves, as ``datasets`` of Hugging Face or anybody writes it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db import albums
from db.database import Database
from db.records import CoverFile
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import DecodingLimits
from indexer.jobs.export import Further, export_catalogue
from indexer.jobs.remove import remove
from indexer.progress import Silent
from indexer.sources import manifest, open_source, parquet_rows
from indexer.sources.add_report import AddReport
from indexer.sources.adding import add_source
from indexer.sources.columns import image_column
from indexer.sources.kept_covers import KeptCovers
from sleeve.errors import SourceError
from sleeve.vocabulary import LabelSource
from tests.factories import home_at, write_covers
from tests.indexer.images.decoding.pictures import png
from tests.indexer.images.zips import cover_bytes
from tests.indexer.jobs.test_export import contents, empty

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def said_by_datasets(**features: object) -> dict[str, str]:
    return {"huggingface": json.dumps({"info": {"features": features}})}


def write(path: Path, columns: dict[str, Any], **features: object) -> Path:
    table = pa.table(columns)
    pq.write_table(table.replace_schema_metadata(said_by_datasets(**features)) if features else table, path)
    return path


def images(*cells: tuple[bytes | None, str | None] | None) -> pa.Array:
    return pa.array([cell and {"bytes": cell[0], "path": cell[1]} for cell in cells], IMAGE)


def add(database: Database, folder: Path, table: Path, columns: dict[str, str] | None = None) -> AddReport:
    store = CoverStore(folder / "home" / "covers")
    source = open_source(table, store=store, columns=columns)
    return add_source(database, source, threads=2, kept=KeptCovers(store, None))


def kept(folder: Path) -> list[bytes]:
    return sorted(file.read_bytes() for file in (folder / "home" / "covers").rglob("picture-*"))


def test_images_labels_and_names_become_albums(database: Database, tmp_path: Path) -> None:
    one, two, three = (cover_bytes(seed, tmp_path) for seed in range(3))
    table = write(
        tmp_path / "train-00000-of-00001.parquet",
        {
            "image": images((one, "one.png"), (two, "two.png"), (three, None)),
            "label": [1, 0, -1],
            "artist": ["A", None, None],
            "album": ["One", None, None],
            "styles": [[0, 1], [], None],
        },
        image={"_type": "Image"},
        label={"names": ["jazz", "black metal"], "_type": "ClassLabel"},
        styles={"feature": {"names": ["fast", "slow"], "_type": "ClassLabel"}, "_type": "Sequence"},
    )
    # With an artist, `label` may be a record company, but a class is a genre.
    report = add(database, tmp_path, table, {"genre": "label"})
    assert dict(report.counts) == {"added": 3}
    assert [(row[0], row[1], row[4]) for row in contents(database)] == [
        ("One", "A", ("black metal",)),
        (None, None, ("jazz",)),
        (None, None, ()),
    ]
    covers: list[Any] = [cover for row in contents(database) for cover in row[5]]  # type: ignore[attr-defined]
    assert [cover[1] for cover in covers] == ["one.png", "two.png", "train-00000-of-00001.parquet:3"]
    assert [Path(cover[2]).read_bytes() for cover in covers] == [one, two, three]
    assert covers[0][4] == {"styles": "fast; slow"}
    assert dict(add(database, tmp_path, table, {"genre": "label"}).counts) == {"unchanged": 3}
    assert kept(tmp_path) == sorted([one, two, three])


def test_a_table_that_moved_or_was_sorted_anew_changes_nothing(database: Database, tmp_path: Path) -> None:
    pictures = [cover_bytes(seed, tmp_path) for seed in range(3)]
    cells = [(data, f"{number}.png") for number, data in enumerate(pictures)]
    add(database, tmp_path, write(tmp_path / "a.parquet", {"image": images(*cells), "album": ["A", "B", "C"]}))
    before = contents(database)
    turned = write(tmp_path / "b.parquet", {"image": images(*cells[::-1]), "album": ["C", "B", "A"]})
    assert dict(add(database, tmp_path, turned).counts) == {"unchanged": 3}
    assert contents(database) == before


def test_plain_bytes_and_files_on_disk(database: Database, tmp_path: Path) -> None:
    data = cover_bytes(1, tmp_path)
    plain = write(tmp_path / "plain.parquet", {"cover": pa.array([data], pa.large_binary()), "genre": ["jazz"]})
    assert dict(add(database, tmp_path, plain).counts) == {"added": 1}
    (tmp_path / "x.png").write_bytes(cover_bytes(2, tmp_path))
    by_path = write(tmp_path / "paths.parquet", {"image": images((None, "x.png")), "genre": ["rock"]})
    assert dict(add(database, tmp_path, by_path).counts) == {"added": 1}
    paths: list[Any] = [row[5] for row in contents(database)]
    assert paths[1][0][2] == str(tmp_path / "x.png")


def test_bad_images_are_named_and_leave_nothing(database: Database, tmp_path: Path) -> None:
    good, bomb = cover_bytes(1, tmp_path), png((65_536, 65_536), 8, 2, [])
    table = write(
        tmp_path / "t.parquet",
        {
            "image": images((bomb, "bomb.png"), (b"words", "../../x"), (good, "ok.png"), (b"", None), None),
            "album": ["A", "B", "C", "D", None],
        },
    )
    report = add(database, tmp_path, table)
    assert dict(report.counts) == {"added": 1, "rejected": 3}
    assert [(item.file, str(item.reason)) for item in report.rejected] == [
        ("bomb.png", "too many pixels"),
        ("../../x", "not an image"),
        (f"{table}:4", "bad manifest row"),
    ]
    assert report.of_kind() == {"blank rows": 1}
    assert kept(tmp_path) == [good]
    assert [path.name for path in tmp_path.parent.iterdir() if path.name == "x"] == []


def test_an_image_that_is_too_large_is_rejected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(manifest, "DEFAULT_LIMITS", DecodingLimits(max_bytes=10))
    table = write(tmp_path / "t.parquet", {"image": images((b"x" * 11, "a.png"))})
    _, offered = open_source(table, store=CoverStore(tmp_path))
    assert (offered.file, str(offered.reason)) == ("a.png", "too many bytes")  # type: ignore[union-attr]


def test_one_image_for_any_number_of_rows_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = write(tmp_path / "t.parquet", {"image": images(*([(bytes(1000), None)] * 2000))})
    size = table.stat().st_size
    assert 200 * size < 2_000_000
    monkeypatch.setattr(parquet_rows, "IMAGES_COUNT_FROM_BYTES", 100_000)
    with pytest.raises(SourceError, match="unpack to over 200 times its size"):
        list(open_source(table, store=CoverStore(tmp_path)))
    monkeypatch.setattr(parquet_rows, "IMAGES_COUNT_FROM_BYTES", 2_000_000)
    assert sum(isinstance(item, CoverFile) for item in open_source(table, store=CoverStore(tmp_path))) == 2000


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_vector_is_no_further_column(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"t{suffix}"
    vector = [0.5, -1e-3] * 8
    if suffix == ".parquet":
        write(table, {"file": ["a.png"], "vector": pa.array([vector]), "price": [9]})
    elif suffix == ".jsonl":
        table.write_text(json.dumps({"file": "a.png", "vector": vector, "price": 9}))
    else:
        table.write_text(f'file,vector,price\na.png,"{json.dumps(vector)}",9\n')
    [item] = open_source(table)
    assert isinstance(item, CoverFile)
    assert item.extra == {"price": "9"}


def test_a_column_of_another_type_is_no_image(database: Database, tmp_path: Path) -> None:
    table = write(tmp_path / "t.parquet", {"image": pa.array([[1.5, 2.5]]), "genre": ["jazz"]})
    report = add(database, tmp_path, table)
    assert [(str(item.reason), item.detail) for item in report.rejected] == [("bad manifest row", "no file")]


@pytest.mark.parametrize(
    ("holding", "asked", "found"),
    [
        (["hash", "thumb", "image"], {}, "image"),
        (["thumb"], {}, None),
        (["thumb"], {"file": "Thumb"}, "thumb"),
        (["jacket"], {}, None),
        (["image", "jacket"], {"file": "jacket"}, "jacket"),
        (["photo", "Cover_Image"], {}, "photo"),
    ],
)
def test_which_column_has_the_images(holding: list[str], asked: dict[str, str], found: str | None) -> None:
    assert image_column(holding, asked) == found


@pytest.mark.parametrize("files_are_there", [True, False])
def test_a_catalogue_with_its_images_goes_round(database: Database, tmp_path: Path, files_are_there: bool) -> None:
    files = write_covers(tmp_path / "covers", {"jazz": 3, "rock": 2})
    (tmp_path / "m.csv").write_text("file,back,artist,album\ncovers/jazz/000.png,covers/rock/001.png,A,One\n")
    add_source(database, open_source(tmp_path / "covers"), threads=2)
    add_source(database, open_source(tmp_path / "m.csv"), threads=2)
    before = contents(database)
    export_catalogue(home_at(tmp_path, database), Silent(), tmp_path / "out.parquet", Further(images=True))
    empty(database)
    if not files_are_there:
        for file in files:
            # A file of the same name that shows something else is not what was exported.
            file.write_bytes(b"other") if file is files[0] else file.unlink()
    assert not add(database, tmp_path, tmp_path / "out.parquet").rejected
    after = contents(database)
    if files_are_there:
        assert after == before
        assert kept(tmp_path) == []
        return

    def without_paths(rows: list[Any]) -> list[Any]:
        return [(*row[:5], [(cover[0], cover[1], cover[3], cover[4]) for cover in row[5]]) for row in rows]

    assert without_paths(after) == without_paths(before)
    home = home_at(tmp_path / "home", database)
    with database.reading() as session:
        every = sorted(albums.with_cover(session))
    remove(home, Silent(), every)
    assert kept(tmp_path) == []
    assert files[0].read_bytes() == b"other"


def test_images_are_handed_over_in_batches_of_bounded_size(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.sources import adding

    pictures = [cover_bytes(seed, tmp_path) for seed in range(6)]
    monkeypatch.setattr(adding, "BATCH_BYTES", 150)
    offered = [CoverFile(f"{n}", Path(f"/{n}"), LabelSource.MANIFEST, data=b"x" * 100) for n in range(5)]
    assert [len(batch) for batch in adding._batches(offered)] == [2, 2, 1]
    table = write(tmp_path / "t.parquet", {"image": images(*((data, None) for data in pictures))})
    assert dict(add(database, tmp_path, table).counts) == {"added": 6}
