"""What the cells of a table say, whatever it is a table of."""

import json
from collections.abc import Iterable, Mapping

from indexer.sources.columns import COLUMNS
from indexer.sources.names import clean
from indexer.sources.table_rows import Cell
from sleeve.vocabulary import ListName

MAX_EXTRA_COLUMNS = 50
"""Further columns that are kept; the rest is ignored."""

OWN_PREFIX = "sleeve_"
"""Columns that ``sleeve export`` writes for its own use begin like this; no other of them is kept."""

PATH_COLUMN = "sleeve_path"
"""The path of the file, if ``file`` only says what it was called."""

ALBUM_COLUMN = "sleeve_album"
"""Covers with the same value are of one album, those with two values of two."""

LISTS_COLUMN = "sleeve_lists"
"""The lists that the album is on, parted by ``;``."""

_SAYING_NOTHING = frozenset(
    {"NaN", "nan", "NaT", "None", "NULL", "null", "N/A", "n/a", "#N/A", "NA", "<NA>", "\\N", "#REF!", "#VALUE!"}
)
"""What pandas, Excel, R and databases write into cells that have no value."""

_TOTALS = frozenset(
    {
        "total",
        "totals",
        "grand total",
        "sum",
        "summe",
        "gesamt",
        "somme",
        "totale",
        "suma",
        "totaal",
        "итого",
        "合計",
        "总计",
    }
)


def cells_by_name(cells: Mapping[str, Cell], by_name: Mapping[str, str]) -> dict[str, Cell]:
    """The cells by Sleeve's names of their columns, the others by their own; those that say nothing are empty.

    An export means what it says: an album may be called "None".
    """
    meant = {theirs: ours for ours, theirs in by_name.items()}
    free = {name: cell for name, cell in cells.items() if name not in meant and folded(name) not in COLUMNS}
    found = {folded(name): cell for name, cell in free.items()} | {ours: cells[name] for name, ours in meant.items()}
    if cells.get(PATH_COLUMN):
        return found
    return {
        name: "" if isinstance(cell, str) and cell.strip() in _SAYING_NOTHING else cell for name, cell in found.items()
    }


def genres_in(cell: Cell | None) -> Iterable[str | None]:
    if isinstance(cell, list):
        return [clean(genre) for genre in cell]
    text = (cell or "").strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return [clean(genre) for genre in found if isinstance(genre, str)]
    return [clean(genre) for genre in text.replace("|", ";").split(";")]


def lists_in(cell: Cell | None) -> tuple[ListName, ...]:
    """The lists that a cell of an export names."""
    named = {name.strip() for name in cell.split(";")} if isinstance(cell, str) else set(cell or ())
    return tuple(name for name in ListName if name in named)


def is_total(cells: Mapping[str, Cell]) -> bool:
    """Whether a row begins like one of totals, as spreadsheets have."""
    first = next((cell for cell in cells.values() if isinstance(cell, str) and cell.strip()), "")
    return first.strip(" :").lower() in _TOTALS


def folded(name: str) -> str:
    """The name of a column as it is kept."""
    return (clean(name) or "").lower()
