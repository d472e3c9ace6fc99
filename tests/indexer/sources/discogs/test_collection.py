"""A collection of 2,000 rows with odd values: from the file to covers, and to the same file again."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.database import Database
from db.tables import Album, Cover
from indexer.jobs.export_list import export_list
from indexer.progress import Silent
from indexer.sources import ListSource
from indexer.sources.adding import add_source
from sleeve.vocabulary import ListName, Outcome
from tests.factories import home_at
from tests.indexer.sources.discogs.stand_in import IMAGES, serving
from tests.indexer.sources.discogs.test_filling import endings, fill
from tests.indexer.sources.test_lists import odd_rows, written

SHOWN, SILENT = 200, 790
"""Releases that Discogs shows, and those that it knows without a picture."""


@pytest.mark.slow
def test_a_collection_gets_its_covers_and_keeps_its_rows(database: Database, tmp_path: Path) -> None:
    home = home_at(tmp_path / "home", database)
    path, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    path.write_text(written(ListName.OWNED, odd_rows(2000)), encoding="utf-8", newline="")
    assert add_source(database, ListSource(path), threads=1).counts == {Outcome.ADDED: 2000}
    with serving() as discogs:
        discogs.permitted = 10**6
        for number in range(1, SHOWN + SILENT + 1):
            discogs.release(number, f"Artist {number}", f"Title {number}", image=number <= SHOWN)
        report = fill(discogs, database, tmp_path)
        assert endings(report) == {"filled": SHOWN + SILENT, "not found": 1000 - SHOWN - SILENT}
        assert len(discogs.asked(IMAGES)) == SHOWN
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Album)) == 1000
        assert session.scalar(select(func.count(Cover.album_id.distinct()))) == SHOWN
    assert export_list(home, Silent(), out, ListName.OWNED) == 2000
    assert out.read_bytes() == path.read_bytes()
    again = add_source(database, ListSource(path), threads=1)
    assert (again.counts, again.unlisted) == ({Outcome.UNCHANGED: 2000}, 0)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Album)) == 1000
        assert session.scalar(select(func.count(Cover.album_id.distinct()))) == SHOWN
