# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names that are one to a reader are one to the catalogue."""

from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from alembic import command
from sqlalchemy import select, text

from db import album_list, albums, labels
from db.database import Database
from db.migration import _config, upgrade
from db.records import CatalogueFilter, fold
from db.tables import Album, Statement
from sleeve.vocabulary import AlbumId, AlbumOrder, ContentHash, LabelSource
from tests.conftest import sqlite_url
from tests.db.test_registration import A, offer
from tests.factories import cover_file

FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (normalize("NFC", "Björk"), normalize("NFD", "BJÖRK")),
        ("a‐ha", "A-ha"),
        ("Hip–Hop", "hip-hop"),
        ("Guns N’ Roses", "guns n' roses"),
        ("ＡＫＢ４８", "akb48"),
        ("ｱｲﾄﾞﾙ", "アイドル"),
        ("İstanbul", "istanbul"),
        ("Straße", "STRASSE"),
        ("Sigur\xa0Rós ", " sigur  rós"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_one_name_in_two_spellings_of_unicode_is_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(fold(one)) == fold(one)


def test_accents_and_letters_that_differ_stay_apart() -> None:
    assert fold("Mötley") != fold("Motley")
    assert fold("Кино") != fold("Kино")


def test_genre_filter_and_list_find_both_spellings(database: Database) -> None:
    for number, form in enumerate(FORMS):
        spelt = {
            name: normalize(form, text) for name, text in {"artist": "Beyoncé", "title": f"Éclair {number}"}.items()
        }
        offer(
            database,
            (cover_file(Path(f"/c/{number}.png"), normalize(form, "música"), **spelt), ContentHash(f"{number:064d}")),
        )
    with database.reading() as session:
        assert albums.albums_per_genre(session) == {"música": 2}
        for allowed in (
            CatalogueFilter(artist=normalize("NFD", "beyoncé")),
            CatalogueFilter(genre=normalize("NFD", "MÚSICA")),
        ):
            page = album_list.page(session, allowed, AlbumOrder.TITLE, after=None, limit=10)
            assert [album.artist for album in page.albums] == [normalize(form, "Beyoncé") for form in FORMS]


def test_a_catalogue_from_before_compares_as_the_new_one_does(tmp_path: Path) -> None:
    with Database(sqlite_url(tmp_path)) as database:
        config = _config()
        with database.writing() as session:
            config.attributes["connection"] = session.connection()
            command.upgrade(config, "0006")
            decomposed = {"genre": normalize("NFD", "música"), "artist": normalize("NFD", "Björk")}
            session.execute(
                text("INSERT INTO albums (id, artist, artist_folded) VALUES (1, :a, :a), (2, 'Björk', 'björk')"),
                {"a": decomposed["artist"]},
            )
            session.execute(
                text("INSERT INTO genres (id, name) VALUES (1, :g), (2, 'música'), (3, 'hip‐hop')"),
                {"g": decomposed["genre"]},
            )
            session.execute(
                text(
                    "INSERT INTO album_genres VALUES (1, 1, 'folder'), (1, 2, 'folder'), (2, 1, 'tags'), (2, 3, 'tags')"
                )
            )
        upgrade(database)
        with database.reading() as session:
            assert albums.albums_per_genre(session) == {"música": 2, "hip-hop": 1}
            page = album_list.page(session, CatalogueFilter(artist="Björk"), AlbumOrder.NEWEST, after=None, limit=10)
            assert [album.id for album in page.albums] == [2, 1]


def test_a_folded_name_is_folded() -> None:
    points = (*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800))
    names = [f"a{chr(point)}b" for point in points]
    assert [name for name in names if fold(fold(name)) != fold(name)] == []
    assert fold("Blue Monday (12\u2033)") == fold("Blue Monday (12\u2032\u2032)") == fold("Blue Monday (12'')")


def test_names_of_an_older_database_are_folded_anew(database: Database) -> None:
    said = {"artist": "New Order", "title": "Blue Monday (12\u2033)", "year": 1983}
    offer(database, (cover_file(Path("/c/1.png"), **said), A))
    with database.writing() as session:
        key = session.scalar(select(Statement.names))
        labels.rename(session, AlbumId(1), {"title": "Renamed by hand"})
    with database.writing() as session:
        session.execute(text("UPDATE albums SET artist_folded = 'new order (12\u2032\u2032)'"))
        session.execute(text("UPDATE statements SET names = 'as it was before' WHERE names IS NOT NULL"))
        config = _config()
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "0018")
    upgrade(database)
    with database.reading() as session:
        assert session.scalar(select(Album.artist_folded)) == "new order (12'')"
        of_source = select(Statement.names).where(Statement.source != LabelSource.HAND)
        assert session.scalars(of_source).all() == [key], "by the source's own name, not by the album's"
