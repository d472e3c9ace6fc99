"""``sleeve add --watch`` as a person runs it, and which files a change touches."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.records import CoverFile
from indexer.sources import GenreFrom, open_source
from indexer.sources.changes import ChangedFiles
from indexer.sources.watching import changes
from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.images.zips import cover_bytes, write_zip


def touched(root: Path, *changed: str, genre_from: GenreFrom | None = None) -> list[str]:
    source = ChangedFiles(open_source(root, genre_from), {root / name for name in changed})
    return [str(item.path.relative_to(root)) for item in source if isinstance(item, CoverFile)]


def test_only_what_changed_is_offered(tmp_path: Path) -> None:
    write_covers(tmp_path, {"jazz": 2, "rock": 1})
    write_zip(tmp_path / "soul.zip", {"a.png": b"", "b.png": b""})
    assert touched(tmp_path, "jazz/001.png", "jazz/gone.png") == ["jazz/001.png"]
    assert touched(tmp_path, "soul.zip") == ["soul.zip/a.png", "soul.zip/b.png"]
    assert touched(tmp_path, "jazz") == ["jazz/000.png", "jazz/001.png"]


def test_a_track_speaks_for_the_art_around_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        for disc in ("CD1", "CD2"):
            write_track(tmp_path / f"{name}/{disc}/1.flac", album=name, artist="A")
        write_cover(tmp_path / f"{name}/cover.png", 1)
    assert touched(tmp_path, "two/CD1/1.flac", genre_from=GenreFrom.TAGS) == ["two/cover.png"]
    assert touched(tmp_path, "one/cover.png", genre_from=GenreFrom.TAGS) == ["one/cover.png"]


def test_a_manifest_speaks_for_everything(tmp_path: Path) -> None:
    write_covers(tmp_path, {"jazz": 2})
    (tmp_path / "m.csv").write_text("file\njazz/000.png\njazz/001.png\n")
    for changed, count in (("m.csv", 2), ("jazz/000.png", 1)):
        source = ChangedFiles(open_source(tmp_path / "m.csv"), {tmp_path / changed})
        assert len(list(source)) == count


def lines_of(stream: Iterator[str], wanted: str) -> str:
    """The first line with this in it; the test's own time limit ends a wait without it."""
    return next(line for line in stream if wanted in line)


@pytest.mark.slow
def test_changes_are_added_until_ctrl_c(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 2})
    process = home.start("add", "covers", "--watch")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        lines_of(process.stderr, "Watching for changes")
        write_cover(tmp_path / "covers/rock/new.png", 9)
        (tmp_path / "covers/rock/page.png").write_text("<html></html>")
        lines_of(process.stderr, "page.png: not an image")
        lines_of(process.stderr, "Next:")
        (tmp_path / "soul.zip").write_bytes(b"")
        write_zip(tmp_path / "soul.zip", {"a.png": cover_bytes(20, tmp_path)}).rename(tmp_path / "covers/soul.zip")
        lines_of(process.stderr, "Next:")
        # Ctrl-C while it still adds would end it as an add that was stopped.
        time.sleep(0.5)
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "WARNING" not in err
    status = home.json("status")
    assert (status["covers"], status["genres"]) == (4, {"jazz": 2, "rock": 1, "soul": 1})


@pytest.mark.slow
def test_what_is_replaced_is_watched_on(tmp_path: Path) -> None:
    """A folder moved away and another one put there, one of its folders exchanged, a table saved as editors do."""
    root, table = tmp_path / "covers", tmp_path / "m.csv"
    write_cover(root / "jazz/a.png", 1)
    table.write_text("file\n")
    watch = changes([root, table])
    assert next(watch) == frozenset()

    def seen(*paths: Path) -> bool:
        return any(frozenset(paths) <= changed for changed in watch)

    (tmp_path / "new.csv").write_text("file\na.png\n")
    (tmp_path / "new.csv").replace(table)
    assert seen(table)
    table.write_text("file\nb.png\n")
    assert seen(table), "the new file is watched as well"
    root.rename(tmp_path / "before")
    write_cover(tmp_path / "next/rock/b.png", 2)
    (tmp_path / "next").rename(root)
    assert seen(root)
    write_cover(root / "rock/c.png", 3)
    assert seen(root / "rock/c.png")
    (root / "rock").rename(tmp_path / "old")
    (tmp_path / "before/jazz").rename(root / "rock")
    assert seen(root / "rock")
    write_cover(root / "rock/d.png", 4)
    assert seen(root / "rock/d.png")
    shutil.rmtree(root)
    table.unlink()
    assert seen(table)
    time.sleep(0.1)
    write_cover(root / "soul/e.png", 5)
    assert seen(root)


@pytest.mark.slow
def test_one_source_that_is_gone_does_not_stop_another(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "one", {"jazz": 1})
    write_covers(tmp_path / "two", {"rock": 1}, first_seed=5)
    process = home.start("add", "one", "two", "--watch")
    assert process.stderr is not None
    try:
        lines_of(process.stderr, "Watching for changes")
        shutil.rmtree(tmp_path / "one")
        write_cover(tmp_path / "two/rock/new.png", 9)
        lines_of(process.stderr, "Next:")
        write_cover(tmp_path / "one/soul/new.png", 10)
        lines_of(process.stderr, "Next:")
        time.sleep(0.5)
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert home.json("status")["albums_per_genre"] == {"jazz": 1, "rock": 2, "soul": 1}


def test_watching_goes_without_json(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    (tmp_path / "covers").mkdir()
    assert "--watch has no end" in home.sleeve("add", "covers", "--watch", "--json", code=2).stderr


@pytest.mark.parametrize(
    ("code", "arguments", "line"),
    [
        (2, ("add", "m.csv", "--column", "Künstler"), "write OURS=THEIRS"),
        (2, ("add", "m.csv", "--column", "band=Künstler"), "write OURS=THEIRS"),
        (1, ("add", "m.csv", "--column", "artist=Interpret"), "no column `Interpret`"),
        (1, ("add", "covers", "--column", "artist=x"), "is not a table"),
        (1, ("add", "m.csv", "--genre-from", "tags"), "is not a music file"),
    ],
)
def test_mistakes_end_in_one_line(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, code: int, arguments: tuple[str, ...], line: str
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_cover(tmp_path / "covers/a.png", 1)
    (tmp_path / "m.csv").write_text("file,Künstler\ncovers/a.png,Nena\n")
    result = home.sleeve(*arguments, code=code)
    assert line in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    home.sleeve("add", "m.csv", "--column", "artist=Künstler")
