"""Tables of albums without pictures: exports of Discogs, and any table with artists and titles."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import albums, entries, labels
from db.database import Database
from db.identity import NAMESAKE
from db.records import ListRow, OtherFiles, RejectedFile
from db.tables import Album
from indexer.jobs.export_list import export_list
from indexer.progress import Silent
from indexer.sources import ListSource, open_source
from indexer.sources.adding import add_source
from indexer.sources.list_columns import COLLECTION, HEADERS, INVENTORY, WANTLIST, without_marks
from indexer.sources.manifest import ManifestSource
from sleeve.errors import SourceError
from sleeve.vocabulary import AlbumId, ListName, Outcome
from tests.conftest import sqlite_url
from tests.factories import home_at

ROWS = """\
OTO 2,Au Pairs,You,021 Records,"7"", EP",,1979,7530535,Uncategorized,2020-11-12 12:24:52,,
"- oto - 4, oto4",Nirvana (2),Diet,"021 Records, Human Records (2)","7"", Single",,0,434828,All,2020-11-12,,,"two
lines"
"""
"""The first row lacks its last cell, as rows of real exports do."""


def table(folder: Path, header: Sequence[str], text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(",".join(header) + "\n" + text, encoding="utf-8", newline="")
    return path


def rows_of(path: Path, **more: object) -> list[ListRow]:
    source = open_source(path, **more)  # type: ignore[arg-type]
    assert isinstance(source, ListSource)
    return [item for item in source if isinstance(item, ListRow)]


def test_a_collection_says_what_is_owned(tmp_path: Path) -> None:
    one, two = rows_of(table(tmp_path, COLLECTION, ROWS))
    assert (one.artist, one.title, one.year, one.lists) == ("Au Pairs", "You", None, (ListName.OWNED,))
    pressing = one.pressing
    assert (pressing.label, pressing.catalogue_number, pressing.format) == ("021 Records", "OTO 2", '7", EP')
    assert (pressing.year, pressing.release_id) == (1979, "7530535")
    assert (two.artist, two.pressing.label, two.pressing.year) == ("Nirvana", "021 Records, Human Records", None)
    assert two.extra == {"discogs_artist": "Nirvana (2)", "discogs_release_id": "434828"}
    assert two.cells["Collection Notes"] == "two\nlines"
    assert two.file == f"{tmp_path / 'list.csv'}:3"


@pytest.mark.parametrize(
    ("written", "year"), [("0", None), ("", None), ("1986", 1986), ("1986-05-00", 1986), ("x", None)]
)
def test_released_is_a_year_a_date_or_nothing(tmp_path: Path, written: str, year: int | None) -> None:
    [row] = rows_of(table(tmp_path, WANTLIST, f"N,A,T,L,LP,,{written},12,\n"))
    assert (row.pressing.year, row.lists) == (year, (ListName.WANTED,))


def test_an_inventory_lists_what_is_for_sale(tmp_path: Path) -> None:
    rest = ",10.0,2020-01-01,,VG+,VG+,Y,,230,1,A1,1"
    text = "".join(f"{n},A,T{n},L,C,LP,{n + 5},{status}{rest}\n" for n, status in enumerate(("For Sale", "Sold"), 1))
    assert [row.lists for row in rows_of(table(tmp_path, INVENTORY, text))] == [(ListName.FOR_SALE,), ()]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Nirvana (2)", "Nirvana"),
        ("Nirvana (2), Foo (13) & Bar (4)", "Nirvana, Foo & Bar"),
        ("Sunn O)))", "Sunn O)))"),
        ("Album (1)", "Album (1)"),
        ("Live (1972)", "Live (1972)"),
        ("(2)", "(2)"),
        ("Prince*", "Prince"),
        ("Prince* & The Revolution, A*/B*", "Prince & The Revolution, A/B"),
        ("M*A*S*H", "M*A*S*H"),
        ("*NSYNC", "*NSYNC"),
        ("F**", "F**"),
        ("*", "*"),
    ],
)
def test_marks_of_discogs_are_not_shown(written: str, shown: str) -> None:
    assert without_marks(written) == shown


def test_marks_of_discogs_tell_artists_apart(tmp_path: Path) -> None:
    text = "".join(f",{artist},Live,L,LP,,0,{n},\n" for n, artist in enumerate(("Prince*", "Prince"), 1))
    rows = rows_of(table(tmp_path, WANTLIST, text))
    assert [(row.artist, row.extra[NAMESAKE]) for row in rows] == [("Prince", "Prince*"), ("Prince", "Prince")]


def test_a_newer_export_of_discogs_is_the_same_list(tmp_path: Path) -> None:
    names = ("me-collection-20260101-1200.csv", "Me-collection-20260301-0900 (1).csv", "mine.csv")
    places = [rows_of(table(tmp_path, WANTLIST, "N,A,T,L,LP,,0,12,\n", name))[0].place for name in names]
    assert places == ["discogs:me-collection", "discogs:me-collection", str(tmp_path / "mine.csv")]


def test_any_table_with_artists_and_titles_is_a_list(tmp_path: Path) -> None:
    text = "Can,Ege Bamyasi,1972,krautrock;rock,UAS 29414\n,No Artist,,,\n,,,,\nTotal,,,,\n"
    source = open_source(
        table(tmp_path, ("Künstler", "Titel", "Jahr", "Genre", "Cat#"), text), list_name=ListName.WANTED
    )
    row, *others = [item for item in source if not isinstance(item, str)][1:]
    assert isinstance(row, ListRow)
    assert (row.artist, row.title, row.year, row.genres) == ("Can", "Ege Bamyasi", 1972, ("krautrock", "rock"))
    assert (row.lists, row.pressing.catalogue_number) == ((ListName.WANTED,), "UAS 29414")
    bad, blank, total = others
    assert isinstance(bad, RejectedFile)
    assert (bad.file, bad.detail) == (f"{tmp_path / 'list.csv'}:3", "no artist")
    assert [item.kind for item in (blank, total) if isinstance(item, OtherFiles)] == ["blank rows", "rows of totals"]


def test_tables_with_files_stay_tables_of_covers(tmp_path: Path) -> None:
    path = table(tmp_path, ("file", "artist", "album"), "a.png,A,T\n")
    assert isinstance(open_source(path), ManifestSource)
    with pytest.raises(SourceError, match="not a table with artists and titles but no files"):
        open_source(path, list_name=ListName.OWNED)
    with pytest.raises(SourceError, match="is not a table"):
        open_source(tmp_path, list_name=ListName.OWNED)


def test_a_list_that_cannot_be_read_whole_takes_nothing_away(database: Database, tmp_path: Path) -> None:
    lines = [f"N,A,T{n},L,LP,,0,{n + 10},\n" for n in range(3)]
    path = table(tmp_path, WANTLIST, "".join(lines))
    assert add_source(database, ListSource(path), threads=1).counts == {Outcome.ADDED: 3}
    table(tmp_path, WANTLIST, lines[0] + 'N,"A,T\n')
    report = add_source(database, ListSource(path), threads=1)
    assert (report.unlisted, len(report.rejected)) == (0, 1)
    table(tmp_path, WANTLIST, "")
    assert add_source(database, ListSource(path), threads=1).unlisted == 0
    table(tmp_path, WANTLIST, lines[0])
    report = add_source(database, ListSource(path), threads=1)
    assert (report.unlisted, report.counts) == (2, {Outcome.UNCHANGED: 1})


def test_a_list_that_was_renamed_is_the_same_list(database: Database, tmp_path: Path) -> None:
    lines = [f"A,T{n},{n + 1990}\n" for n in range(6)]
    old = table(tmp_path, ("artist", "title", "year"), "".join(lines), "old.csv")
    other = table(tmp_path, ("artist", "title", "year"), "C,C,1990\n", "other.csv")
    for path in (old, other):
        add_source(database, ListSource(path, ListName.WANTED), threads=1)
    with database.writing() as session:
        found = {album.title: AlbumId(album.id) for album in session.scalars(select(Album))}
        labels.put_on_lists(session, found["T1"], {ListName.OWNED: True})
        albums.remove(session, [found["T2"]])
    old.unlink()
    new = table(tmp_path, ("artist", "title", "year"), "".join(lines[:-1]) + "A,T9,1999\n", "new.csv")
    report = add_source(database, ListSource(new, ListName.WANTED), threads=1)
    assert (report.counts, report.unlisted) == ({Outcome.UNCHANGED: 4, Outcome.ADDED: 1, Outcome.REMOVED: 1}, 1)
    with database.reading() as session:
        after = {album.title: AlbumId(album.id) for album in session.scalars(select(Album))}
        assert entries.places(session) == sorted([str(other), str(new)])
        assert entries.marked_by_hand(session, after["T1"]) == {ListName.OWNED: True}
    assert after.keys() == {"C", "T0", "T1", "T3", "T4", "T9"}
    assert {title: found[title] for title in ("T0", "T1", "T3", "T4")} == {
        title: after[title] for title in ("T0", "T1", "T3", "T4")
    }
    # A copy is no move while the first one is there, and another list is another list.
    copy = table(tmp_path, ("artist", "title", "year"), "".join(lines[:-1]), "copy.csv")
    strange = table(tmp_path, ("artist", "title", "year"), "B,B,1990\n", "strange.csv")
    for path in (copy, strange):
        add_source(database, ListSource(path, ListName.WANTED), threads=1)
    new.unlink()
    add_source(database, ListSource(strange, ListName.WANTED), threads=1)
    with database.reading() as session:
        assert str(new) in entries.places(session)


ODD = (
    "",
    "None",
    "NaN",
    "=1+1",
    '"quoted"',
    "a, b",
    "two\nlines",
    "tab\there",
    " spaces ",
    "Ω 愛",
    "🎷",
    "Foo (2)",
    "0",
    "'",
    ";",
)
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
NAMES = TEXTS.filter(lambda text: any(character.isprintable() and not character.isspace() for character in text))


@st.composite
def lists(draw: st.DrawFn) -> tuple[ListName, list[dict[str, str]]]:
    name = draw(st.sampled_from(list(ListName)))
    header = HEADERS[name]
    special = {"artist": NAMES, "title": NAMES, "release_id": st.integers(1, 40).map(str), "released": TEXTS}
    row = st.fixed_dictionaries({column: special.get(column.lower(), TEXTS) for column in header})
    rows = draw(st.lists(row, min_size=1, max_size=12))
    if name is ListName.FOR_SALE:
        rows = [{**each, "listing_id": str(number)} for number, each in enumerate(rows, 1)]
    return name, rows


def written(name: ListName, rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADERS[name])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def goes_round(folder: Path, database: Database, name: ListName, rows: list[dict[str, str]]) -> None:
    home = home_at(folder, database)
    path = folder / "list.csv"
    path.write_text(written(name, rows), encoding="utf-8", newline="")
    report = add_source(database, ListSource(path), threads=1)
    assert (report.counts.total(), report.rejected) == (len(rows), [])
    assert export_list(home, Silent(), folder / "out.csv", name) == len(rows)
    assert (folder / "out.csv").read_bytes() == path.read_bytes()


@pytest.mark.slow  # a catalogue for each
@settings(max_examples=25)
@given(lists())
def test_what_discogs_exports_is_written_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, listed: tuple[ListName, list[dict[str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("list")
    (folder / "catalogue.sqlite3").write_bytes(empty_sqlite.read_bytes())
    with Database(sqlite_url(folder)) as database:
        goes_round(folder, database, *listed)


def odd_rows(count: int) -> list[dict[str, str]]:
    """Rows of a collection with odd values, two for each release."""
    return [
        {
            column: {"Artist": f"Artist {n % 300} (2)", "Title": f"Title {n}", "release_id": str(n // 2 + 1)}.get(
                column, ODD[(n * 7 + at * 3) % len(ODD)]
            )
            for at, column in enumerate(COLLECTION)
        }
        for n in range(count)
    ]


@pytest.mark.slow
def test_two_thousand_odd_rows_are_written_as_they_were(database: Database, tmp_path: Path) -> None:
    goes_round(tmp_path, database, ListName.OWNED, odd_rows(2000))
