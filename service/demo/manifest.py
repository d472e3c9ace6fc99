"""The catalogue's papers: the CSV manifest that `sleeve add` reads and the stamp that says what drew the files."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from service.demo.files import write_whole
from service.demo.plan import GENRE_SEPARATOR, PlannedCover
from service.demo.roster import GENRES

MANIFEST_NAME = "manifest.csv"
_STAMP_NAME = ".demo_catalogue.json"

_FORMAT_VERSION = 1
"""To be raised with every change that alters a drawing: files of another version are drawn again."""

COLUMNS = ("file", "genre", "artist", "album", "year", "side", "genres_all", "near_duplicate_of")


def write_manifest(folder: Path, covers: Sequence[PlannedCover]) -> Path:
    """Write the manifest, one row a cover, paths relative to it; returns its path."""
    text = StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for cover in covers:
        genre, artist = GENRES[cover.genre].name, cover.sleeve.artist
        described = (cover.file, genre, artist, cover.album, cover.year, cover.side)
        rows.writerow((*described, GENRE_SEPARATOR.join(cover.genres_all), cover.near_duplicate_of or ""))
    path = folder / MANIFEST_NAME
    write_whole(path, text.getvalue().encode())
    return path


def is_stamped(folder: Path, seed: int) -> bool:
    """Whether the covers in a folder were drawn from this seed by this version."""
    try:
        return (folder / _STAMP_NAME).read_text(encoding="utf-8") == _stamp(seed)
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def is_drawn(folder: Path) -> bool:
    """Whether a folder is one that covers were drawn into, from whatever seed by whatever version."""
    return (folder / _STAMP_NAME).is_file()


def stamp(folder: Path, seed: int) -> None:
    """Declare that what is drawn from here on is of this seed and version; the old manifest goes first."""
    (folder / MANIFEST_NAME).unlink(missing_ok=True)
    write_whole(folder / _STAMP_NAME, _stamp(seed).encode())


def _stamp(seed: int) -> str:
    return json.dumps({"format_version": _FORMAT_VERSION, "seed": seed}) + "\n"
