from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from db import albums, cover_links, words
from db.database import Database
from db.letters import letters
from db.migration import _config, ensure_current, upgrade
from db.ordering import artist_order_key, order_key
from db.records import fold
from db.tables import Album, Base, Cover
from migrations import NEWEST
from sleeve.errors import CatalogueError
from sleeve.vocabulary import AlbumId
from tests.conftest import sqlite_url
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    else:
        url = sqlite_url(tmp_path)
    with Database(url) as database:
        yield database


def test_the_migrations_make_exactly_the_tables_of_the_models(empty: Database) -> None:
    upgrade(empty)
    with empty.reading() as session:
        connection = session.connection()
        # What SQLite searches for words has no model: tables of FTS5.
        fts5 = {"include_object": lambda _object, name, *_: "_letters" not in name}
        opts = fts5 if connection.dialect.name == "sqlite" else {}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), Base.metadata) == []


def test_the_newest_revision_is_the_last_script() -> None:
    assert ScriptDirectory.from_config(_config()).get_current_head() == NEWEST


def test_an_empty_database_is_set_up_only_when_asked(empty: Database) -> None:
    with pytest.raises(CatalogueError, match="sleeve db upgrade"):
        ensure_current(empty, create=False)
    ensure_current(empty, create=True)
    ensure_current(empty, create=False)


def test_two_upgrades_at_once_both_end_well(empty: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(upgrade, [empty, empty])) == [NEWEST] * 2


def test_a_database_of_a_newer_sleeve_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogueError, match="newer Sleeve"):
        ensure_current(empty, create=True)
    with pytest.raises(CatalogueError, match="newer Sleeve"):
        upgrade(empty)


def test_a_database_of_an_older_sleeve_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(CatalogueError, match="sleeve db upgrade"):
        ensure_current(empty, create=True)


def test_a_catalogue_from_before_links_keeps_its_covers_which_wait_to_be_compared(empty: Database) -> None:
    from alembic import command

    config = _config()
    with empty.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0004")
        session.execute(text("INSERT INTO albums (id) VALUES (1), (2)"))
        for number in (1, 2):
            session.execute(
                text(
                    "INSERT INTO covers (id, album_id, side, file, path, content_hash, extra, added_at)"
                    " VALUES (:n, :n, 'front', :path, :path, 'x', '{}', '2026-01-01')"
                ),
                {"n": number, "path": f"{number}.png"},
            )
    upgrade(empty)
    with empty.writing() as session:
        assert session.scalars(select(Cover.compared).order_by(Cover.id)).all() == [False, False]
        session.execute(text("INSERT INTO cover_links (first_id, second_id) VALUES (1, 2)"))
        assert albums.remove(session, [AlbumId(2)]) == 1
        assert cover_links.pairs(session) == []


def test_a_failed_upgrade_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fail(*_arguments: object, **_keywords: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            upgrade(empty)
    with empty.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert context.get_current_revision() is None
    ensure_current(empty, create=True)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    Path(str(url.database)).write_bytes(b"not a database, but long enough to have a header of one hundred bytes" * 4)
    with Database(url) as database, pytest.raises(CatalogueError, match="is not a SQLite database"):
        ensure_current(database, create=True)


def test_names_and_texts_of_an_older_catalogue_can_be_searched_for_words(empty: Database) -> None:
    from alembic import command

    config = _config()
    with empty.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0009")
        session.execute(text("INSERT INTO albums (id, artist, title) VALUES (1, 'Sigur Rós', 'Ágætis byrjun')"))
        session.execute(text("INSERT INTO albums (id) VALUES (2)"))
        cover = "(2, 2, 'front', 'a', '/a', 'x', '{}', '2026-01-01')"
        columns = "id, album_id, side, file, path, content_hash, extra, added_at"
        session.execute(text(f"INSERT INTO covers ({columns}) VALUES {cover}"))
        lines = '[{"text": "KIND 0F BLUE", "box": [], "confidence": 0.9}]'
        row = {"lines": lines}
        session.execute(text("INSERT INTO texts VALUES (2, 'r', :lines, '2026-01-01')"), row)
    upgrade(empty)
    with empty.reading() as session:
        assert words.holding(session, [[letters("agaetis")], [letters("of blue")]], limit=9) == [[1], [2]]


def test_albums_of_an_older_catalogue_are_sorted_as_new_ones_are(empty: Database) -> None:
    from alembic import command

    listed = [
        ("The Ünd", 1990),
        ("ünd ", 1991),
        ("Ünd", None),
        ("Und Teens", 5),
        ("!?", 1970),
        (None, 1980),
        ("The", 1),
    ]
    rows = [
        {"id": at + 1, "name": name, "folded": name and fold(name), "year": year}
        for at, (name, year) in enumerate(listed)
    ]
    config = _config()
    with empty.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0030")
        added = "INSERT INTO albums (id, artist, title, artist_folded, title_folded, year, unsettled)"
        session.execute(text(f"{added} VALUES (:id, :name, :name, :folded, :folded, :year, false)"), rows)
    upgrade(empty)
    with empty.reading() as session:
        for album in session.scalars(select(Album)):
            assert album.title_order == (order_key(album.title) if album.title else None)
            assert album.artist_order == (artist_order_key(album.artist, album.year) if album.artist else None)
    with empty.writing() as session:
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "0030")
        assert session.scalars(text("SELECT artist_order FROM albums WHERE id < 5 ORDER BY id")).all() == [
            "the und",
            "und",
            "und",
            "und teens",
        ]


def test_postgresql_puts_words_in_their_place_at_once(postgres: PostgresServer) -> None:
    with Database(postgres.empty_database()) as database:
        upgrade(database)
        with database.reading() as session:
            named = text("SELECT reloptions FROM pg_class WHERE relname IN ('ix_albums_letters', 'ix_texts_letters')")
            options = session.scalars(named).all()
    assert options == [["fastupdate=off"]] * 2


def test_a_user_who_cannot_create_pg_trgm_hears_what_to_do(postgres: PostgresServer) -> None:
    url = postgres.empty_database()
    with Database(url) as database:
        with database.writing() as session:
            session.execute(text("CREATE ROLE plain LOGIN"))
            session.execute(text("GRANT ALL ON SCHEMA public TO plain"))
        with Database(url.set(username="plain")) as plain:
            with pytest.raises(CatalogueError, match="CREATE EXTENSION pg_trgm"):
                upgrade(plain)
            with pytest.raises(CatalogueError, match="is empty"):
                ensure_current(plain, create=False)
            with database.writing() as session:
                session.execute(text("CREATE EXTENSION pg_trgm"))
            assert upgrade(plain) == NEWEST
