"""The list of albums against Python's own sorting and searching, on both engines."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text, update

from db import album_list, albums, labels
from db.database import Database
from db.records import AlbumPlace, AlbumRecord, CatalogueFilter
from db.tables import Album
from sleeve.vocabulary import AlbumId, AlbumOrder, ContentHash
from tests.db.test_registration import offer
from tests.factories import cover_file

EVERYTHING = CatalogueFilter()


@pytest.fixture
def catalogue(database: Database) -> Database:
    """60 albums: titles, artists and colours that repeat, some without names, year or colour, every third without a
    genre."""
    batch = []
    for n in range(60):
        more = {
            "title": None if n % 11 == 0 else f"{'Ünder' if n % 2 else 'over'} {n % 7}",
            "artist": None if n % 13 == 0 else f"ARTIST {n % 5}",
            "year": None if n % 10 == 9 else 1990 + n % 4,
        }
        genres = () if n % 3 == 0 else ("jazz",)
        batch.append((cover_file(Path(f"/c/{n}.png"), *genres, group=str(n), **more), ContentHash(f"{n:064d}")))
    offer(database, *batch)
    with database.writing() as session:
        session.execute(update(Album).where(Album.id % 9 != 0).values(colour=Album.id * 7 % 5 * 1000))
    return database


def walk(
    database: Database, order: AlbumOrder, allowed: CatalogueFilter = EVERYTHING, limit: int = 7
) -> list[AlbumRecord]:
    found: list[AlbumRecord] = []
    after: AlbumPlace | None = None
    while True:
        with database.reading() as session:
            page = album_list.page(session, allowed, order, after=after, limit=limit)
        found += page.albums
        assert len(page.albums) == limit or page.next is None
        if page.next is None:
            assert page.total == len(found)
            return found
        after = page.next


def every(database: Database) -> list[AlbumRecord]:
    with database.reading() as session:
        count = albums.counts(session).albums
        return [albums.album(session, AlbumId(number)) for number in range(1, count + 1)]


def key(order: AlbumOrder, album: AlbumRecord) -> tuple[bool, object, int]:
    if order in (AlbumOrder.NEWEST, AlbumOrder.MATCH):
        return (False, 0, -album.id)
    values: dict[AlbumOrder, str | int | None] = {
        AlbumOrder.TITLE: album.title,
        AlbumOrder.ARTIST: album.artist,
        AlbumOrder.YEAR: album.year,
        AlbumOrder.COLOUR: album.id * 7 % 5 * 1000 if album.id % 9 else None,
    }
    value = values[order]
    folded: object = value.casefold().replace("ü", "u") if isinstance(value, str) else value
    if order is AlbumOrder.ARTIST:
        folded = (folded or "", album.year is None, album.year or 0)
        return (value is None, folded if value else "", album.id)
    return (value is None, folded or 0 if value is None else folded, album.id)


DICTIONARY = (
    *("!!!", "#1 Hits", "“1 of Us”", "2 Tone", "Ærial", "Äh", "a-ha", "arzte", "Ärzte", "Čáslav", "Eclair 1"),
    *("Éclair 2", "eclair 3", "Łódź", "Øst", "The The", "(What\u2019s the Story)", "The Who", "Zebra", "Кино", "東京"),
)
"""Titles in their order; those that differ in case, accents and signs alone are equal, and sorted by id."""


def test_one_order_of_names_on_every_database(database: Database) -> None:
    titles = sorted(DICTIONARY, key=lambda title: len(title.encode()))
    batch = [
        (cover_file(Path(f"/c/{n}.png"), title=title, artist=title), ContentHash(f"{n:064d}"))
        for n, title in enumerate(titles)
    ]
    offer(database, *batch)
    for order in (AlbumOrder.TITLE, AlbumOrder.ARTIST):
        assert tuple(album.title for album in walk(database, order, limit=3)) == DICTIONARY
    if database.engine.dialect.name == "postgresql":
        with database.reading() as session:  # whatever the locale of the database is, this is not sorted by it
            columns = "table_name = 'albums' AND column_name LIKE '%_order'"
            collation = f"SELECT collation_name FROM information_schema.columns WHERE {columns}"
            assert session.scalars(text(collation)).all() == ["C", "C"]


def test_albums_of_an_artist_are_by_year_and_come_before_longer_names(database: Database) -> None:
    """Articles do not count, but in a name that is nothing else."""
    listed = [("A", 1990), ("The Abba", 1974), ("Abba", 1981), ("abba", None), ("Abba Teens", 1970), ("An Ace", 1975)]
    batch = [
        (
            cover_file(Path(f"/c/{n}.png"), title=str(n), artist=listed[n][0], year=listed[n][1]),
            ContentHash(f"{n:064d}"),
        )
        for n in (4, 2, 5, 0, 3, 1)
    ]
    offer(database, *batch)
    assert [(album.artist, album.year) for album in walk(database, AlbumOrder.ARTIST, limit=2)] == listed
    with database.writing() as session:
        labels.rename(session, AlbumId(2), {"year": 1973})
    found = [(album.artist, album.year) for album in walk(database, AlbumOrder.ARTIST, limit=2)]
    assert found[1:3] == [("Abba", 1973), ("The Abba", 1974)]


def test_pages_together_are_the_sorted_whole(catalogue: Database) -> None:
    whole = every(catalogue)
    for order in AlbumOrder:
        expected = sorted(whole, key=partial(key, order))
        for limit in (1, 7, 60, 200):
            assert walk(catalogue, order, limit=limit) == expected, (order, limit)


@pytest.mark.parametrize("order", AlbumOrder)
def test_albums_that_come_and_go_neither_repeat_nor_hide_any_other(catalogue: Database, order: AlbumOrder) -> None:
    before = {album.id for album in every(catalogue)}
    found: list[int] = []
    after: AlbumPlace | None = None
    number = 100
    while True:
        with catalogue.reading() as session:
            page = album_list.page(session, EVERYTHING, order, after=after, limit=9)
        found += [album.id for album in page.albums]
        if page.next is None:
            break
        after = page.next
        names = {"title": f"over {number % 7}", "artist": f"artist {number % 5}", "year": 1990 + number % 4}
        new = (cover_file(Path(f"/c/{number}.png"), group=str(number), **names), ContentHash(f"{number:064d}"))
        offer(catalogue, new)
        with catalogue.writing() as session:
            gone = found.pop()  # the one that the next page begins behind
            albums.remove(session, [AlbumId(gone)])
            before.discard(gone)
        number += 1
    assert len(found) == len(set(found))
    assert before <= set(found), "every album that was there all the while"


def test_filters_choose(catalogue: Database) -> None:
    def matches(allowed: CatalogueFilter) -> set[int]:
        return {album.id for album in walk(catalogue, AlbumOrder.NEWEST, allowed)}

    whole = every(catalogue)
    assert matches(CatalogueFilter(without_genre=True)) == {album.id for album in whole if not album.genres} != set()
    filtered = CatalogueFilter(genre="Jazz", year_from=1991, year_to=1992, artist="artist 3")
    chosen = (album for album in whole if album.genres == ("jazz",) and album.year in (1991, 1992))
    assert matches(filtered) == {album.id for album in chosen if album.artist == "ARTIST 3"} != set()
