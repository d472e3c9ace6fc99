"""Rows of lists as statements about albums, on both databases: joined by ids and names, and taken away again."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import albums, entries, labels, overruling, regrouping
from db.database import Database
from db.identity import NAMESAKE
from db.records import AlbumRecord, CoverFile, InspectedFile, ListRow, Pressing
from db.registration import register
from db.settling import settle
from db.tables import Album
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource, ListName, Outcome
from tests.factories import cover_file

OWNED, WANTED = ListName.OWNED, ListName.WANTED


def row(artist: str, title: str, release: int | None = None, name: ListName = OWNED, **more: object) -> ListRow:
    place = f"/lists/{name}.csv"
    extra = {"discogs_release_id": str(release), NAMESAKE: artist} if release else {}
    fields = {
        "file": f"{name}.csv:2",
        "place": place,
        "path": f"{place}:{release or (artist, title)}",
        "position": 2,
        "name": name,
        "lists": (name,),
        "artist": artist.removesuffix(" (2)"),
        "title": title,
        "extra": extra,
        "pressing": Pressing(release_id=str(release) if release else None, year=1999),
        "cells": {"Artist": artist, "Title": title, "release_id": str(release or "")},
        **more,
    }
    return ListRow(**fields)  # type: ignore[arg-type]


def listed(database: Database, *rows: ListRow, again: bool = False) -> list[Outcome]:
    with database.writing() as session:
        outcomes = entries.register(session, rows, again=again)
        settle_all(session)
    return [outcome.outcome for outcome in outcomes]


def settle_all(session: Session) -> None:
    while settle(session):
        pass


def left(database: Database, name: ListName, *rows: ListRow) -> int:
    """The list has these rows from now on; how many went."""
    with database.writing() as session:
        gone, _ = entries.forget_others(session, f"/lists/{name}.csv", {one.path for one in rows})
        settle_all(session)
    return gone


def covered(database: Database, *files: CoverFile) -> None:
    items = [InspectedFile(file, ContentHash(f"{hash(file.file) % 10**12:064d}")) for file in files]
    with database.writing() as session:
        register(session, items, lambda path, known: True)


def tagged(name: str, artist: str, title: str, **more: object) -> CoverFile:
    said = {"label_source": LabelSource.TAGS, "artist": artist, "title": title, **more}
    return cover_file(Path(f"/music/{name}/cover.jpg"), file=f"{name}.jpg", **said)


def catalogue(database: Database) -> list[AlbumRecord]:
    with database.reading() as session:
        ids = [AlbumId(album_id) for album_id in session.scalars(select(Album.id).order_by(Album.id))]
        found = albums.of_ids(session, ids)
    return [found[album_id] for album_id in ids]


def shape(database: Database) -> list[tuple[str | None, str | None, int, Sequence[str]]]:
    return [(one.artist, one.title, len(one.covers), one.lists) for one in catalogue(database)]


def test_a_row_is_an_album_without_a_cover_and_adding_it_again_changes_nothing(database: Database) -> None:
    rows = [row("Nirvana (2)", "Chemistry", 1), row("Nirvana", "Bleach", 2), row("Can", "Ege", None)]
    assert listed(database, *rows) == [Outcome.ADDED] * 3
    before = catalogue(database)
    assert shape(database) == [
        ("Nirvana", "Chemistry", 0, (OWNED,)),
        ("Nirvana", "Bleach", 0, (OWNED,)),
        ("Can", "Ege", 0, (OWNED,)),
    ]
    assert listed(database, *rows) == [Outcome.UNCHANGED] * 3
    assert catalogue(database) == before
    assert left(database, OWNED, *rows) == 0


def test_an_album_known_by_its_cover_becomes_owned(database: Database) -> None:
    covered(database, tagged("one", "Can", "Ege Bamyasi", year=1972), tagged("two", "Can", "Tago Mago", year=1971))
    listed(database, row("CAN", "Ege Bamyasi", 7))
    assert shape(database) == [("Can", "Ege Bamyasi", 1, (OWNED,)), ("Can", "Tago Mago", 1, ())]
    assert catalogue(database)[0].year == 1972, "the pressing's year is not the album's"


def test_a_cover_that_comes_later_joins_the_album(database: Database) -> None:
    listed(database, row("Can", "Ege Bamyasi", 7), row("Can", "Monster Movie", 8))
    assert [one.year for one in catalogue(database)] == [1999, 1999]
    covered(database, tagged("one", "Can", "Ege Bamyasi", year=1972))
    assert shape(database) == [("Can", "Ege Bamyasi", 1, (OWNED,)), ("Can", "Monster Movie", 0, (OWNED,))]
    assert catalogue(database)[0].year == 1972


def test_a_release_is_one_album_in_all_lists_and_two_releases_are_two(database: Database) -> None:
    listed(database, row("Can", "Ege Bamyasi", 7), row("Can", "Ege Bamyasi", 9))
    listed(database, row("Can", "Ege Bamyasi (Remaster)", 7, WANTED))
    assert shape(database) == [("Can", "Ege Bamyasi", 0, (OWNED, WANTED)), ("Can", "Ege Bamyasi", 0, (OWNED,))]


def test_artists_of_one_name_are_two_if_discogs_numbers_them(database: Database) -> None:
    listed(database, row("Nirvana", "Demo", extra={NAMESAKE: "Nirvana (2)"}))
    listed(database, row("Nirvana", "Demo", name=WANTED, extra={NAMESAKE: "Nirvana"}))
    assert len(catalogue(database)) == 2
    covered(database, tagged("demo", "Nirvana", "Demo"))
    assert [len(one.covers) for one in catalogue(database)] == [1, 0], "tags do not number artists"


def test_a_row_that_is_gone_takes_the_album_off_the_list(database: Database) -> None:
    covered(database, tagged("one", "Can", "Ege Bamyasi"))
    rows = [row("Can", "Ege Bamyasi", 7), row("Can", "Monster Movie", 8), row("Can", "Future Days", 9)]
    listed(database, *rows)
    listed(database, row("Can", "Future Days", 9, WANTED))
    assert left(database, OWNED, rows[1]) == 2
    assert shape(database) == [
        ("Can", "Ege Bamyasi", 1, ()),
        ("Can", "Monster Movie", 0, (OWNED,)),
        ("Can", "Future Days", 0, (WANTED,)),
    ]
    assert left(database, WANTED) == 1
    assert [one.title for one in catalogue(database)] == ["Ege Bamyasi", "Monster Movie"]


def mark(database: Database, album_id: int, lists: dict[ListName, bool | None]) -> None:
    with database.writing() as session:
        labels.put_on_lists(session, AlbumId(album_id), lists)


def test_a_mark_by_hand_stays_whatever_a_list_says(database: Database) -> None:
    rows = [row("Can", "Ege Bamyasi", 7), row("Can", "Monster Movie", 8)]
    listed(database, *rows)
    first, second = [one.id for one in catalogue(database)]
    mark(database, first, {OWNED: True})
    mark(database, second, {OWNED: False, WANTED: True})
    assert shape(database) == [("Can", "Ege Bamyasi", 0, (OWNED,)), ("Can", "Monster Movie", 0, (WANTED,))]
    listed(database, *rows)
    assert [one.lists for one in catalogue(database)] == [(OWNED,), (WANTED,)]
    with database.reading() as session:
        assert [cells.cells["release_id"] for *_, cells in entries.rows_of_list(session, OWNED)] == ["7"]
        assert entries.albums_without_row(session, WANTED) == [second]
        assert entries.marked_by_hand(session, second) == {OWNED: False, WANTED: True}
    assert left(database, OWNED) == 2
    assert shape(database) == [("Can", "Ege Bamyasi", 0, (OWNED,)), ("Can", "Monster Movie", 0, (WANTED,))]
    assert listed(database, *rows) == [Outcome.UNCHANGED] * 2, "they are the same albums when the rows come back"
    mark(database, second, {OWNED: None, WANTED: None})
    assert [one.lists for one in catalogue(database)] == [(OWNED,), (OWNED,)]
    assert [one.id for one in catalogue(database)] == [first, second]


def test_what_a_person_removed_stays_removed_until_it_is_asked_for(database: Database) -> None:
    rows = [row("Can", "Ege Bamyasi", 7), row("Can", "Monster Movie", 8)]
    listed(database, *rows)
    with database.writing() as session:
        assert albums.remove(session, [catalogue(database)[0].id]) == 0
    assert listed(database, *rows) == [Outcome.REMOVED, Outcome.UNCHANGED]
    assert [one.title for one in catalogue(database)] == ["Monster Movie"]
    assert listed(database, *rows, again=True) == [Outcome.ADDED, Outcome.UNCHANGED]
    assert listed(database, *rows) == [Outcome.UNCHANGED] * 2


def test_names_and_genres_by_hand_hold_for_an_album_without_a_cover(database: Database) -> None:
    rows = [row("Can", "Ege", 7)]
    listed(database, *rows)
    [album] = catalogue(database)
    with database.writing() as session:
        labels.rename(session, album.id, {"title": "Ege Bamyasi", "year": 1972})
        labels.set_genres_by_hand(session, album.id, ["Krautrock"])
    listed(database, *rows)
    [album] = catalogue(database)
    assert (album.title, album.year, album.genres) == ("Ege Bamyasi", 1972, ("krautrock",))


def test_albums_with_and_without_covers_are_merged_and_split(database: Database) -> None:
    covered(database, tagged("one", "Can", "Ege"))
    rows = [row("Can", "Ege Bamyasi", 7)]
    listed(database, *rows)
    with_cover, without = catalogue(database)
    with database.writing() as session:
        regrouping.merge(session, with_cover.id, [without.id])
    assert listed(database, *rows) == [Outcome.UNCHANGED]
    assert [(one.id, len(one.covers), one.lists) for one in catalogue(database)] == [(with_cover.id, 1, (OWNED,))]
    with database.writing() as session:
        regrouping.split(session, [with_cover.covers[0].id])
    listed(database, *rows)
    assert [(len(one.covers), one.lists) for one in catalogue(database)] == [(0, (OWNED,)), (1, ())]


def test_a_mark_alone_gives_no_names_to_albums_that_are_merged(database: Database) -> None:
    covered(database, tagged("one", "Can", "Ege"), tagged("two", "Can", "Eege"))
    one, other = (album.id for album in catalogue(database))
    mark(database, one, {WANTED: True})
    with database.writing() as session:
        labels.rename(session, other, {"title": "Ege Bamyasi"})
        regrouping.merge(session, one, [other])
    assert shape(database) == [("Can", "Ege Bamyasi", 2, (WANTED,))]


def test_an_album_stays_when_its_last_cover_goes(database: Database) -> None:
    covered(database, tagged("one", "Can", "Ege"))
    listed(database, row("Can", "Ege", 7))
    [album] = catalogue(database)
    with database.writing() as session:
        assert overruling.remove_covers(session, [album.covers[0].id]) == []
    assert shape(database) == [("Can", "Ege", 0, (OWNED,))]


def test_a_row_that_another_table_has_too_is_no_second_row(database: Database) -> None:
    one = row("Can", "Ege", 7)
    listed(database, one)
    copy = row("Can", "Ege", 7, place="/other.csv", path="/other.csv:7")
    assert listed(database, copy) == [Outcome.UNCHANGED]
    with database.reading() as session:
        assert len(list(entries.rows_of_list(session, OWNED))) == 1
        assert entries.places(session) == ["/lists/owned.csv"]
