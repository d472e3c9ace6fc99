"""Every cover is read once, whatever happens on the way."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from db import albums, texts
from db.database import Database
from db.records import TextCounts, TextLine
from indexer.progress import Silent
from indexer.reading import pending, read_pending
from indexer.reading.pending import STORE_COVERS
from indexer.sources import open_source
from indexer.sources.adding import add_source
from sleeve.vocabulary import Fingerprint, Rejection
from tests.factories import write_cover, write_covers

CORNERS = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.3), (0.1, 0.3))


class FakeReader:
    """Reads the colour of the upper left pixel, and nothing where it is dark. Counts the pictures it reads."""

    def __init__(self, name: str = "a") -> None:
        self.fingerprint = Fingerprint(name * 64)
        self.pictures = 0

    def read(self, picture: Image.Image) -> tuple[TextLine, ...]:
        self.pictures += 1
        red, green, blue = picture.getpixel((0, 0))  # type: ignore[misc]
        return (TextLine(f"{red} {green} {blue}", CORNERS, 0.75),) if red > 90 else ()


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    write_covers(tmp_path / "c", {"jazz": 6})
    add_source(database, open_source(tmp_path / "c"), threads=2)
    return tmp_path / "c/jazz"


def said(database: Database) -> dict[str, tuple[TextLine, ...]]:
    """What each cover says that was read, by the name of its file."""
    with database.reading() as session:
        names = {row.cover.id: Path(row.cover.file).name for row in albums.rows(session)}
        return {names[cover_id]: lines for cover_id, lines in texts.of_covers(session, list(names)).items()}


def test_covers_say_what_was_read_and_those_without_text_are_known_as_read(database: Database, folder: Path) -> None:
    report = read_pending(database, FakeReader(), Silent(), threads=2)
    expected = {path.name: FakeReader().read(Image.open(path)) for path in sorted(folder.iterdir())}
    assert said(database) == expected
    assert () in expected.values()
    assert (report.read, report.with_text, report.rejected) == (6, sum(map(bool, expected.values())), [])
    with database.reading() as session:
        assert texts.counts(session) == TextCounts(6, 6 - report.with_text, 0)
    again = FakeReader()
    assert read_pending(database, again, Silent(), threads=2).read == again.pictures == 0


def test_another_reader_replaces_what_was_read_only_when_it_is_asked_to(database: Database, folder: Path) -> None:
    read_pending(database, FakeReader("a"), Silent(), threads=2)
    assert read_pending(database, FakeReader("b"), Silent(), threads=2).read == 0
    assert read_pending(database, FakeReader("b"), Silent(), threads=2, again=True).read == 6
    assert read_pending(database, FakeReader("b"), Silent(), threads=2, again=True).read == 0
    assert len(said(database)) == 6


def test_a_run_leaves_the_rest_when_it_is_asked_to(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "STORE_COVERS", 2)
    assert read_pending(database, FakeReader(), Silent(), threads=2, stops=lambda: len(said(database)) == 4).read == 4
    with database.reading() as session:
        assert texts.counts(session).pending == 2
    assert read_pending(database, FakeReader(), Silent(), threads=2).read == 2


def test_one_bad_file_never_stops_the_others(database: Database, folder: Path) -> None:
    (folder / "000.png").unlink()
    write_cover(folder / "001.png", seed=77)
    report = read_pending(database, FakeReader(), Silent(), threads=2)
    reasons = {Path(item.path).name: item.reason for item in report.rejected}
    assert reasons == {"000.png": Rejection.MISSING, "001.png": Rejection.CHANGED}
    assert report.read == 4
    write_cover(folder / "000.png", seed=0)
    assert read_pending(database, FakeReader(), Silent(), threads=2).read == 1


def test_a_picture_that_changed_is_read_again_and_one_that_moved_is_not(database: Database, folder: Path) -> None:
    read_pending(database, FakeReader(), Silent(), threads=2)
    write_cover(folder / "000.png", seed=77)
    shutil.move(folder / "001.png", folder / "moved.png")
    add_source(database, open_source(folder.parent), threads=2)
    reader = FakeReader()
    assert read_pending(database, reader, Silent(), threads=2).read == reader.pictures == 1
    assert said(database)["000.png"] == FakeReader().read(Image.open(folder / "000.png"))


def test_what_was_read_of_a_cover_that_changed_or_went_meanwhile_is_dropped_and_it_is_read_again(
    database: Database, folder: Path
) -> None:
    class Slow(FakeReader):
        def read(self, picture: Image.Image) -> tuple[TextLine, ...]:
            if self.pictures == 0:
                write_cover(folder / "001.png", seed=50)
                add_source(database, open_source(folder.parent), threads=1)
                with database.writing() as session:
                    albums.remove(session, [albums.first_id(session)])
            return super().read(picture)

    slow = Slow()
    assert read_pending(database, slow, Silent(), threads=1).read == 5
    assert slow.pictures == 6
    assert said(database)["001.png"] == FakeReader().read(Image.open(folder / "001.png"))


def test_what_was_stored_before_a_crash_stays(database: Database, folder: Path, tmp_path: Path) -> None:
    write_covers(tmp_path / "c", {"rock": STORE_COVERS + 20}, first_seed=100)
    add_source(database, open_source(tmp_path / "c"), threads=2)

    class Dies(FakeReader):
        def read(self, picture: Image.Image) -> tuple[TextLine, ...]:
            if self.pictures > STORE_COVERS + 8:
                raise MemoryError
            return super().read(picture)

    with pytest.raises(MemoryError):
        read_pending(database, Dies(), Silent(), threads=1)
    with database.reading() as session:
        assert texts.count_pending(session) == 26
    assert read_pending(database, FakeReader(), Silent(), threads=1).read == 26
