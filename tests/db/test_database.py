"""Databases as people have them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import OperationalError

from db import albums
from db.database import Database, database_url
from db.migration import upgrade
from sleeve.errors import CatalogueError, SettingsError
from tests.postgres import PostgresServer


def test_a_postgresql_that_cannot_store_every_name_is_refused(postgres: PostgresServer) -> None:
    url = postgres.empty_database()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as connection:
        connection.set_session(autocommit=True)
        connection.cursor().execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with Database(url.set(database="latin")) as database:
        with pytest.raises(CatalogueError, match=r"in the encoding LATIN1, .*createdb --encoding UTF8"):
            upgrade(database)
        with pytest.raises(CatalogueError, match="LATIN1"):
            database.check()


def test_the_encoding_of_the_client_is_ours(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with Database(postgres.empty_database()) as database, database.reading() as session:
        assert session.scalar(text("SELECT 'Кино'")) == "Кино"


@pytest.fixture
def kept(tmp_path: Path) -> URL:
    """An empty catalogue in a file of a folder of its own."""
    url = database_url(None, tmp_path / "home" / "sleeve.sqlite3")
    with Database(url) as database:
        upgrade(database)
    return url


def test_a_home_that_may_only_be_read(kept: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.database.os.access", lambda *_: False)  # root may write everywhere
    folder = Path(str(kept.database)).parent
    with Database(kept) as database:
        with database.reading() as session:
            assert albums.counts(session).albums == 0
        assert [file.name for file in folder.iterdir()] == ["sleeve.sqlite3"]
        with pytest.raises(CatalogueError, match="may be read but not written"), database.writing() as session:
            session.execute(text("DELETE FROM albums"))


def test_a_home_that_may_only_be_read_and_is_not_whole(kept: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.database.os.access", lambda *_: False)
    Path(f"{kept.database}-wal").write_bytes(b"x")
    with pytest.raises(CatalogueError, match=r"waits in sleeve\.sqlite3-wal"):
        Database(kept)


def test_a_share_without_shared_memory(kept: URL) -> None:
    failed = OperationalError("PRAGMA", None, sqlite3.OperationalError("disk I/O error"))
    said = pytest.raises(CatalogueError, match=r"network share.*SLEEVE_DATABASE_URL")
    with Database(kept) as database, said, database.reading():
        raise failed


@pytest.mark.parametrize(
    "address",
    [
        *("postgresql://me@host:hush/name", "postgresql://host:hush", "hush"),
        *("postgresql://me:a@hush@host/name", "postgresql:///hush@host", "sqlite://me:hush@host/name"),
    ],
)
def test_what_is_wrong_with_an_address_does_not_repeat_it(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        database_url(address, tmp_path / "none")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("options", ["password=hush", "password=hush&unknown=1", "sslmode=unknown&sslpassword=hush"])
def test_a_database_that_is_not_there_is_one_line_without_passwords(options: str, tmp_path: Path) -> None:
    url = database_url(f"postgresql://me:hush@127.0.0.1:1/name?{options}", tmp_path)
    with Database(url) as database, pytest.raises(CatalogueError) as caught:
        database.check()
    assert str(caught.value).startswith("the database postgresql+psycopg2://me:***@127.0.0.1:1/name cannot be used: ")
    assert "hush" not in f"{caught.value} {database}"
    assert "\n" not in str(caught.value)
