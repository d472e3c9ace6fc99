"""What a cell of a declared column holds: texts, a number, a date, yes or no."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from db.records import fold
from sleeve.vocabulary import ColumnKind

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}.*)?)?)?", re.ASCII)
_SHOWN_CHARACTERS = 60
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})

WRITTEN: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "no text",
    ColumnKind.NUMBER: "no number (write 9.99)",
    ColumnKind.DATE: "no date (write 2026-11-30, 2026-11 or 2026)",
    ColumnKind.YES_NO: "neither yes nor no",
}
"""What is said of a text that holds no value of a kind."""

RANGES = frozenset({ColumnKind.NUMBER, ColumnKind.DATE})
"""Kinds that are in an order."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is compared.

    Attributes:
        said: as people read it.
        folded: of a text or date; a date is as long as it is exact: ``2026-11`` is some day of that month.
        number: of a number; 1 and 0 for yes and no.
    """

    said: str
    folded: str | None = None
    number: float | None = None


def values_of(kind: ColumnKind, cell: str) -> list[Value]:
    """What a cell holds: one value, or several texts.

    Raises:
        ValueError: it holds nothing of this kind; the text says so.
    """
    found = _READ[kind](cell.strip())
    if not found:
        raise ValueError(f"is {cell[:_SHOWN_CHARACTERS]!r}, {WRITTEN[kind]}")
    return found


def fault(kind: ColumnKind, cell: str) -> str:
    """Why a cell holds nothing of this kind; empty if it does."""
    try:
        values_of(kind, cell)
    except ValueError as error:
        return str(error)
    return ""


def _texts(cell: str) -> list[Value]:
    parts = {fold(part): " ".join(part.split()) for part in re.split("[;|]", cell)}
    return [Value(said, folded) for folded, said in parts.items() if folded]


def _number(cell: str) -> list[Value]:
    number = float(cell) if _NUMBER.fullmatch(cell) else math.inf
    # Minus zero is zero.
    return [Value(cell, None, number + 0.0)] if math.isfinite(number) else []


def _date(cell: str) -> list[Value]:
    match = _DATE.fullmatch(cell)
    if match is None:
        return []
    parts = [part for part in match.groups() if part]
    try:
        date(*map(int, (*parts, "1", "1")[:3]))
    except ValueError:
        return []
    written = "-".join(parts)
    return [Value(written, written)]


def _yes_no(cell: str) -> list[Value]:
    word = fold(cell)
    return [Value("yes", None, 1.0)] if word in _YES else [Value("no", None, 0.0)] if word in _NO else []


_READ: Mapping[ColumnKind, Callable[[str], list[Value]]] = {
    ColumnKind.TEXT: _texts,
    ColumnKind.NUMBER: _number,
    ColumnKind.DATE: _date,
    ColumnKind.YES_NO: _yes_no,
}
