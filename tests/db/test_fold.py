# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names that are one to a reader are one to the catalogue."""

from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from alembic import command
from sqlalchemy import text

from db import album_list, albums
from db.database import Database
from db.migration import _config, upgrade
from db.records import CatalogueFilter, fold
from sleeve.vocabulary import AlbumOrder, ContentHash
from tests.conftest import sqlite_url
from tests.db.test_registration import offer
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
