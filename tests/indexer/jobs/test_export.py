"""Export → add on an empty catalogue is the same catalogue."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from db import albums
from db.database import Database
from db.records import CoverFile, InspectedFile
from db.registration import register
from db.tables import Album, Cover, RemovedFile
from indexer.jobs.export import export_catalogue
from indexer.progress import Silent
from indexer.sources import GenreFrom, open_source
from indexer.sources.adding import add_source
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource, Side
from tests.command_home import CommandHome
from tests.conftest import sqlite_url
from tests.factories import home_at, write_cover, write_covers
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.images.zips import cover_bytes, write_zip

SUFFIXES = [".csv", ".jsonl", ".parquet"]


def contents(database: Database) -> list[tuple[object, ...]]:
    """Every album in order with all that is known of it and its covers, but for ids and who said the genre."""
    with database.reading() as session:
        return [
            (
                album.title,
                album.artist,
                album.artist_folded,
                album.year,
                tuple(sorted({label.genre.name for label in album.labels})),
                [(cover.side, cover.file, cover.path, cover.content_hash, cover.extra) for cover in album.covers],
            )
            for album in session.scalars(select(Album).join(Cover).group_by(Album.id).order_by(Album.id))
        ]


def empty(database: Database) -> None:
    """Remove everything, and that it was removed."""
    with database.writing() as session:
        albums.remove(session, [AlbumId(album_id) for album_id in session.scalars(select(Album.id))])
        session.execute(delete(RemovedFile))


def fill(database: Database, folder: Path) -> None:
    """Folders, an archive, a library and a manifest, with all that is awkward."""
    write_covers(folder / "covers", {"jazz": 3, "black metal": 2, "a;b": 1, "[odd]": 1})
    write_cover(folder / "covers/jazz/x.png", 50)
    write_cover(folder / "covers/jazz/x back.png", 51)
    write_cover(folder / "covers/rock/ spaced .png", 52)
    write_cover(folder / "covers/rock/000.png", 0)
    write_zip(folder / "zips/soul.zip", {f"{n}.png": cover_bytes(60 + n, folder) for n in range(2)})
    music = folder / "music"
    for number, disc in enumerate(("CD1", "CD2")):
        write_track(
            music / f"夜/{disc}/1.flac",
            album="Ночь, \"夜\"; 'x'",
            artist="Кино",
            date="1986",
            genres=["Рок; Поп"],
            ids={"musicbrainz_albumid": "b1392450-e666-3926-a536-22c65f834433"},
            pictures=[(3, cover_bytes(70 + number, folder)), (4, cover_bytes(72, folder))],
        )
    for n in range(3):
        write_cover(folder / f"own/{n}.png", 80 + n)
    (folder / "own/m.csv").write_text(
        'file,back,artist,album,year,genre,price,note\n0.png,1.png,A,"=1+1",1999,x|y,9.99,"two ""quoted"", words"\n'
        "2.png,,,,,,,\n"
    )
    sources = (
        open_source(folder / "covers"),
        open_source(folder / "zips"),
        open_source(music, GenreFrom.TAGS),
        open_source(folder / "own/m.csv"),
    )
    for source in sources:
        assert not add_source(database, source, threads=2).rejected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_export_and_add_give_the_same_catalogue(database: Database, tmp_path: Path, suffix: str) -> None:
    fill(database, tmp_path)
    before = contents(database)
    assert len(before) == 14
    path = tmp_path / "elsewhere" / f"out{suffix}"
    path.parent.mkdir()
    exported = export_catalogue(home_at(tmp_path, database), Silent(), path)
    assert (exported.albums, exported.covers) == (14, 17)
    card = ["README.md"] if suffix == ".parquet" else []
    assert sorted(item.name for item in path.parent.iterdir()) == [*card, path.name]
    empty(database)
    assert contents(database) == []
    report = add_source(database, open_source(path), threads=2)
    assert not report.rejected
    assert contents(database) == before


def test_the_order_of_genres_can_be_corrected_in_an_export(database: Database, tmp_path: Path) -> None:
    """The first genre is the main one, so another order says something else; the same order says nothing new."""
    write_cover(tmp_path / "0.png", 0)
    (tmp_path / "m.csv").write_text("file,genre\n0.png,soul; funk\n")
    add_source(database, open_source(tmp_path / "m.csv"), threads=1)
    export_catalogue(home_at(tmp_path, database), Silent(), tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")

    def order_after(table: str) -> tuple[str, ...]:
        (tmp_path / "out.csv").write_text(table, encoding="utf-8")
        add_source(database, open_source(tmp_path / "out.csv"), threads=1)
        with database.reading() as session:
            [album_id] = session.scalars(select(Album.id))
            return albums.album(session, AlbumId(album_id)).genres

    assert order_after(text) == ("soul", "funk")
    assert order_after(text.replace("soul; funk", "funk; soul")) == ("funk", "soul")


def test_what_is_written_is_plain(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path)
    for suffix in SUFFIXES:
        export_catalogue(home_at(tmp_path, database), Silent(), tmp_path / f"out{suffix}")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as lines:
        from_csv = {row["sleeve_path"]: row for row in csv.DictReader(lines)}
    from_json = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    from_parquet: list[dict[str, Any]] = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["sleeve_path"] for row in from_json] == list(from_csv) == [row["sleeve_path"] for row in from_parquet]
    front = from_csv[str(tmp_path / "own/0.png")]
    assert (front["genre"], front["year"], front["price"], front["side"]) == ("x; y", "1999", "9.99", "front")
    [front] = [row for row in from_json if row["file"] == "0.png"]
    assert (front["genre"], front["year"], front["album"], front["note"]) == (
        ["x", "y"],
        1999,
        "=1+1",
        'two "quoted", words',
    )
    [bare] = [row for row in from_json if row["file"] == "2.png"]
    assert set(bare) == {"file", "side", "sleeve_path"}
    assert from_csv[str(tmp_path / "covers/a;b/000.png")]["genre"] == '["a;b"]'


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
NAMES = st.one_of(st.none(), st.text(PRINTABLE, min_size=1, max_size=12).filter(str.strip))


@contextmanager
def catalogue(folder: Path, empty_sqlite: Path) -> Iterator[Database]:
    folder.mkdir()
    copyfile(empty_sqlite, str(sqlite_url(folder).database))
    with Database(sqlite_url(folder)) as database:
        yield database


@pytest.mark.slow
@given(
    said=st.lists(
        st.tuples(NAMES, NAMES, st.one_of(st.none(), st.integers(1000, 9999)), st.lists(NAMES, max_size=3)),
        min_size=1,
        max_size=6,
    ),
    suffix=st.sampled_from(SUFFIXES),
)
@example([(None, "None", None, ["N/A"]), ("NaN", "-", 1999, [])], ".csv")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_survive(
    tmp_path_factory: pytest.TempPathFactory,
    empty_sqlite: Path,
    said: list[tuple[str | None, str | None, int | None, list[str | None]]],
    suffix: str,
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    offered = []
    for number, (artist, title, year, genres) in enumerate(said):
        by, called = (name.strip() if name else None for name in (artist, title))
        kept = tuple(genre for genre in genres if genre)
        path = folder / f"{number}.png"
        cover = CoverFile(path.name, path, LabelSource.FOLDER, kept, by, called, year, Side.FRONT)
        offered.append(InspectedFile(cover, ContentHash(f"{number:064d}")))
    path = folder / f"out{suffix}"
    with catalogue(folder / "one", empty_sqlite) as first, catalogue(folder / "two", empty_sqlite) as second:
        with first.writing() as session:
            register(session, offered, lambda _, _hash: True)
        export_catalogue(home_at(path.parent, first), Silent(), path)
        again = [
            InspectedFile(item, ContentHash(f"{int(item.path.stem):064d}"))
            for item in open_source(path)
            if isinstance(item, CoverFile)
        ]
        with second.writing() as session:
            register(session, again, lambda _, _hash: True)
        assert contents(second) == contents(first)


def test_the_command_writes_predictions_and_asks_before_it_replaces(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 6, "rock": 6})
    home.sleeve("add", "covers")
    assert "there is no index yet" in home.sleeve("export", "out.csv", "--predictions", code=1).stderr
    assert not (tmp_path / "out.csv").exists()
    home.sleeve("index")
    assert home.json("export", "out.jsonl", "--predictions") == {
        "file": "out.jsonl",
        "albums": 12,
        "covers": 12,
        "pending": 0,
        "unreadable": [],
    }
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    for number in (0, 7):
        found = home.json("classify", rows[number]["file"])[0]
        assert set(rows[number]) >= {"sleeve_genre", "sleeve_probability", "sleeve_unsure"}
        assert rows[number]["sleeve_genre"] in {genre["genre"] for genre in found["genres"]}
    before = (tmp_path / "out.jsonl").read_bytes()
    result = home.sleeve("export", "out.jsonl", code=1)
    assert "--force" in result.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert "out.jsonl has 12 covers of 12 albums" in home.sleeve("export", "out.jsonl", "--force").stdout
    assert "ends in none of .csv, .jsonl, .parquet" in home.sleeve("export", "out.xlsx", code=2).stderr
    assert "cannot be written" in home.sleeve("export", "nowhere/out.csv", code=1).stderr
    added = home.json("add", "out.jsonl")
    assert (added["added"], added["unchanged"]) == (0, 12)
