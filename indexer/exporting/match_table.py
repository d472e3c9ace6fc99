"""What pictures are to the catalogue, as a table: CSV for a spreadsheet, or Parquet."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from indexer.exporting.columns import Cells
from indexer.files import replacing
from indexer.progress import chunks
from indexer.sources.parquet_rows import PARQUET_SUFFIX, pyarrow_modules
from sleeve.errors import OutputError

MATCH_COLUMNS: Mapping[str, type] = {
    "file": str,
    "verdict": str,
    "album_id": int,
    "artist": str,
    "title": str,
    "year": int,
    "similarity": float,
    "points": int,
    "cells": float,
    "words": str,
    "width_px": int,
    "height_px": int,
    "cover_file": str,
    "cover_width_px": int,
    "cover_height_px": int,
    "runner_up_id": int,
    "runner_up_artist": str,
    "runner_up_title": str,
    "runner_up_similarity": float,
    "problem": str,
}

MATCH_SUFFIXES = (".csv", PARQUET_SUFFIX)

_GROUP_ROWS = 4096
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def write_matches(path: Path, rows: Iterable[Cells]) -> None:
    """Write one row for each picture; the file appears whole or not at all, and rows are written as they come.

    Args:
        path: its ending is one of ``MATCH_SUFFIXES``; a file that is there is replaced.
        rows: cells by ``MATCH_COLUMNS``; what is missing or None is empty.

    Raises:
        OutputError: the file cannot be written.
        MissingExtraError: Parquet was asked for without pyarrow.
    """
    write = _write_parquet if path.suffix.lower() == PARQUET_SUFFIX else _write_csv
    try:
        with replacing(path) as fresh:
            write(fresh, rows)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def _write_csv(path: Path, rows: Iterable[Cells]) -> None:
    # Spreadsheets take UTF-8 for something else unless it is marked.
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, MATCH_COLUMNS, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _without_formula(cell) for name, cell in row.items()})


def _without_formula(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula, behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_BEGINS) else cell


def _write_parquet(path: Path, rows: Iterable[Cells]) -> None:
    pa, pq = pyarrow_modules()
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in MATCH_COLUMNS.items()])
    with pq.ParquetWriter(path, schema) as writer:
        for group in chunks(rows, _GROUP_ROWS):
            writer.write_table(pa.Table.from_pylist(group, schema))
