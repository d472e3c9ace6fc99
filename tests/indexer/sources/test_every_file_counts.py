"""Every file that a source meets ends up in one count: added, unchanged, rejected, or another kind of file."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from db import albums
from db.database import Database
from db.records import CoverFile, RejectedFile
from indexer.jobs.export import export_catalogue
from indexer.jobs.remove import remove
from indexer.progress import Silent
from indexer.sources import GenreFrom, open_source
from indexer.sources.add_report import AddReport
from indexer.sources.adding import add_source
from sleeve.errors import SourceError
from sleeve.vocabulary import Outcome, Rejection
from tests.factories import home_at, write_cover, write_covers
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.images.zips import cover_bytes

NOT_COVERS = {
    "files of systems and programs": (
        *("rock/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", "#recycle/old.jpg", "$RECYCLE.BIN/R1.jpg", "rock/Thumbs.db"),
        *(
            "System Volume Information/x",
            "lost+found/deep/y.png",
            "rock/AlbumArtSmall.jpg",
            "rock/Thumbs.db:encryptable",
        ),
        "rock/AlbumArt_{5FA05D35-A682-4AF6-96F7-0773E42D4D16}_Small.jpg",
    ),
    "hidden files": (".git/b.jpg", ".git/objects/c", "rock/._a.png", "rock/.DS_Store"),
    "music files": ("rock/01.mp3", "rock/02.flac"),
    "tables": ("covers.csv",),
    "archives that are not read": ("rock/more.rar",),
    ".txt files": ("rock/notes.txt", "README.txt"),
    ".nfo files": ("rock/a.nfo",),
    "files of unknown kinds": ("rock/LICENSE",),
}


def messy(root: Path) -> Path:
    """A folder with two pictures, one of them without an ending, and what is found around pictures."""
    write_cover(root / "rock/a.png", 1)
    write_cover(root / "rock/b.png", 2).rename(root / "rock/b")
    for names in NOT_COVERS.values():
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"words")
    return root


def corrected(database: Database, path: Path, genre_from: GenreFrom | None = None) -> tuple[int, dict[str, int]]:
    report = add_source(database, open_source(path, genre_from), threads=1)
    return report.counts[Outcome.UNCHANGED], dict(report.corrected)


def test_a_corrected_folder_is_said(database: Database, tmp_path: Path) -> None:
    write_cover(tmp_path / "c/rock/blue.png", 1)
    write_cover(tmp_path / "c/rock/red.png", 2)
    assert corrected(database, tmp_path / "c") == (0, {})
    (tmp_path / "c/jazz").mkdir()
    (tmp_path / "c/rock/blue.png").rename(tmp_path / "c/jazz/blue.png")
    assert corrected(database, tmp_path / "c") == (2, {"genre": 1})
    assert corrected(database, tmp_path / "c") == (2, {})


def test_a_corrected_table_is_said(database: Database, tmp_path: Path) -> None:
    write_cover(tmp_path / "a.png", 1)
    write_cover(tmp_path / "b.png", 2)
    table = tmp_path / "m.csv"
    table.write_text("file,artist,album,year,genre\na.png,Ann,Blue,1999,rock\nb.png,Bob,Red,1999,rock\n")
    assert corrected(database, table) == (0, {})
    table.write_text("file,artist,album,year,genre\na.png,Anne,Blue,1998,jazz\nb.png,Bob,Red,1999,pop\n")
    assert corrected(database, table) == (2, {"artist": 1, "year": 1, "genre": 2})
    assert corrected(database, table) == (2, {})


def test_corrected_tags_are_said(database: Database, tmp_path: Path) -> None:
    for genre, expected in (("rock", (0, {})), ("jazz", (1, {"genre": 1})), ("jazz", (1, {}))):
        track = write_track(
            tmp_path / "m/1.flac", album="Blue", artist="Ann", genres=[genre], pictures=[(3, cover_bytes(1, tmp_path))]
        )
        assert track.exists()
        assert corrected(database, tmp_path / "m", GenreFrom.TAGS) == expected


def test_a_corrected_export_is_said(database: Database, tmp_path: Path) -> None:
    write_cover(tmp_path / "c/rock/blue.png", 1)
    assert corrected(database, tmp_path / "c") == (0, {})
    table = tmp_path / "t.csv"
    export_catalogue(home_at(tmp_path / "home", database), Silent(), table)
    assert corrected(database, table) == (1, {})
    table.write_text(table.read_text().replace(",rock,", ",jazz,"))
    assert corrected(database, table) == (1, {"genre": 1})


def files_below(root: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(root))


def total(report: AddReport) -> int:
    return report.counts.total() + report.others.total()


def test_what_is_no_cover_is_counted_by_kind(database: Database, tmp_path: Path) -> None:
    root = messy(tmp_path / "c")
    report = add_source(database, open_source(root), threads=1)
    assert (dict(report.counts), report.of_kind()) == (
        {Outcome.ADDED: 2},
        {kind: len(names) for kind, names in NOT_COVERS.items()},
    )
    assert total(report) == files_below(root)
    with database.reading() as session:
        assert albums.counts(session).others == report.of_kind()
        assert albums.counts(session).genres == {"rock": 2}


def test_a_zip_of_them_counts_the_same(tmp_path: Path) -> None:
    root = messy(tmp_path / "c")
    with ZipFile(tmp_path / "c.zip", "w") as archive:
        for file in root.rglob("*"):
            archive.write(file, file.relative_to(root))
    report = AddReport()
    offered = list(report.offered(open_source(tmp_path / "c.zip")))
    # An archive within an archive may hold covers, so it is named.
    assert [item.reason for item in offered if isinstance(item, RejectedFile)] == [Rejection.NESTED_ARCHIVE]
    expected = {kind: len(names) for kind, names in NOT_COVERS.items()}
    del expected["archives that are not read"]
    assert report.of_kind() == expected


def test_the_files_of_a_music_library_add_up(database: Database, tmp_path: Path) -> None:
    root = tmp_path / "music"
    for number in (1, 2, 3):
        write_track(root / f"one/{number}.mp3", album="One", artist="A")
    for name in ("cover", "booklet 1", "booklet 2"):
        write_cover(root / f"one/{name}.png", len(name))
    write_cover(root / "one/booklet 2.png", 77)
    (root / "one/one.cue").write_text("cue")
    (root / "one/more.zip").write_bytes(b"PK")
    write_track(root / "two/1.flac", album="Two", artist="B", pictures=[(3, cover_bytes(5, tmp_path))])
    write_track(root / "two/2.flac", album="Two", artist="B")
    (root / "two/3.flac").write_bytes(b"nothing")
    write_track(root / "bare/1.flac", album="Bare", artist="C")
    write_track(root / "bare/2.flac", album="Bare", artist="C")
    write_track(root / "two/stray.flac", album="Stray", artist="D")
    report = add_source(database, open_source(root, GenreFrom.TAGS), threads=1)
    assert dict(report.counts) == {Outcome.ADDED: 2, Outcome.REJECTED: 3}
    assert report.of_kind() == {
        "music files read for their tags": 5,
        "pictures that are no covers of albums": 2,
        ".cue files": 1,
        "archives that are not read": 1,
    }
    assert total(report) == files_below(root)


def test_what_is_not_met_any_more_is_not_counted(database: Database, tmp_path: Path) -> None:
    root, table = tmp_path / "c", tmp_path / "m.csv"
    write_cover(root / "rock/a.png", 1)
    for name in ("rock/bad.png", "jazz/bad.png", "rock/notes.txt", "rock/Bad.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("words")
    table.write_text("file,side\nc/rock/a.png,middle\nc/gone.png,\n")

    def status(path: Path) -> tuple[dict[str, int], dict[str, int]]:
        add_source(database, open_source(path), threads=1)
        with database.reading() as session:
            counts = albums.counts(session)
            return dict(counts.rejections), dict(counts.others)

    assert status(root) == ({"not an image": 3}, {".txt files": 1})
    assert status(table) == (
        {"not an image": 3, "bad manifest row": 1, "missing file": 1},
        {".txt files": 1},
    )
    (root / "rock/bad.png").unlink()
    (root / "rock/notes.txt").unlink()
    assert status(root / "rock") == ({"not an image": 2, "bad manifest row": 1, "missing file": 1}, {})
    table.write_text("file,side\nc/rock/a.png,front\n")
    assert status(table) == ({"not an image": 2}, {})
    for name in ("jazz/bad.png", "rock/Bad.png"):
        (root / name).unlink()
    assert status(root) == ({}, {})


def test_what_a_source_that_is_gone_offered_is_not_counted(database: Database, tmp_path: Path) -> None:
    """Whatever is added next, or when a person asks for it: then without rejected files, too."""
    home, old, new, later = home_at(tmp_path / "home", database), tmp_path / "old", tmp_path / "new", tmp_path / "later"
    write_cover(old / "rock/a.png", 1)
    for name in ("bad.png", "notes.txt"):
        (old / "rock" / name).write_text("words")

    def counted() -> tuple[dict[str, int], dict[str, int]]:
        with database.reading() as session:
            counts = albums.counts(session)
            return dict(counts.rejections), dict(counts.others)

    add_source(database, open_source(old), threads=1)
    old.rename(new)
    add_source(database, open_source(new), threads=1)
    assert counted() == ({"not an image": 1}, {".txt files": 1})
    (new / "rock/bad.png").unlink()
    add_source(database, open_source(new), threads=1)
    new.rename(later)
    add_source(database, open_source(later), threads=1)
    assert counted() == ({}, {".txt files": 2}), "of a source without rejected files nobody knows that it is gone"
    remove(home, Silent(), missing=True)
    assert counted() == ({}, {".txt files": 1})


@pytest.mark.parametrize("name", ["mine.xlsx", "more.rar", "covers.tar.gz"])
def test_what_cannot_be_read_at_all_is_refused_with_advice(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"words")
    with pytest.raises(SourceError, match=r"is not read .*(save one as CSV|unpack them first)"):
        open_source(tmp_path / name)


def test_a_folder_that_cannot_be_read_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "c"
    write_cover(root / "rock/a.png", 1)
    (root / "jazz").mkdir()
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path).name == "jazz":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for genre_from in (None, GenreFrom.TAGS):
        [rejected] = [item for item in open_source(root, genre_from) if isinstance(item, RejectedFile)]
        assert (rejected.path, rejected.reason) == (str(root / "jazz"), Rejection.UNREADABLE_FOLDER)
        assert rejected.detail == "Permission denied"


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    root, outside = tmp_path / "c", tmp_path / "outside"
    write_cover(root / "rock/a.png", 1)
    write_cover(outside / "b.png", 2)
    write_cover(outside / "deep/c.png", 3)
    (root / "jazz").symlink_to(outside)
    for link, target in {
        "again": outside,
        "part": outside / "deep",
        "within": root / "rock",
        "up": root,
        "over": tmp_path,
    }.items():
        (root / "rock" / link).symlink_to(target)
    (outside / "deep/back").symlink_to(root)
    (outside / "deep/circle").symlink_to(outside)
    report = AddReport()
    found = [item.file for item in report.offered(open_source(root)) if isinstance(item, CoverFile)]
    assert found == [str(root / name) for name in ("jazz/b.png", "jazz/deep/c.png", "rock/a.png")]
    assert report.of_kind() == {"links to folders that are read anyway": 7}


def test_covers_that_are_gone_from_a_folder_are_counted_until_they_turn_up(database: Database, tmp_path: Path) -> None:
    covers = tmp_path / "covers"
    files = write_covers(covers, {"jazz": 2, "rock": 1})

    def gone(folder: Path) -> int:
        return add_source(database, open_source(folder), threads=1).gone

    assert gone(covers) == 0
    files[0].unlink()
    files[1].rename(tmp_path / "elsewhere.png")
    assert [gone(covers), gone(covers)] == [2, 2]
    assert gone(tmp_path / "elsewhere.png") == 0
    assert gone(covers) == 1
