"""Rows of texts and numbers as a table: CSV for a spreadsheet, JSON Lines, or Parquet."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from indexer.exporting.columns import Cells
from indexer.files import replacing
from indexer.progress import chunks
from indexer.sources.parquet_rows import PARQUET_SUFFIX, pyarrow_modules
from sleeve.errors import OutputError

ROW_SUFFIXES = (".csv", ".jsonl", PARQUET_SUFFIX)

_GROUP_ROWS = 4096
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def write_rows(path: Path, columns: Mapping[str, type], rows: Iterable[Cells]) -> None:
    """Write a table; it appears whole or not at all, and rows are written as they come.

    Args:
        path: its ending is one of ``ROW_SUFFIXES``; a file that is there is replaced.
        columns: their names, and the types of their cells.
        rows: cells by the columns; what is missing or None is empty.

    Raises:
        OutputError: the file cannot be written.
        MissingExtraError: Parquet was asked for without pyarrow.
    """
    write = {".csv": _write_csv, ".jsonl": _write_jsonl, PARQUET_SUFFIX: _write_parquet}[path.suffix.lower()]
    try:
        with replacing(path) as fresh:
            write(fresh, columns, rows)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def _write_csv(path: Path, columns: Mapping[str, type], rows: Iterable[Cells]) -> None:
    # Spreadsheets take UTF-8 for something else unless it is marked.
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _without_formula(cell) for name, cell in row.items()})


def _write_jsonl(path: Path, _columns: Mapping[str, type], rows: Iterable[Cells]) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps({name: cell for name, cell in row.items() if cell is not None}) + "\n")


def _without_formula(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula, behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_BEGINS) else cell


def _write_parquet(path: Path, columns: Mapping[str, type], rows: Iterable[Cells]) -> None:
    pa, pq = pyarrow_modules()
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    with pq.ParquetWriter(path, schema) as writer:
        for group in chunks(rows, _GROUP_ROWS):
            writer.write_table(pa.Table.from_pylist(group, schema))
