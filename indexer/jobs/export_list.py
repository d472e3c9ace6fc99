"""``sleeve export --list``: a list as Discogs writes it."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from db import albums, entries
from db.records import Pressing
from indexer.files import replacing
from indexer.home import Home
from indexer.progress import Progress, chunks
from indexer.sources.list_columns import HEADERS, OFFERED, kind_of
from sleeve.errors import OutputError
from sleeve.vocabulary import ListName

_ALBUMS_AT_ONCE = 500


def export_list(home: Home, progress: Progress, path: Path, name: ListName) -> int:
    """Write a list as CSV with the headers of Discogs; returns how many rows it has.

    Rows that came from an export of Discogs are as they were, in their order. Albums that are on the list by hand, or
    by another table, have what is known of them. The file appears whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    progress.start("Exporting", 0)
    with home.database.reading() as session:
        rows = [*_rows(session, name)]
    header = dict.fromkeys(HEADERS[name])
    for row in rows:
        header |= dict.fromkeys(row)
    try:
        with replacing(path) as fresh, fresh.open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(header), restval="")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return len(rows)


def _rows(session: Any, name: ListName) -> Iterator[Mapping[str, str]]:
    for artist, title, entry in entries.rows_of_list(session, name):
        is_exact = kind_of(entry.cells).name is name
        yield entry.cells if is_exact else _row(name, artist, title, entry.pressing)
    for some in chunks(entries.albums_without_row(session, name), _ALBUMS_AT_ONCE):
        for album in albums.of_ids(session, some).values():
            known = next((one.pressing for one in entries.of_album(session, album.id)), Pressing(year=album.year))
            yield _row(name, album.artist or "", album.title or "", known)


def _row(name: ListName, artist: str, title: str, pressing: Pressing) -> Mapping[str, str]:
    """A row of which Discogs does not know; a year of 0 is how it says that none is known."""
    known = {
        "Artist": artist,
        "Title": title,
        "Label": pressing.label or "",
        "Format": pressing.format or "",
        "release_id": pressing.release_id or "",
    }
    if name is ListName.FOR_SALE:
        small = {column.lower(): cell for column, cell in known.items()}
        return small | {"catno": pressing.catalogue_number or "", "status": OFFERED}
    return known | {"Catalog#": pressing.catalogue_number or "", "Released": str(pressing.year or 0)}
