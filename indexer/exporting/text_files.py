"""An exported catalogue as CSV or JSON Lines."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from indexer.exporting.columns import Cells, Layout

_GENRE_MARKS = ";|["


def write_csv(path: Path, layout: Layout, rows: Iterable[Cells]) -> None:
    """Write a new CSV file; several genres are separated by ``;``, a vector is a JSON list."""
    # Spreadsheets take UTF-8 for something else unless it is marked.
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, layout.columns, restval="", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            plain = {name: json.dumps(cell) if isinstance(cell, list) else cell for name, cell in _plain(row).items()}
            writer.writerow(plain | {"genre": _genre_cell(row["genre"])})


def write_jsonl(path: Path, _layout: Layout, rows: Iterable[Cells]) -> None:
    """Write a new JSON Lines file; what is not known is left out of its line."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for row in rows:
            said = {name: cell for name, cell in _plain(row).items() if cell not in (None, [])}
            file.write(json.dumps(said) + "\n")


def _genre_cell(genres: Sequence[str]) -> str:
    if any(mark in genre for genre in genres for mark in _GENRE_MARKS):
        return json.dumps(genres, ensure_ascii=False)
    return "; ".join(genres)


def _plain(row: Cells) -> Cells:
    """The cells with a vector as a list of its exact numbers."""
    return {name: cell.astype(float).tolist() if isinstance(cell, np.ndarray) else cell for name, cell in row.items()}
