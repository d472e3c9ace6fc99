"""A table, or manifest: a row for each cover, with columns ``file,genre,artist,album,year,side,back`` and any more."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from db.records import CoverFile, Found, Offered, RejectedFile
from indexer.sources.file_names import absolute, unusable
from indexer.sources.names import clean, distinct, year_of
from indexer.sources.parquet_rows import PARQUET_SUFFIX, parquet_rows
from indexer.sources.remote_image import target_of
from indexer.sources.table_rows import Cell, TableRow, table_rows
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import LabelSource, Rejection, Side

MAX_EXTRA_COLUMNS = 50
"""Further columns that are kept; the rest is ignored."""

COLUMNS = ("file", "genre", "artist", "album", "year", "side", "back")
"""What can be said of a cover; ``back`` names the file of the back cover in the same row."""

OWN_PREFIX = "sleeve_"
"""Columns that ``sleeve export`` writes for its own use begin like this; no other of them is kept."""

PATH_COLUMN = "sleeve_path"
"""The path of the file, if ``file`` only says what it was called."""

ALBUM_COLUMN = "sleeve_album"
"""Covers with the same value are of one album when no names say so."""

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """The rows of a manifest (CSV, TSV, JSON Lines or Parquet; see ``table_rows``).

    Only ``file`` is needed, each once; it is relative to the manifest's folder, absolute, or an http(s) URL. A cell
    ``side`` says ``front`` or ``back``. A year is the first four digits of its cell. Several genres in a cell are
    parted by ``;`` or ``|``, or are a JSON list.

    Attributes:
        path: the manifest, as the user named it.
        label: whether the column ``genre`` says the genre.
        columns: names of ``COLUMNS`` → what this manifest calls them.
        url_path: where the image behind a URL is kept; without it rows that name one are rejected.
    """

    path: Path
    label: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    url_path: Callable[[str], Path] | None = None

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.path)

    def __iter__(self) -> Iterator[Found]:
        renamed = {_folded(theirs): ours for ours, theirs in self.columns.items()}
        seen: set[Path] = set()
        checked = False
        rows = parquet_rows if self.path.suffix.lower() == PARQUET_SUFFIX else table_rows
        for row in rows(self.path):
            cells = _named(row.cells, renamed)
            if not checked and not row.fault:
                self._check(row)
                checked = True
            for offered in self._offers(row, cells) if row.number else ():
                if isinstance(offered, CoverFile) and offered.path in seen:
                    yield self._bad(row, f"{offered.file} is in the table twice")
                    continue
                if isinstance(offered, CoverFile):
                    seen.add(offered.path)
                yield offered
        if not checked:
            raise SourceError(f"{self.path} has no column `file`: it holds no rows that can be read")

    def _check(self, row: TableRow) -> None:
        header = {_folded(name) for name in row.cells}
        for ours, theirs in self.columns.items():
            if _folded(theirs) not in header:
                raise SourceError(f"{self.path} has no column `{theirs}` (asked for by --column {ours}={theirs})")
        if "file" not in header and "file" not in self.columns:
            raise SourceError(
                f"{self.path} has no column `file` in its first row; --column file=NAME says what it is called"
            )

    def _offers(self, row: TableRow, cells: Mapping[str, Cell]) -> Iterator[Offered]:
        front = self._cover(row, cells)
        yield front
        back = _text(cells.get("back"))
        if back is None or isinstance(front, RejectedFile):
            return
        group = front.group or str(front.path)
        place = self._place(back, None)
        if isinstance(place, RejectedFile):
            yield place
        else:
            yield replace(front, file=back, path=place.path, url=place.url, side=Side.BACK, group=group)

    def _cover(self, row: TableRow, cells: Mapping[str, Cell]) -> Offered:
        exported_path = cells.get(PATH_COLUMN)
        # An export names its files exactly; people put spaces around theirs.
        file = _exactly(cells.get("file")) if exported_path else _text(cells.get("file"))
        if row.fault or file is None:
            return self._bad(row, row.fault or "no file")
        side = (clean(cells.get("side")) or Side.FRONT).lower()
        if side not in set(Side):
            return self._bad(row, f"side is {side!r}, neither front nor back")
        place = self._place(file, _exactly(exported_path))
        if isinstance(place, RejectedFile):
            return place
        has_back = _text(cells.get("back")) is not None
        return CoverFile(
            file=file,
            path=place.path,
            label_source=LabelSource.MANIFEST,
            genres=distinct(_genres(cells.get("genre"))) if self.label else (),
            artist=clean(cells.get("artist")),
            title=clean(cells.get("album")),
            year=year_of(clean(cells.get("year"))),
            side=Side(side),
            group=clean(cells.get(ALBUM_COLUMN)) or (str(place.path) if has_back else None),
            extra=dict(islice(_extra(cells), MAX_EXTRA_COLUMNS)),
            url=place.url,
        )

    def _place(self, file: str, exported_path: str | None) -> "_Place | RejectedFile":
        """The place of a cover's bytes, now or once they are fetched; ``exported_path`` is what an export wrote."""
        is_url = _URL.match(file) is not None
        located = Path(os.path.normpath(self.path.absolute().parent / (exported_path or file)))
        if is_url and (exported_path is None or not os.path.lexists(located)):
            return self._place_of_url(file)
        return unusable(located) or (None if is_url else unusable(Path(file))) or _Place(located, None)

    def _place_of_url(self, url: str) -> "_Place | RejectedFile":
        shown = clean(url) or ""
        try:
            target_of(url, None)
        except FileRejectedError as error:
            return RejectedFile(shown, shown, error.reason, error.detail)
        if self.url_path is None:
            return RejectedFile(shown, shown, Rejection.FORBIDDEN_URL, "images by URL cannot be added here")
        return _Place(self.url_path(url), url)

    def _bad(self, row: TableRow, detail: str) -> RejectedFile:
        return RejectedFile(
            f"{self.path}:{row.number}", f"{self.path.absolute()}:{row.number}", Rejection.BAD_RECORD, detail
        )


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    url: str | None


def _named(cells: Mapping[str, Cell], renamed: Mapping[str, str]) -> dict[str, Cell]:
    """The cells by Sleeve's names of their columns; a column that was named by hand goes before one of that name."""
    own = {_folded(name): cell for name, cell in cells.items()}
    found = {name: cell for name, cell in own.items() if name not in renamed and name not in renamed.values()}
    return found | {ours: own[theirs] for theirs, ours in renamed.items() if theirs in own}


def _folded(name: str) -> str:
    return (clean(name) or "").lower()


def _exactly(cell: Cell | None) -> str | None:
    """A file's name as written: it may hold what names of artists may not, only no NUL."""
    return cell if isinstance(cell, str) and cell and "\0" not in cell else None


def _text(cell: Cell | None) -> str | None:
    return (_exactly(cell) or "").strip() or None


def _genres(cell: Cell | None) -> Iterable[str | None]:
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


def _extra(cells: Mapping[str, Cell]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        text = clean("; ".join(cell) if isinstance(cell, list) else cell)
        if text and name and name not in COLUMNS and not name.startswith(OWN_PREFIX):
            yield name, text
