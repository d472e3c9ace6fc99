"""The rows of a table that is text: CSV, TSV or JSON Lines. ``parquet_rows`` has the same of Parquet."""

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import SourceError

Cell = str | list[str]
"""A text, or several."""

IsHeader = Callable[[Sequence[str]], bool]
"""Whether these cells name the columns of a table."""

MAX_LINE_CHARACTERS = 2**20
"""A line, and a row of several lines, may be so long."""

MAX_LINES_A_ROW = 1000
"""A cell in quotes may have at most this many lines."""

MAX_COLUMNS = 1000

LINES_ABOVE_HEADER = 20
"""The row that names the columns is among the first lines, at most this many: titles may be above it."""

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet"})

_TABS = {".tsv", ".tab"}
_LINES = {".jsonl", ".ndjson"}
_DELIMITERS = ",;\t|"
_SAYS_DELIMITER = "sep="
_STRANGE = re.compile("[\udc80-\udcff]")
"""What ``surrogateescape`` makes of bytes that are not of the encoding."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column as the table spells it, or what is wrong with it.

    Attributes:
        number: its first line, or in Parquet its row, from 1.
        image: the bytes of the cover, if the row holds them.
        image_column: where images are; its cell is only what the file is called.
        vector: (d,) float16, L2-normalised, if vectors are asked for and the row has one.
    """

    number: int
    cells: Mapping[str, Cell]
    fault: str | None = None
    image: bytes | None = None
    image_column: str | None = None
    vector: NDArray[np.float16] | None = None


def table_rows(path: Path, encoding: str, is_header: IsHeader) -> Iterator[TableRow]:
    """The rows of a CSV, TSV or JSON Lines table; of the former two after a row 0 that only names the columns.

    Raises:
        SourceError: the table cannot be read.
    """
    # Python's own limit of a cell is lower than that of a line.
    csv.field_size_limit(MAX_LINE_CHARACTERS)
    # A byte that is not of the encoding becomes a surrogate, and spoils its own row only.
    errors = "strict" if encoding.startswith("utf-16") or encoding.startswith("utf-32") else "surrogateescape"
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            lines = _lines(file)
            rows = _json_rows(lines) if path.suffix.lower() in _LINES else _csv_rows(path, lines, is_header)
            name = encoding.removesuffix("-sig").upper()
            for row in rows:
                yield row if _is_sound(row) else TableRow(row.number, {}, f"not {name} text")
    except UnicodeError as error:
        raise SourceError(f"{path} is not {encoding.upper()} text throughout") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_whole: bool = True


def _lines(file: TextIO) -> Iterator[_Line]:
    number = 0
    while text := file.readline(MAX_LINE_CHARACTERS):
        number += 1
        if len(text) < MAX_LINE_CHARACTERS or text.endswith("\n"):
            yield _Line(number, text)
        else:
            while (rest := file.readline(MAX_LINE_CHARACTERS)) and not rest.endswith("\n"):
                pass
            yield _Line(number, "", is_whole=False)


def _csv_rows(path: Path, lines: Iterator[_Line], is_header: IsHeader) -> Iterator[TableRow]:
    top = list(islice(lines, LINES_ABOVE_HEADER))
    delimiter, at = _layout(top, "\t" if path.suffix.lower() in _TABS else "", is_header)
    records = _Records(delimiter, [*top[at:]], lines)
    header = [_without_strange(name) for name in next(records, _Record(1, [])).cells]
    if len(header) > MAX_COLUMNS:
        raise SourceError(f"{path} has over {MAX_COLUMNS:,} columns")
    # So the columns of a table without rows are known.
    yield TableRow(0, dict.fromkeys(header, ""))
    records.columns = len(header)
    for record in records:
        if record.cells or record.fault:
            yield TableRow(record.number, _by_column(header, record.cells), record.fault)


def _by_column(header: Sequence[str], cells: Sequence[str]) -> dict[str, Cell]:
    """The cells; of columns of one name the first that says something."""
    found: dict[str, Cell] = {}
    for name, cell in zip(header, cells, strict=False):
        found[name] = found.get(name) or cell
    return found


def _layout(top: Sequence[_Line], preferred: str, is_header: IsHeader) -> tuple[str, int]:
    """The delimiter of a table, and which of its first lines names the columns.

    Without a line that does, the delimiter is the one that makes most columns of the first line with any text.
    """
    if top and top[0].text.lower().startswith(_SAYS_DELIMITER) and len(top[0].text.strip()) == len(_SAYS_DELIMITER) + 1:
        delimiters, first = top[0].text.strip()[-1], 1
    else:
        delimiters, first = preferred + _DELIMITERS.replace(preferred, "") if preferred else _DELIMITERS, 0
    for at, line in enumerate(top[first:], first):
        rows = {delimiter: _cells(line.text, delimiter) for delimiter in delimiters}
        if fitting := [delimiter for delimiter, cells in rows.items() if is_header(cells)]:
            return max(fitting, key=lambda delimiter: len(rows[delimiter])), at
    at = next((at for at, line in enumerate(top[first:], first) if line.text.strip(delimiters + " \r\n")), first)
    text = top[at].text if at < len(top) else ""
    return max(delimiters, key=lambda delimiter: len(_cells(text, delimiter))), at


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    cells: list[str]
    fault: str | None = None


class _Records:
    """The records of a CSV or TSV. One that is malformed costs its first line; the next one begins on the next line.

    Attributes:
        columns: how many there may be; None while that is not known.
    """

    def __init__(self, delimiter: str, waiting: Sequence[_Line], lines: Iterator[_Line]) -> None:
        self._delimiter = delimiter
        self._waiting = deque(waiting)
        self._lines = lines
        self._quotes_all = False
        self.columns: int | None = None

    def __iter__(self) -> "_Records":
        return self

    def __next__(self) -> _Record:
        first = self._next_line()
        if first is None:
            raise StopIteration
        if not first.is_whole:
            return _Record(first.number, [], f"the line is longer than {MAX_LINE_CHARACTERS:,} characters")
        if self.columns is None:
            self._quotes_all = first.text.startswith('"')
        taken = [first]
        try:
            cells = next(csv.reader(self._texts(taken), delimiter=self._delimiter, strict=True), [])
            fault = self._fault(cells)
        except csv.Error:
            cells, fault = [], "its quotes do not match"
        if (self._delimiter == "\t" and len(taken) == 1) or (fault and self._delimiter == "\t"):
            self._put_back(taken)
            cells = self._as_written(first.text, cells)
            fault = self._fault(cells)
        elif fault:
            self._put_back(taken)
        return _Record(first.number, [] if fault else cells, fault)

    def _texts(self, taken: list[_Line]) -> Iterator[str]:
        """The texts of the first line, and of as many more as the reader asks for."""
        yield taken[0].text
        size = len(taken[0].text)
        while len(taken) < MAX_LINES_A_ROW and size < MAX_LINE_CHARACTERS and (line := self._next_line()):
            taken.append(line)
            size += len(line.text)
            yield line.text

    def _as_written(self, text: str, cells: list[str]) -> list[str]:
        """The cells of a line of TSV: many programs write it without quotes, so that ``"Heroes"`` is a name."""
        raw = text.rstrip("\r\n").split("\t")
        if len(raw) != len(cells):
            return raw
        is_quoted = [self._quotes_all or any(sign in cell for sign in ',;"\t') for cell in cells]
        return [cell if quoted else written for cell, quoted, written in zip(cells, is_quoted, raw, strict=True)]

    def _fault(self, cells: Sequence[str]) -> str | None:
        if self.columns is None or not any(cell.strip() for cell in cells[self.columns :]):
            return None
        return f"it has {len(cells)} cells, and the first row has {self.columns}"

    def _next_line(self) -> _Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def _put_back(self, taken: Sequence[_Line]) -> None:
        self._waiting.extendleft(reversed(taken[1:]))


def _json_rows(lines: Iterator[_Line]) -> Iterator[TableRow]:
    for line in lines:
        if not line.is_whole:
            yield TableRow(line.number, {}, f"the line is longer than {MAX_LINE_CHARACTERS:,} characters")
        elif line.text.strip():
            yield json_row(line.number, line.text)


def json_row(number: int, text: str) -> TableRow:
    """The row that a JSON object is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return TableRow(number, {}, "not JSON")
    if not isinstance(found, dict):
        return TableRow(number, {}, "not a JSON object")
    return TableRow(number, {name: as_cell(value) for name, value in list(found.items())[:MAX_COLUMNS]})


def _is_sound(row: TableRow) -> bool:
    """Whether no cell has a byte that is not of the table's encoding."""
    texts = [*row.cells, *(cell if isinstance(cell, str) else "".join(cell) for cell in row.cells.values())]
    return all(text.isascii() or not _STRANGE.search(text) for text in texts)


def _without_strange(name: str) -> str:
    return _STRANGE.sub("", name)


def as_cell(value: object) -> Cell:
    """A value of JSON or Parquet as a cell; what has no plain text is left empty."""
    if isinstance(value, list):
        return [str(item) for item in value if isinstance(item, str | int | float)]
    if isinstance(value, str | int | float):
        return str(value)
    return ""
