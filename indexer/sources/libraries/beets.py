"""A beets library: an SQLite database with a row for each album and each track. It is opened for reading only."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from db.records import Pressing
from indexer.images.audio.tags import Tags
from indexer.sources.libraries.records import (
    MAX_TEXT_CHARACTERS,
    LeftOutTracks,
    LibraryAlbum,
)
from indexer.sources.names import FIRST_YEAR, LAST_YEAR, clean
from indexer.sources.track_albums import Track, TrackAlbum
from sleeve.errors import SourceError

MAGIC = b"SQLite format 3\0"

MAX_ALBUMS = 500_000

QUERY_TIME_S = 30.0
"""For one page; a database can hold what takes for ever to read."""

_BUSY_S = 5.0
_AT_ONCE = 500
_TRACKS_KEPT = 3
_MAX_CELL_BYTES = 2**20
_STEPS = 10_000
_BETWEEN_GENRES = "\\\u2400"
"""What beets writes between genres."""

_TEXTS = ("albumartist", "album", "genres", "genre", "mb_albumid", "mb_releasegroupid", "label", "catalognum")
_NUMBERS = ("year", "original_year", "discogs_albumid", "comp")

_DIRECTORY = re.compile(r"""^directory:[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^#\n]+?))[ \t]*(?:#.*)?$""", re.MULTILINE)
_MAX_CONFIG_CHARACTERS = 2**18

_NO_LIBRARY = "is an SQLite database, but no beets library"


def albums(path: Path) -> Iterator[LibraryAlbum | LeftOutTracks]:
    """The albums of a library; see ``Reader``. Read a page at a time, so that beets never waits for long."""
    base = music_folder(path)
    with _opened(path) as database:
        kept = [name for name in ("artpath", *_TEXTS, *_NUMBERS) if name in _columns(path, database, "albums")]
        of_items = _columns(path, database, "items")
        if "album" not in kept or not {"id", "album_id", "path"} <= of_items:
            raise SourceError(f"{path} {_NO_LIBRARY}")
        media = "media" if "media" in of_items else "NULL"
        if single := _rows(path, database, "SELECT COUNT(*) AS n FROM items WHERE album_id IS NULL")[0]["n"]:
            yield LeftOutTracks(single)
        last, met = -1, 0
        names = ", ".join(["id", *kept])
        while page := _rows(
            path, database, f"SELECT {names} FROM albums WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}", last
        ):
            first, last = page[0]["id"], page[-1]["id"]
            met += len(page)
            if met > MAX_ALBUMS:
                raise SourceError(f"{path} has more than {MAX_ALBUMS:,} albums, which are too many")
            tracks = _tracks(path, database, media, first, last)
            for row in page:
                yield _album(row, base, tracks.get(row["id"], []))


def music_folder(path: Path) -> Path:
    """Where the music of a library is.

    Its paths are relative to a folder that only beets' configuration names: the file next to the library, else beets'
    own; without either it is the folder ``Music`` of the user.
    """
    for config in (path.parent / "config.yaml", Path("~/.config/beets/config.yaml").expanduser()):
        try:
            with config.open(encoding="utf-8", errors="replace") as file:
                found = _DIRECTORY.search(file.read(_MAX_CONFIG_CHARACTERS))
        except OSError:
            continue
        if found:
            named = next(group for group in found.groups() if group)
            return config.parent / Path(named.strip()).expanduser()
    return Path("~/Music").expanduser()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, such that nothing in it can write, run for long or take much memory."""
    try:
        database = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=_BUSY_S, isolation_level=None
        )
    except sqlite3.Error as error:
        raise SourceError(f"{path} cannot be opened: {error}") from error
    with closing(database):
        database.row_factory = sqlite3.Row
        database.text_factory = lambda data: data[: 4 * MAX_TEXT_CHARACTERS].decode(errors="replace")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL_BYTES)
        yield database


def _rows(path: Path, database: sqlite3.Connection, query: str, *values: int) -> list[sqlite3.Row]:
    end_s = time.monotonic() + QUERY_TIME_S
    database.set_progress_handler(lambda: time.monotonic() > end_s, _STEPS)
    try:
        return database.execute(query, values).fetchall()
    except (sqlite3.Error, OverflowError) as error:
        raise SourceError(f"{path} cannot be read as a beets library: {error}") from error


def _columns(path: Path, database: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a table; a view or a virtual table, which would run what a stranger wrote, has none."""
    made = _rows(path, database, f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'")
    if not made or not str(made[0]["sql"]).upper().startswith("CREATE TABLE"):
        return set()
    # Computed columns are hidden here, and so left out.
    return {str(row["name"]) for row in _rows(path, database, f"PRAGMA table_info({table})")}


def _tracks(
    path: Path, database: sqlite3.Connection, media: str, first: int, last: int
) -> Mapping[int, list[sqlite3.Row]]:
    """The first tracks of some albums."""
    numbered = f"SELECT album_id, path, {media} AS media, ROW_NUMBER() OVER (PARTITION BY album_id ORDER BY id) AS n"
    query = f"SELECT * FROM ({numbered} FROM items WHERE album_id BETWEEN ? AND ?) WHERE n <= {_TRACKS_KEPT}"
    found: dict[int, list[sqlite3.Row]] = {}
    for row in _rows(path, database, query, first, last):
        found.setdefault(row["album_id"], []).append(row)
    return found


def _album(row: sqlite3.Row, base: Path, tracks: Sequence[sqlite3.Row]) -> LibraryAlbum:
    names = row.keys()
    said = {name: clean(row[name]) for name in _TEXTS if name in names and isinstance(row[name], str)}
    number = {name: row[name] for name in _NUMBERS if name in names and isinstance(row[name], int)}
    years = {
        name: year for name in ("year", "original_year") if FIRST_YEAR <= (year := number.get(name, 0)) <= LAST_YEAR
    }
    files = [file for track in tracks if (file := _path(track["path"], base))]
    media = next((track["media"] for track in tracks if isinstance(track["media"], str)), None)
    release = number.get("discogs_albumid", 0)
    ids = {"musicbrainz_albumid": said.get("mb_albumid"), "musicbrainz_releasegroupid": said.get("mb_releasegroupid")}
    ids["discogs_release_id"] = str(release) if release > 0 else None
    art = row["artpath"] if "artpath" in names else None
    return LibraryAlbum(
        album=TrackAlbum(
            folder=files[0].parent if files else base,
            art_folders=(),
            tracks=tuple(Track(file, Tags()) for file in files),
            title=said.get("album"),
            artist=said.get("albumartist"),
            year=years.get("original_year", years.get("year")),
            genres=tuple((said.get("genres") or said.get("genre") or "").split(_BETWEEN_GENRES)),
            musicbrainz={},
        ),
        art=_path(art, base),
        pressing=Pressing(
            label=said.get("label"),
            catalogue_number=said.get("catalognum"),
            format=clean(media),
            year=years.get("year"),
            release_id=ids["discogs_release_id"],
        ),
        ids={name: value for name, value in ids.items() if value},
    )


def _path(raw: object, base: Path) -> Path | None:
    """A path as beets keeps it: bytes, from its folder on, or from the root in older libraries."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else ""
    except UnicodeDecodeError:
        return None
    return base / text if text and "\0" not in text else None
