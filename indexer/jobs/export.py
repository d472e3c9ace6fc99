"""The catalogue as a table that ``sleeve add`` reads: CSV, JSON Lines or Parquet."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import albums, texts
from db.records import CatalogueRow, TextLine
from indexer.files import replacing
from indexer.home import Home
from indexer.progress import Progress, chunks
from indexer.sources.columns import COLUMNS
from indexer.sources.manifest import ALBUM_COLUMN, OWN_PREFIX, PATH_COLUMN
from indexer.sources.parquet_rows import pyarrow_modules
from indexer.sources.table_rows import MAX_COLUMNS
from sleeve.errors import OutputError
from sleeve.vocabulary import AlbumId

SUFFIXES = (".csv", ".jsonl", ".parquet")

_GENRE_MARKS = ";|["
_ROWS_AT_ONCE = 4096
_PREDICTED = (f"{OWN_PREFIX}genre", f"{OWN_PREFIX}probability", f"{OWN_PREFIX}unsure")

_TEXT = f"{OWN_PREFIX}text"
"""What the cover says, a line for each line on it; empty if it says nothing, or nobody has read it yet."""

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written."""

    albums: int
    covers: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """The likeliest genre of an album, its probability, and whether it is too unlikely to count."""

    genre: str
    probability: float
    unsure: bool


Predict = Callable[[AlbumId], Predicted | None]
"""Predicts the genre of an album; None if it is not known, or the album waits to be indexed."""


def export_catalogue(home: Home, progress: Progress, path: Path, predict: Predict | None = None) -> Exported:
    """Write every cover with its album, one row for each; the file appears whole or not at all.

    Args:
        path: its ending is one of ``SUFFIXES``.
        predict: adds the predicted genre of each album.

    Raises:
        OutputError: the file cannot be written.
        MissingExtraError: Parquet was asked for without pyarrow.
        VectorIndexError: predictions were asked for and there is no index.
    """
    predicted: dict[AlbumId, Cells] = {}
    seen: set[AlbumId] = set()
    written = 0

    def cells(row: CatalogueRow, said: Sequence[TextLine]) -> Cells:
        nonlocal written
        written += 1
        album_id = row.cover.album_id
        if predict is not None and album_id not in predicted:
            predicted[album_id] = _prediction(predict(album_id))
        seen.add(album_id)
        progress.advance(1)
        text = {_TEXT: "\n".join(line.text for line in said)} if said else {}
        return _cells(row) | text | predicted.get(album_id, {})

    with home.database.reading() as session, _whole(path) as fresh:
        progress.start("Exporting", albums.counts(session).covers)
        extra = sorted({name for row in albums.rows(session) for name in row.extra if _kept(name)})
        named = [name for name in COLUMNS if name != "back"] + [PATH_COLUMN, ALBUM_COLUMN, _TEXT]
        columns = [*named, *(_PREDICTED if predict is not None else ()), *extra]
        if len(columns) > MAX_COLUMNS and path.suffix.lower() != ".jsonl":
            raise OutputError(f"the catalogue has {len(columns):,} columns; export it as .jsonl")
        _WRITERS[path.suffix.lower()](fresh, columns, (cells(row, said) for row, said in _with_text(session)))
    return Exported(len(seen), written)


def _with_text(session: Any) -> Iterator[tuple[CatalogueRow, Sequence[TextLine]]]:
    for rows in chunks(albums.rows(session), _ROWS_AT_ONCE):
        said = texts.of_covers(session, [row.cover.id for row in rows])
        yield from ((row, said.get(row.cover.id, ())) for row in rows)


def _cells(row: CatalogueRow) -> Cells:
    known = {
        "file": row.cover.file,
        "genre": list(row.genres),
        "artist": row.artist,
        "album": row.title,
        "year": row.year,
        "side": str(row.cover.side),
        PATH_COLUMN: str(row.cover.path),
        ALBUM_COLUMN: row.album,
    }
    return {name: value for name, value in row.extra.items() if _kept(name)} | known


def _kept(name: str) -> bool:
    return name not in COLUMNS and not name.startswith(OWN_PREFIX)


def _prediction(found: Predicted | None) -> Cells:
    if found is None:
        return {}
    return dict(zip(_PREDICTED, (found.genre, round(found.probability, 4), found.unsure), strict=True))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    try:
        with replacing(path) as fresh:
            yield fresh
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    # Spreadsheets take UTF-8 for something else unless it is marked.
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row | {"genre": _genre_cell(row["genre"])} for row in rows)


def _genre_cell(genres: Sequence[str]) -> str:
    if any(mark in genre for genre in genres for mark in _GENRE_MARKS):
        return json.dumps(genres, ensure_ascii=False)
    return "; ".join(genres)


def _write_jsonl(path: Path, _columns: Sequence[str], rows: Iterable[Cells]) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps({name: value for name, value in row.items() if value not in (None, [])}) + "\n")


def _write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    pa, pq = pyarrow_modules()
    kinds = {
        "genre": pa.list_(pa.string()),
        "year": pa.int32(),
        _PREDICTED[1]: pa.float64(),
        _PREDICTED[2]: pa.bool_(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
    with pq.ParquetWriter(path, schema) as writer:
        for batch in chunks(rows, _ROWS_AT_ONCE):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


_WRITERS: Mapping[str, Callable[[Path, Sequence[str], Iterable[Cells]], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
