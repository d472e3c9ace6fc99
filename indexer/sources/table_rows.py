"""The rows of a table that is text: CSV, TSV or JSON Lines. ``parquet_rows`` has the same of Parquet."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from indexer.sources.text_encoding import encoding_of
from sleeve.errors import SourceError

Cell = str | list[str]
"""A text, or several."""

MAX_LINE_CHARACTERS = 2**20
"""A line of JSON Lines may be so long."""

MAX_COLUMNS = 1000

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet"})

_TABS = {".tsv", ".tab"}
_LINES = {".jsonl", ".ndjson"}
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column as the table spells it, or what is wrong with it.

    Attributes:
        number: its line, or in Parquet its row, from 1.
    """

    number: int
    cells: Mapping[str, Cell]
    fault: str | None = None


def table_rows(path: Path) -> Iterator[TableRow]:
    """The rows of a CSV, TSV or JSON Lines table; of the former two after a row 0 that only names the columns.

    Raises:
        SourceError: the table cannot be read.
    """
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as lines:
            yield from _json_rows(lines) if path.suffix.lower() in _LINES else _csv_rows(path, lines)
    except UnicodeError as error:
        raise SourceError(f"{path} is not {encoding.upper()} text throughout") from error
    except csv.Error as error:
        raise SourceError(f"{path} is not a readable CSV file: {error}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


def _csv_rows(path: Path, lines: TextIO) -> Iterator[TableRow]:
    delimiter = "\t" if path.suffix.lower() in _TABS else _delimiter(lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = next(reader, [])
    if len(header) > MAX_COLUMNS:
        raise SourceError(f"{path} has over {MAX_COLUMNS:,} columns")
    # So the columns of a table without rows are known.
    yield TableRow(0, dict.fromkeys(header, ""))
    for cells in reader:
        if cells:
            yield TableRow(reader.line_num, dict(zip(header, cells, strict=False)))


def _delimiter(lines: TextIO) -> str:
    """The character that makes most columns of the first line; spreadsheets of many countries write semicolons."""
    first = lines.readline(MAX_LINE_CHARACTERS)
    lines.seek(0)
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))


def _json_rows(lines: TextIO) -> Iterator[TableRow]:
    number = 0
    while line := lines.readline(MAX_LINE_CHARACTERS):
        number += 1
        if len(line) == MAX_LINE_CHARACTERS and not line.endswith("\n"):
            while (rest := lines.readline(MAX_LINE_CHARACTERS)) and not rest.endswith("\n"):
                pass
            yield TableRow(number, {}, f"the line is longer than {MAX_LINE_CHARACTERS:,} characters")
        elif line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> TableRow:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return TableRow(number, {}, "not JSON")
    if not isinstance(found, dict):
        return TableRow(number, {}, "not a JSON object")
    return TableRow(number, {name: as_cell(value) for name, value in list(found.items())[:MAX_COLUMNS]})


def as_cell(value: object) -> Cell:
    """A value of JSON or Parquet as a cell; what has no plain text is left empty."""
    if isinstance(value, list):
        return [str(item) for item in value if isinstance(item, str | int | float)]
    if isinstance(value, str | int | float):
        return str(value)
    return ""
