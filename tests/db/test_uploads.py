"""Which album an upload is of, after a person has merged what was uploaded; on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import select

from db import albums, regrouping
from db.database import Database
from db.records import BundleRecord, NewAlbum, Placed, SavedAlbum, UploadedCover
from db.tables import Album, Cover
from db.uploads import keep
from sleeve.vocabulary import AlbumId, CoverId, Fingerprint, Side
from tests.db.test_registration import A, B, offer
from tests.factories import cover_file

C, D = (type(A)(letter * 64) for letter in "cd")
NAMES = {A: ("One", "Ann"), B: ("Two", "Bob"), C: ("Three", "Cat")}


def upload(
    database: Database, *hashes: str, title: str | None = None, artist: str | None = None, year: int | None = None
) -> SavedAlbum:
    """The first is the front."""
    sides = (Side.FRONT, Side.BACK)
    covers = tuple(
        UploadedCover(side, "sent.png", Path(f"/home/{content_hash}.png"), type(A)(content_hash))
        for side, content_hash in zip(sides, hashes, strict=False)
    )
    with database.writing() as session:
        new = NewAlbum(title, artist, year, (), covers)
        return keep(session, new, BundleRecord(0, Fingerprint("f" * 64), "none", 1), lambda _, path: Placed(path, True))


def merge(database: Database, album_id: int, *others: int) -> None:
    with database.writing() as session:
        regrouping.merge(session, AlbumId(album_id), [AlbumId(other) for other in others])


def catalogue(database: Database) -> dict[int, tuple[str | None, str | None, list[int]]]:
    with database.reading() as session:
        found = session.scalars(select(Album).order_by(Album.id))
        return {album.id: (album.title, album.artist, [cover.id for cover in album.covers]) for album in found}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_what_was_merged_is_not_a_new_album_when_it_is_uploaded_again(
    database: Database, order: tuple[int, int, int]
) -> None:
    for content_hash, (title, artist) in NAMES.items():
        upload(database, content_hash, title=title, artist=artist)
    first, second, third = order
    merge(database, second, third)
    merge(database, first, second)
    title, artist = list(NAMES.values())[first - 1]
    merged = {first: (title, artist, [1, 2, 3])}
    assert catalogue(database) == merged
    for content_hash, (title, artist) in NAMES.items():
        for named, by in ((title, artist), (title, None), (None, artist), (None, None)):
            assert upload(database, content_hash, title=named, artist=by) == SavedAlbum(AlbumId(first))
    assert catalogue(database) == merged


def test_more_covers_of_either_name_are_of_the_merged_album(database: Database) -> None:
    for content_hash in (A, B):
        upload(database, content_hash, title=NAMES[content_hash][0], artist=NAMES[content_hash][1])
    merge(database, 1, 2)
    assert upload(database, B, C, title="two", artist="BOB") == SavedAlbum(AlbumId(1), (CoverId(3),))
    offer(database, (cover_file(Path("/c/4.png"), "rock", title="Two", artist="Bob"), D))
    offer(database, (cover_file(Path("/c/4.png"), "rock", title="Two", artist="Bob"), D))
    assert catalogue(database) == {1: ("One", "Ann", [1, 2, 3, 4])}
    assert upload(database, B, title="Two", artist="Someone else").created, "another album of the same picture"
    assert upload(database, B, title="Three").created
    assert upload(database, B, title="Two", year=1990).created


def test_a_merged_album_may_be_renamed_and_split(database: Database) -> None:
    for content_hash in (A, B):
        upload(database, content_hash, title=NAMES[content_hash][0], artist=NAMES[content_hash][1])
    merge(database, 2, 1)
    assert catalogue(database) == {2: ("Two", "Bob", [1, 2])}
    with database.writing() as session:
        own = regrouping.split(session, [CoverId(1)])
    assert upload(database, A, title="One", artist="Ann") == SavedAlbum(own)
    assert upload(database, B, title="Two", artist="Bob") == SavedAlbum(AlbumId(2))
    with database.writing() as session:
        assert albums.remove(session, [own]) == 1
        assert session.scalars(select(Cover.id)).all() == [2]
    assert upload(database, A, title="One", artist="Ann").created
