"""What albums are called elsewhere, by what tags, tables and lists say, on both databases."""

from pathlib import Path

from db import statements
from db.database import Database
from db.records import CoverFile, OutsideIds
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource
from tests.db.test_entries import listed, row
from tests.db.test_registration import offer
from tests.factories import cover_file

GROUP, OTHER_GROUP, RELEASE = (f"{n}{n}{n}{n}{n}{n}{n}{n}-aaaa-4aaa-8aaa-aaaaaaaaaaaa" for n in "123")


def said(number: int, title: str, source: LabelSource, **extra: str) -> tuple[CoverFile, ContentHash]:
    path = Path(f"/c/{number}.png")
    return cover_file(path, label_source=source, artist="A", title=title, extra=extra), ContentHash(f"{number:064d}")


def ids_of(database: Database, album_id: int) -> OutsideIds:
    with database.reading() as session:
        return statements.ids_of_album(session, AlbumId(album_id))


def test_every_source_names_them_and_the_most_trusted_decides(database: Database) -> None:
    offer(
        database,
        said(1, "One", LabelSource.TAGS, musicbrainz_releasegroupid=GROUP.upper(), musicbrainz_albumid=RELEASE),
        said(2, "Two", LabelSource.MANIFEST, master_id="77", mb_releasegroupid="not an id"),
        said(3, "Three", LabelSource.FOLDER),
    )
    listed(database, row("A", "Two", 123), row("B", "Four", 456))
    assert ids_of(database, 1) == OutsideIds(GROUP, RELEASE, None, None)
    assert ids_of(database, 2) == OutsideIds(None, None, "77", "123"), "a table and a list"
    assert ids_of(database, 3) == OutsideIds(None, None, None, None)
    assert ids_of(database, 4) == OutsideIds(None, None, None, "456"), "an album without a cover"


def test_a_table_is_trusted_more_than_tags(database: Database) -> None:
    tags, table = LabelSource.TAGS, LabelSource.MANIFEST
    offer(database, said(1, "One", tags, musicbrainz_releasegroupid=OTHER_GROUP, discogs_release_id="5"))
    offer(database, said(1, "One", table, release_group_mbid=GROUP, discogs_release_id="javascript:alert(1)"))
    assert ids_of(database, 1) == OutsideIds(GROUP, None, None, "5"), "what cannot be an id is none"
