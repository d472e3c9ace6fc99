"""A table of albums without pictures: what a person owns, wants or sells. Discogs exports such tables."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

from db.records import Found, Guess, ListRow, OtherFiles, Pressing, RejectedFile, fold
from indexer.sources.any_table import rows_of
from indexer.sources.columns import guessed, plain, recognised
from indexer.sources.file_names import absolute
from indexer.sources.list_columns import OFFERED, ListKind, ids_of, kind_of, pressing_of, without_marks, year_pressed
from indexer.sources.names import clean, distinct
from indexer.sources.other_files import BLANK_ROWS, TOTALS
from indexer.sources.spelling import Spellings
from indexer.sources.table_cells import MAX_EXTRA_COLUMNS, cells_by_name, genres_in, is_total
from indexer.sources.table_rows import TableRow
from indexer.sources.table_years import year_in_table, years_guessed
from sleeve.errors import MissingExtraError, SourceError
from sleeve.vocabulary import ListName, Rejection

_DOWNLOADED = re.compile(r"(.+-(?:collection|wantlist|inventory))-\d{8}-\d{4}(?: ?\(\d+\))?\.csv", re.IGNORECASE)
"""How Discogs names an export: by whose it is, and when it was made."""

_UNKEPT = re.compile("[\0\ud800-\udfff]")
"""What no database keeps."""


@dataclass(frozen=True, slots=True)
class ListSource:
    """The rows of a table (CSV, TSV, JSON Lines or Parquet; see ``table_rows``) with artists and titles but no files.

    Attributes:
        path: the table, as the user named it.
        name: the list that it is, whatever its columns say.
        label: whether the column ``genre`` says the genre.
        columns: names of ``COLUMNS`` → what this table calls them.
        encoding: of a table that is text; None to find out.
        spellings: how genres are spelled, and which mean nothing.
    """

    path: Path
    name: ListName | None = None
    label: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    spellings: Spellings = field(default_factory=Spellings.read)

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.path)

    @property
    def list_place(self) -> str:
        """What the list is known by."""
        return place_of_list(self.path)

    def has_no_files(self) -> bool:
        """Whether the table can be read and its columns say artists and titles, but name no files."""
        try:
            rows, _ = self._rows()
            header = next(islice((row.cells for row in rows if not row.fault), 1), {})
        except (SourceError, MissingExtraError):
            return False
        return _is_list(header, self.columns)

    def __iter__(self) -> Iterator[Found]:
        seen: Counter[str] = Counter()
        named: tuple[str, ...] = ()
        by_name: Mapping[str, str] = {}
        kind = ListKind()
        said_columns = said_year = False
        rows, guess = self._rows()
        if guess:
            yield Guess(guess)
        for row in rows:
            if row.fault:
                yield self._bad(row, row.fault)
                continue
            if tuple(row.cells) != named:
                named, by_name, kind = tuple(row.cells), recognised(row.cells, self.columns), kind_of(row.cells)
            if not said_columns and (said := guessed(by_name, self.columns)) and not kind.by_discogs:
                yield Guess(f"{self.path}: columns are read by their names: {said}; --column says otherwise")
            said_columns = True
            if not row.number:
                continue
            found = self._offer(row, by_name, kind, seen)
            yield found
            if isinstance(found, ListRow) and not kind.by_discogs and not said_year:
                written = clean(_text(row, by_name.get("year")))
                if year_in_table(written)[1]:
                    said_year = True
                    yield Guess(years_guessed(self.path, found.year, written))

    def _rows(self) -> tuple[Iterator[TableRow], str]:
        """The rows, and which encoding is guessed; empty if that is certain."""
        return rows_of(self.path, self.columns, self.encoding, lambda cells: _names_columns(cells, self.columns))

    def _offer(self, row: TableRow, by_name: Mapping[str, str], kind: ListKind, seen: Counter[str]) -> Found:
        written = {name: cell if isinstance(cell, str) else "; ".join(cell) for name, cell in row.cells.items()}
        if not any(cell.strip() for cell in written.values()):
            return OtherFiles(str(self.place), BLANK_ROWS)
        if any(_UNKEPT.search(text) for cell in written.items() for text in cell):
            return self._bad(row, "a character in it cannot be kept")
        # Discogs means what it writes: an artist may be called "None".
        exact = {ours: written[theirs] for ours, theirs in by_name.items()} if kind.by_discogs else {}
        cells = {**cells_by_name(row.cells, by_name), **exact}
        artist, title = clean(cells.get("artist")), clean(cells.get("album"))
        if artist is None or title is None:
            if is_total(row.cells):
                return OtherFiles(str(self.place), TOTALS)
            return self._bad(row, f"no {'title' if artist else 'artist'}")
        plainly = {plain(name): cell for name, cell in written.items()}
        year = year_pressed(plainly) if kind.by_discogs else year_in_table(clean(cells.get("year")))[0]
        pressing = pressing_of(plainly, year)
        name = self.name or kind.name
        key = _key(plainly, pressing, artist, title)
        seen[key] += 1
        number = f" #{seen[key]}" if seen[key] > 1 else ""
        return ListRow(
            file=f"{self.path}:{row.number}",
            place=self.list_place,
            path=f"{self.list_place}:{key}{number}",
            position=row.number,
            name=name,
            lists=_lists(name, plainly),
            artist=without_marks(artist) if kind.by_discogs else artist,
            title=title,
            year=None if kind.by_discogs else year,
            genres=self.spellings.respelled(distinct(genres_in(cells.get("genre")))) if self.label else (),
            pressing=pressing,
            extra=ids_of({key.lower(): cell for key, cell in written.items()}, pressing, _as_discogs(kind, artist)),
            cells=written if kind.by_discogs else _shortened(written),
        )

    def _bad(self, row: TableRow, detail: str) -> RejectedFile:
        return RejectedFile(f"{self.path}:{row.number}", f"{self.place}:{row.number}", Rejection.BAD_RECORD, detail)


def place_of_list(path: Path) -> str:
    """What a list is known by: its path; but a newer export of Discogs is the same list, whatever folder it is in."""
    downloaded = _DOWNLOADED.fullmatch(path.name)
    return f"discogs:{downloaded[1].lower()}" if downloaded else str(absolute(path))


def _is_list(header: Iterable[str], columns: Mapping[str, str]) -> bool:
    found = recognised(header, columns)
    return "file" not in {*found, *columns} and {"artist", "album"} <= found.keys()


def _names_columns(cells: Sequence[str], columns: Mapping[str, str]) -> bool:
    found = recognised(cells, columns)
    return "file" in found or {"artist", "album"} <= found.keys()


def _as_discogs(kind: ListKind, artist: str) -> str | None:
    return artist if kind.by_discogs else None


def _lists(name: ListName | None, cells: Mapping[str, str]) -> tuple[ListName, ...]:
    status = cells.get("status", "").strip()
    is_off = name is ListName.FOR_SALE and status and status.casefold() != OFFERED.casefold()
    return () if name is None or is_off else (name,)


def _key(cells: Mapping[str, str], pressing: Pressing, artist: str, title: str) -> str:
    """What names a row in its list, also when the list is sorted differently."""
    listing = cells.get("listing id", "").strip()
    if listing.isascii() and listing.isdigit():
        return f"listing {listing}"
    if pressing.release_id:
        return f"release {pressing.release_id}"
    parts = (artist, title, str(pressing.year), pressing.label, pressing.catalogue_number, pressing.format)
    return "row " + sha256("\x1f".join(fold(part or "") for part in parts).encode()).hexdigest()[:16]


def _shortened(cells: Mapping[str, str]) -> dict[str, str]:
    kept = ((name, clean(cell)) for name, cell in cells.items())
    return dict(islice(((name, cell) for name, cell in kept if name and cell), MAX_EXTRA_COLUMNS))


def _text(row: TableRow, name: str | None) -> str | None:
    cell = row.cells.get(name or "")
    return cell if isinstance(cell, str) else None
