"""A home made by the Sleeve before statements keeps every id, label and link; what is added next speaks again."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from db import albums, cover_links
from db.database import Database
from db.migration import _config, upgrade
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource, Side
from tests.conftest import sqlite_url
from tests.db.test_registration import offer
from tests.factories import cover_file
from tests.postgres import PostgresServer

HASHES = [ContentHash(f"{number:064d}") for number in range(8)]


def identity(*parts: str) -> str:
    """As the Sleeve before made it."""
    return sha256("\x1f".join(parts).encode()).hexdigest()


ALBUMS = [
    (1, "Miles", "Blue", 1959, identity("names", "miles", "blue", "1959")),
    (2, None, None, None, identity("group", "/old/rock/x")),
    (3, "Miles Davis", "By Hand", 1960, identity("names", "miles", "said otherwise", "")),
    (5, "Ann", None, None, None),
]
COVERS = [
    (1, 1, "front", "a"),
    (2, 1, "back", "b"),
    (3, 2, "front", "x"),
    (4, 2, "back", "x back"),
    (5, 3, "front", "h"),
]
COVERS += [(6, 5, "front", "n")]
LABELS = [(1, "jazz", "manifest"), (1, "rock", "folder"), (2, "rock", "folder"), (3, "soul", "hand")]


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A catalogue at the revision before; album 4 and 6 were removed."""
    from alembic import command

    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    else:
        url = sqlite_url(tmp_path)
    with Database(url) as database:
        with database.writing() as session:
            config = _config()
            config.attributes["connection"] = session.connection()
            command.upgrade(config, "0010")
            for album_id, artist, title, year, known in ALBUMS:
                session.execute(
                    text("INSERT INTO albums (id, artist, title, year, identity) VALUES (:i, :a, :t, :y, :k)"),
                    {"i": album_id, "a": artist, "t": title, "y": year, "k": known},
                )
            session.execute(text("INSERT INTO albums (id) VALUES (6)"))
            session.execute(text("DELETE FROM albums WHERE id = 6"))
            for cover_id, album_id, side, name in COVERS:
                session.execute(
                    text(
                        "INSERT INTO covers (id, album_id, side, file, path, content_hash, extra, added_at)"
                        " VALUES (:i, :a, :s, :n, :p, :h, '{}', '2026-01-01')"
                    ),
                    {
                        "i": cover_id,
                        "a": album_id,
                        "s": side,
                        "n": name,
                        "p": f"/old/rock/{name}.png",
                        "h": HASHES[cover_id],
                    },
                )
            for number, name in enumerate(["jazz", "rock", "soul"], 1):
                session.execute(text("INSERT INTO genres (id, name) VALUES (:i, :n)"), {"i": number, "n": name})
            for album_id, genre, source in LABELS:
                session.execute(
                    text("INSERT INTO album_genres SELECT :a, id, :s FROM genres WHERE name = :g"),
                    {"a": album_id, "g": genre, "s": source},
                )
            session.execute(text("INSERT INTO cover_links (first_id, second_id) VALUES (1, 5)"))
            session.execute(
                text(
                    "INSERT INTO files (path, outcome, cover_id, seen_at)"
                    " VALUES ('/old/pop/x.png', 'added', 3, '2026-01-01')"
                )
            )
            if request.param == "postgresql":
                for table, last in (("albums", 6), ("covers", 6), ("genres", 3)):
                    session.execute(text(f"SELECT setval('{table}_id_seq', {last})"))
        yield database


def whole(database: Database) -> dict[int, tuple[object, ...]]:
    with database.reading() as session:
        found = [albums.album(session, album_id) for album_id in sorted(albums.with_cover(session))]
        return {
            one.id: (one.artist, one.title, one.year, one.genres, [(cover.id, str(cover.path)) for cover in one.covers])
            for one in found
        }


def test_every_id_label_and_link_is_kept(before: Database) -> None:
    upgrade(before)
    kept = whole(before)
    assert {number: one[:4] for number, one in kept.items()} == {
        1: ("Miles", "Blue", 1959, ("jazz", "rock")),
        2: (None, None, None, ("rock",)),
        3: ("Miles Davis", "By Hand", 1960, ("soul",)),
        5: ("Ann", None, None, ()),
    }
    assert [cover_id for one in kept.values() for cover_id, _ in one[4]] == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]
    with before.writing() as session:
        assert cover_links.pairs(session) == [(1, 5)]
        assert albums.remove(session, [AlbumId(5)]) == 1, "what refers to albums still goes with them"
    offer(before, (cover_file(Path("/c/new.png")), ContentHash("f" * 64)))
    assert max(whole(before)) >= 6, "no id is used again"


def test_what_is_added_again_speaks_for_the_old_albums(before: Database) -> None:
    upgrade(before)
    old = whole(before)

    def said(name: str, **more: object):  # type: ignore[no-untyped-def]
        return cover_file(Path(f"/old/rock/{name}.png"), label_source=LabelSource.MANIFEST, **more)

    names = {"artist": "Miles", "title": "Blue", "year": 1959}
    offer(before, (said("a", **names), HASHES[1]), (said("b", side=Side.BACK, **names), HASHES[2]))
    assert whole(before)[1] == (*old[1][:3], ("jazz",), old[1][4]), "the same again; a table outranks a folder"
    names |= {"artist": "Miles Davis"}
    offer(before, (said("a", **names), HASHES[1]), (said("b", side=Side.BACK, **names), HASHES[2]))
    assert whole(before)[1][:3] == ("Miles Davis", "Blue", 1959), "corrected, one album with one id"
    offer(before, (said("h", artist="Miles", title="Said Otherwise"), HASHES[5]))
    assert whole(before)[3][:4] == ("Miles Davis", "By Hand", 1960, ("soul",)), "a person's word first"
    moved = [
        cover_file(Path(f"/new/pop/{name}.png"), "pop", group="/new/pop/x", side=side)
        for name, side in (("x", Side.FRONT), ("x back", Side.BACK))
    ]
    gone = ["/old/rock/x.png", "/old/rock/x back.png", "/old/pop/x.png"]
    offer(before, (moved[0], HASHES[3]), (moved[1], HASHES[4]), gone=gone)
    assert whole(before)[2][3:] == (("pop",), [(3, "/new/pop/x.png"), (4, "/new/pop/x back.png")])
    assert set(whole(before)) == set(old)
