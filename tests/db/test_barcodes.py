from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from db import statements
from db.barcodes import barcode_in, barcode_of
from db.database import Database
from db.migration import _config, upgrade
from tests.conftest import sqlite_url
from tests.postgres import PostgresServer


@pytest.mark.parametrize(
    ("said", "barcode"),
    [
        ("5099902988023", "5099902988023"),
        (" 5 099902 988023 ", "5099902988023"),
        ("5-099902-988023", "5099902988023"),
        ("036000291452", "0036000291452"),
        ("0036000291452", "0036000291452"),
        ("36000291452", "0036000291452"),
        ("5099902988024", None),
        ("036000291453", None),
        ("6000291452", None),
        ("0000000000000", None),
        ("50999029880230", None),
        ("509990298802x", None),
        ("٥٠٩٩٩٠٢٩٨٨٠٢٣", None),
        ("5.0999E+12", None),
        ("", None),
    ],
)
def test_what_is_a_barcode(said: str, barcode: str | None) -> None:
    assert barcode_in(said) == barcode


def test_which_column_says_one() -> None:
    assert barcode_of({"UPC": "036000291452"}) == "0036000291452"
    assert barcode_of({"Barcode": "none", " ean ": "5099902988023"}) == "5099902988023"
    assert barcode_of({"catalogue": "5099902988023"}) is None
    assert barcode_of({}) is None


@pytest.mark.slow
def test_albums_of_an_older_catalogue_are_found_by_their_barcodes(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: PostgresServer = request.getfixturevalue("postgres")
    for url in (sqlite_url(tmp_path), server.empty_database()):
        with Database(url) as database:
            config = _config()
            with database.writing(rebuilding=True) as session:
                config.attributes["connection"] = session.connection()
                command.upgrade(config, "0023")
                for album_id, extra in ((1, '{"barcode": "036000291452"}'), (2, '{"EAN": "5099902988023"}'), (3, "{}")):
                    session.execute(text(f"INSERT INTO albums (id) VALUES ({album_id})"))
                    values = f"({album_id}, {album_id}, 'front', 'a', '/{album_id}', 'x', '{extra}', '2026-01-01')"
                    columns = "id, album_id, side, file, path, content_hash, extra, added_at"
                    session.execute(text(f"INSERT INTO covers ({columns}) VALUES {values}"))
                    said = f"('/{album_id}', 'manifest', {album_id}, '{extra}')"
                    session.execute(text(f"INSERT INTO statements (path, source, cover_id, extra) VALUES {said}"))
            upgrade(database)
            with database.reading() as session:
                found = [
                    statements.albums_with_barcode(session, code)
                    for code in ("0036000291452", "5099902988023", "0000000000017")
                ]
            assert found == [[1], [2], []]
