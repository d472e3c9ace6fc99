from pathlib import Path

from db import cover_facts
from db.database import Database
from db.records import CoverFile, InspectedFile
from db.registration import register
from sleeve.vocabulary import ContentHash, LabelSource, Side
from tests.factories import cover_file


def _add(database: Database, *files: CoverFile) -> None:
    items = [InspectedFile(file, ContentHash(f"{number:064d}")) for number, file in enumerate(files)]
    with database.writing() as session:
        register(session, items, lambda _path, _hash: True)


def test_a_front_cover_comes_with_everything_said_of_its_album(database: Database) -> None:
    named = {"artist": "Ann", "title": "One", "year": 1971}
    _add(
        database,
        cover_file(Path("/c/1.png"), "jazz", **named, extra={"source": "shop"}),
        cover_file(Path("/c/1b.png"), "folk", **named, side=Side.BACK, label_source=LabelSource.MANIFEST),
        cover_file(Path("/c/2.png")),
    )
    with database.reading() as session:
        first, second = cover_facts.front_covers(session)
    assert (first.file, first.path, first.content_hash) == ("1.png", Path("/c/1.png"), f"{0:064d}")
    assert (first.artist, first.title, first.year) == ("Ann", "One", 1971)
    assert first.extra == {"source": "shop"}
    assert first.labels == (("folk", "manifest"),)
    assert first.genres == ("folk",), "a table outranks a folder"
    assert second.labels == ()
    assert second.album_id != first.album_id
