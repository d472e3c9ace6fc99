"""A library that a real beets has written becomes albums; the database is never written, whatever is in it."""

import os
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from db.records import CoverFile, Found, ListRow, OtherFiles
from indexer.sources import open_source
from indexer.sources.libraries import beets
from sleeve.errors import SourceError
from sleeve.vocabulary import LabelSource, ListName
from tests.factories import write_cover
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.sources.musicbrainz.stand_in import picture

CONFIG = """\
directory: "{folder}/music"  # where it all is
library: {folder}/library.db
plugins: fetchart
import: {{quiet: yes, autotag: no, copy: yes}}
fetchart: {{sources: filesystem, cover_names: front cover}}
"""

MADE = """\
CREATE TABLE albums (id INTEGER PRIMARY KEY, artpath BLOB, album TEXT, albumartist TEXT, genre TEXT, year INTEGER,
    original_year INTEGER, label TEXT, catalognum TEXT, discogs_albumid INTEGER, mb_albumid TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, album_id INTEGER, path BLOB, media TEXT);
"""


def beet(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "BEETSDIR": str(folder), "HOME": str(folder)}
    command = [sys.executable, "-W", "ignore", "-m", "beets", *arguments]
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def found_in(path: Path, **options: Any) -> list[Found]:
    return list(open_source(path, **options))


def library(folder: Path, *rows: tuple[Any, ...], made: str = MADE) -> Path:
    """A library with albums of these columns, in the order of ``MADE``."""
    path = folder / "my.blb"
    with sqlite3.connect(path) as database:
        database.executescript(made)
        for row in rows:
            database.execute(f"INSERT INTO albums VALUES ({', '.join('?' * len(row))})", row)
    database.close()
    return path


@pytest.mark.slow
def test_what_beets_imported(tmp_path: Path) -> None:
    for number, (title, genres) in enumerate({"Blue": ["Jazz", "Soul"], "Grün": ["Jazz"], "Red": ["Punk"]}.items()):
        for track in (1, 2):
            names = {"album": title, "artist": f"Artist {number}", "album_artist": f"Artist {number}"}
            pictures = [(3, picture(1, False))] if title == "Grün" else []
            path = tmp_path / "new" / title / f"{track}.flac"
            write_track(path, **names, date="1970", genres=genres, pictures=pictures)  # type: ignore[arg-type]
    write_cover(tmp_path / "new" / "Blue" / "cover.png", 1)
    (tmp_path / "config.yaml").write_text(CONFIG.format(folder=tmp_path))
    beet(tmp_path, "import", str(tmp_path / "new"))
    beet(tmp_path, "modify", "-a", "-y", "album:Red", "label=Factory", "catalognum=FACT 10", "original_year=1969")
    path = tmp_path / "library.db"
    before = sha256(path.read_bytes()).hexdigest()
    blue, green, red = found_in(path, list_name=ListName.OWNED)
    assert isinstance(blue, CoverFile)
    assert blue.path == tmp_path / "music" / "Artist 0" / "Blue" / "cover.png"
    assert (blue.artist, blue.title, blue.year, blue.genres) == ("Artist 0", "Blue", 1970, ("jazz", "soul"))
    assert (blue.label_source, blue.lists) == (LabelSource.LIBRARY, (ListName.OWNED,))
    assert isinstance(green, CoverFile)
    assert green.path == tmp_path / "music" / "Artist 1" / "Grün" / "00.flac" / "front"
    assert isinstance(red, ListRow)
    assert (red.artist, red.title, red.year, red.genres) == ("Artist 2", "Red", 1969, ("punk",))
    assert (red.pressing.label, red.pressing.catalogue_number, red.pressing.year) == ("Factory", "FACT 10", 1970)
    assert sha256(path.read_bytes()).hexdigest() == before
    assert not list(tmp_path.glob("library.db-*[lm]"))


def test_a_library_of_an_older_beets_has_whole_paths(tmp_path: Path) -> None:
    write_cover(tmp_path / "a" / "art.png", 1)
    art = os.fsencode(tmp_path / "a" / "art.png")
    path = library(
        tmp_path,
        (1, art, "One", "A", "Jazz, Rock", 1999, 0, "L", "C 1", 77, "x"),
        (2, b"/gone/cover.jpg", "Two", "B", "", 0, 0, None, None, 0, None),
        (3, b"\xff\0", None, "C", None, "soon", None, None, None, None, None),
    )
    one, two, third = found_in(path)
    assert isinstance(one, CoverFile)
    assert (one.path, one.genres, one.year) == (tmp_path / "a" / "art.png", ("jazz", "rock"), 1999)
    assert one.extra == {
        "label": "L",
        "catalogue number": "C 1",
        "musicbrainz_albumid": "x",
        "discogs_release_id": "77",
    }
    assert isinstance(two, ListRow)
    assert (two.artist, two.title, two.year, two.pressing.release_id) == ("B", "Two", None, None)
    assert isinstance(third, OtherFiles)
    assert third.kind == "albums without artist or title"


def test_the_folder_of_the_music_is_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    path = tmp_path / "lib" / "library.db"
    path.parent.mkdir()
    assert beets.music_folder(path) == tmp_path / "me" / "Music"
    (tmp_path / "me" / ".config" / "beets").mkdir(parents=True)
    (tmp_path / "me" / ".config" / "beets" / "config.yaml").write_text("plugins: x\ndirectory: ~/Sounds # all\n")
    assert beets.music_folder(path) == tmp_path / "me" / "Sounds"
    (path.parent / "config.yaml").write_text("directory: 'my music'\n")
    assert beets.music_folder(path) == path.parent / "my music"


@pytest.mark.parametrize(
    ("made", "line"),
    [
        ("CREATE TABLE photos (id)", "is an SQLite database, but no beets library"),
        ("CREATE TABLE albums (id, album); CREATE TABLE things (id)", "is an SQLite database, but no beets library"),
        (
            "CREATE VIEW albums AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, 'x' AS album FROM n; CREATE TABLE items (id, album_id, path)",
            "is an SQLite database, but no beets library",
        ),
        (
            "CREATE VIRTUAL TABLE albums USING fts5(id, album); CREATE TABLE items (id, album_id, path)",
            "is an SQLite database, but no beets library",
        ),
    ],
)
def test_another_database_is_refused_in_one_line(tmp_path: Path, made: str, line: str) -> None:
    path = library(tmp_path, made=made)
    with pytest.raises(SourceError, match=line):
        found_in(path)


def test_a_hostile_library_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library(tmp_path, (1, None, "x" * 2**21, "A", None, 1, 1, None, None, 1, None))
    with pytest.raises(SourceError, match="cannot be read as a beets library"):
        found_in(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match="cannot be read as a beets library"):
        found_in(path)
    monkeypatch.setattr(beets, "QUERY_TIME_S", -1.0)
    monkeypatch.setattr(beets, "_STEPS", 1)
    path.unlink()
    with pytest.raises(SourceError, match="interrupted"):
        found_in(library(tmp_path, (1, None, "One", "A", None, 1, 1, None, None, 1, None)))


def test_beets_may_write_while_the_library_is_read(tmp_path: Path) -> None:
    rows = [(n, None, f"Album {n}", "A", None, 1, 1, None, None, n, None) for n in range(1, 1201)]
    path = library(tmp_path, *rows)
    reading = iter(open_source(path))
    assert isinstance(next(reading), ListRow)
    with sqlite3.connect(path, timeout=0) as database:
        database.execute("UPDATE albums SET album = 'Other' WHERE id = 1200")
    database.close()
    last = [item for item in reading if isinstance(item, ListRow)][-1]
    assert (last.title, last.pressing.release_id) == ("Other", "1200")


def test_a_library_that_is_locked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library(tmp_path, (1, None, "One", "A", None, 1, 1, None, None, 1, None))
    monkeypatch.setattr(beets, "_BUSY_S", 0.01)
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match="database is locked"):
            found_in(path)
        database.execute("ROLLBACK")
    database.close()
