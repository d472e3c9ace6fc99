"""The migration that says which covers' files Sleeve wrote, over a database as the migrations before it made it."""

from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from db import albums, cover_links, index_versions
from db.database import Database
from db.migration import _config, ensure_current, upgrade
from sleeve.errors import CatalogueError
from sleeve.vocabulary import AlbumId
from tests.db.test_migration import empty

__all__ = ["empty"]

HASH = sha256(b"a picture").hexdigest()
OTHER = sha256(b"another picture").hexdigest()
URL = "https://covers.example/1.png"
OF_URL = sha256(URL.encode()).hexdigest()
MBID = "1b022e01-4da6-387b-8658-8678046e4cef"
COVERS = "/home/me/.sleeve/covers"

STORED = {
    "an upload": (f"{COVERS}/{HASH[:2]}/{HASH}.jpeg", "blue train.jpg", HASH),
    "an upload to a second album": (f"{COVERS}/{HASH[:2]}/{HASH}-12.png", "blue train.png", HASH),
    "a fetched image": (f"{COVERS}/{OF_URL[:2]}/url-{OF_URL}", URL, HASH),
    "a front of MusicBrainz": (f"{COVERS}/{OTHER[:2]}/{OTHER}-{MBID}-front.jpeg", f"{URL}/front-500", OTHER),
    "a back of MusicBrainz": (f"{COVERS}/{OTHER[:2]}/{OTHER}-{MBID}-back-3.jpeg", f"{URL}/2-500", OTHER),
    "an upload on Windows": (rf"C:\Users\me\.sleeve\covers\{HASH[:2]}\{HASH}.webp", "train.webp", HASH),
}
"""Path, file and content hash of what the store wrote."""

OWN = {
    "a picture in the covers folder": (f"{COVERS}/jazz/blue.jpg", "covers/jazz/blue.jpg", HASH),
    "a picture elsewhere": ("/music/jazz/blue.jpg", "/music/jazz/blue.jpg", HASH),
    "a picture named as an upload": (f"{COVERS}/{HASH[:2]}/{HASH}.jpeg", f"covers/{HASH[:2]}/{HASH}.jpeg", HASH),
    "a picture named and added as such": (f"{COVERS}/{HASH[:2]}/{HASH}.png", f"{HASH}.png", HASH),
    "a picture named by another's hash": (f"{COVERS}/{OTHER[:2]}/{OTHER}.jpeg", "blue.jpg", HASH),
    "a hash below another folder": (f"{COVERS}/ab/{OTHER}.jpeg", "blue.jpg", OTHER),
    "a hash outside the covers folder": (f"/home/me/scans/{HASH[:2]}/{HASH}.jpeg", "blue.jpg", HASH),
    "a hash without a folder": (f"{COVERS}/{HASH}.jpeg", "blue.jpg", HASH),
    "a hash of another ending": (f"{COVERS}/{HASH[:2]}/{HASH}.jpg", "blue.jpg", HASH),
    "a hash and more": (f"{COVERS}/{HASH[:2]}/{HASH} (2).jpeg", "blue.jpg", HASH),
    "a longer hash": (f"{COVERS}/{HASH[:2]}/{HASH}0.jpeg", "blue.jpg", HASH),
    "a picture named as a fetched image": (
        f"{COVERS}/{OTHER[:2]}/url-{OTHER}",
        f"covers/{OTHER[:2]}/url-{OTHER}",
        HASH,
    ),
    "another URL's name": (f"{COVERS}/{OTHER[:2]}/url-{OTHER}", URL, HASH),
    "a fetched image with an ending": (f"{COVERS}/{OF_URL[:2]}/url-{OF_URL}.jpeg", URL, OF_URL),
    "a cover in an archive": (f"{COVERS}/jazz.zip/{HASH[:2]}/{HASH}.jpeg", "covers/jazz.zip", HASH),
    "a path of one part": (f"{HASH}.jpeg", "blue.jpg", HASH),
}
"""The same of what a user wrote, whatever it is called."""


def revise(database: Database, revision: str) -> None:
    from alembic import command

    config = _config()
    with database.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


def fill(session: Session) -> None:
    """Rows of every table as revision 0005 has them: an album a cover, and the newest cover linked to the first."""

    def insert(table: str, **values: object) -> None:
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)

    moment = "2026-01-01 00:00:00"
    insert("genres", id=1, name="jazz")
    insert("bundles", id=1, fingerprint="f" * 64, name="tiny", dimension=2, manifest="{}", registered_at=moment)
    seen: set[str] = set()
    for number, (path, file, content_hash) in enumerate((*STORED.values(), *OWN.values()), start=1):
        # A path has one cover; what differs only by how it was added is of another home.
        path = path if path not in seen else f"/other{path}"
        seen.add(path)
        insert("albums", id=number, title=f"Album {number}", title_folded=f"album {number}", year=1990)
        cover = {"side": "front", "file": file, "path": path, "content_hash": content_hash, "extra": "{}"}
        insert("covers", id=number, album_id=number, added_at=moment, compared=True, **cover)
        insert("files", path=path, outcome="added", content_hash=content_hash, cover_id=number, seen_at=moment)
        insert("vectors", id=number, cover_id=number, bundle_id=1, embedding=b"\0\x3c\0\0")
    insert("album_genres", album_id=1, genre_id=1, source="hand")
    insert("cover_links", first_id=1, second_id=number)
    insert("files", path="/gone.txt", outcome="rejected", reason="not an image", detail="", seen_at=moment)
    insert("genre_models", id=1, bundle_id=1, head=b"", calibration=b"", metrics="{}", fitted_at=moment)
    version = {"folder": "20260101T000000000000-exact", "kind": "exact", "count": number, "recall": 1.0}
    insert("index_versions", id=1, bundle_id=1, live=True, created_at=moment, **version)


def test_what_the_store_wrote_is_marked_and_nothing_of_the_users(empty: Database) -> None:
    revise(empty, "0005")
    with empty.writing() as session:
        fill(session)
    with pytest.raises(CatalogueError, match="older Sleeve; run `sleeve db upgrade`"):
        ensure_current(empty, create=True)
    upgrade(empty)
    ensure_current(empty, create=False)
    count = len(STORED) + len(OWN)
    with empty.reading() as session:
        every = sorted(albums.with_cover(session))
        assert every == list(range(1, count + 1))
        stored = {cover.id for cover in albums.stored_covers(session, every)}
        names = [*STORED, *OWN]
        assert {names[number - 1] for number in stored} == set(STORED)
        assert albums.album(session, AlbumId(1)).genres == ("jazz",)
        assert albums.album(session, AlbumId(1)).title == "Album 1"
        assert session.scalar(text("SELECT count(*) FROM vectors")) == count
        assert session.scalar(text("SELECT count(*) FROM covers WHERE compared")) == count
        assert cover_links.pairs(session) == [(1, count)]
        assert albums.counts(session).files == {"added": count, "rejected": 1}
        live = index_versions.live(session, "")
        assert live is not None
        assert live.count == count
    with empty.writing() as session:
        assert albums.remove(session, every) == count


def test_the_column_goes_and_comes_again(empty: Database) -> None:
    from alembic import command

    revise(empty, "0005")
    with empty.writing() as session:
        fill(session)
    revise(empty, "0006")
    config = _config()
    with empty.writing() as session:
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "0005")
    upgrade(empty)
    with empty.reading() as session:
        assert len(albums.stored_covers(session, sorted(albums.with_cover(session)))) == len(STORED)
