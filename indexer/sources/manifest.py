"""A table, or manifest: a row for each cover, with columns ``file,genre,artist,album,year,side,back`` and any more."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PureWindowsPath

from db.records import CoverFile, Found, Guess, ListRow, Offered, OtherFiles, RejectedFile
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import DEFAULT_LIMITS, read
from indexer.images.storage import ObjectPath, is_object
from indexer.images.storage import located as object_at
from indexer.sources.alike_names import alike
from indexer.sources.any_table import rows_of
from indexer.sources.columns import COLUMNS, check_columns, guessed, plain, recognised
from indexer.sources.file_names import absolute, unusable
from indexer.sources.list_columns import ids_of, pressing_of
from indexer.sources.names import clean, distinct
from indexer.sources.other_files import BLANK_ROWS, REPEATED_ROWS, TOTALS
from indexer.sources.parquet_vectors import TableVectors
from indexer.sources.remote_image import target_of
from indexer.sources.spelling import Spellings
from indexer.sources.table_cells import (
    ALBUM_COLUMN,
    LISTS_COLUMN,
    MAX_EXTRA_COLUMNS,
    OWN_PREFIX,
    PATH_COLUMN,
    cells_by_name,
    genres_in,
    is_total,
    lists_in,
)
from indexer.sources.table_rows import Cell, TableRow
from indexer.sources.table_years import year_in_table, years_guessed
from sleeve.errors import FileRejectedError, MissingExtraError, SourceError
from sleeve.vocabulary import LabelSource, Rejection, Side

_NUMBERS_LOOKED_AT = 16
"""A list of so many numbers is a vector."""

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """The rows of a manifest (CSV, TSV, JSON Lines or Parquet; see ``table_rows``).

    Only ``file`` is needed, each once; it is relative to the manifest's folder, absolute, or
    a URL of an image (http, https) or object (s3, gs, az). A cell
    ``side`` says ``front`` or ``back``. Several genres in a cell are parted by ``;`` or ``|``, or are a JSON list.
    Columns are also known by the names that other programs give them (``columns``).

    Attributes:
        path: the manifest, as the user named it.
        label: whether the column ``genre`` says the genre.
        columns: names of ``COLUMNS`` → what this manifest calls them.
        store: keeps images that rows name by URL or hold themselves; without it such rows are rejected.
        encoding: of a table that is text; None to find out.
        spellings: how genres are spelled, and which mean nothing.
        vectors: what its covers are to have as vectors that were made elsewhere; None if none are asked for.
    """

    path: Path
    label: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    store: CoverStore | None = None
    encoding: str | None = None
    spellings: Spellings = field(default_factory=Spellings.read)
    vectors: TableVectors | None = None

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.path)

    def has_column(self, name: str) -> bool:
        """Whether the table can be read and its first row has a column of this very name."""
        try:
            rows, _ = self._rows()
            return any(name in row.cells for row in islice(rows, 1))
        except (SourceError, MissingExtraError):
            return False

    def __iter__(self) -> Iterator[Found]:
        seen: dict[Path, tuple[object, ...]] = {}
        named: tuple[str, ...] = ()
        by_name: dict[str, str] = {}
        checked = guessed_a_year = split_a_genre = False
        rows, guess = self._rows()
        if guess:
            yield Guess(guess)
        for row in rows:
            if row.fault:
                yield self._bad(row, row.fault)
                continue
            if tuple(row.cells) != named:
                named, by_name = tuple(row.cells), recognised(row.cells, self.columns)
            if not checked:
                check_columns(str(self.path), row.cells, self.columns)
                checked = True
                if said := guessed(by_name, self.columns):
                    yield Guess(f"{self.path}: columns are read by their names: {said}; --column says otherwise")
            cells = cells_by_name(_said(row, by_name), by_name)
            written = genres_in(cells.get("genre")) if self.label and not cells.get(PATH_COLUMN) else ()
            if not split_a_genre and (listed := next(self.spellings.listed(written), None)):
                split_a_genre = True
                meant = ", ".join(self.spellings.respelled([listed]))
                yield Guess(f"{self.path}: the genre {listed} is read as {meant}; a line in genres.tsv says otherwise")
            for offered in self._offers(row, cells) if row.number else ():
                if isinstance(offered, Guess):
                    if guessed_a_year:
                        continue
                    guessed_a_year = True
                if not isinstance(offered, CoverFile):
                    yield offered
                elif offered.path not in seen:
                    seen[offered.path] = _album_of(offered)
                    yield offered
                # As in a table of tracks, each with the cover of its album.
                elif seen[offered.path] == _album_of(offered):
                    yield OtherFiles(str(self.place), REPEATED_ROWS)
                else:
                    yield self._bad(row, f"{offered.file} is in the table twice, and something else is said of it")
        if not checked:
            raise SourceError(f"{self.path} has no column `file`: it holds no rows that can be read")

    def _rows(self) -> tuple[Iterator[TableRow], str]:
        """The rows, and which encoding is guessed; empty if that is certain."""
        return rows_of(
            self.path,
            self.columns,
            self.encoding,
            lambda cells: "file" in recognised(cells, self.columns),
            self.vectors,
        )

    def _offers(self, row: TableRow, cells: Mapping[str, Cell]) -> Iterator[Found]:
        if row.image is None and (kind := _kind_without_file(row.cells, cells)):
            yield OtherFiles(str(self.place), kind)
            return
        year, is_guessed = year_in_table(clean(cells.get("year")))
        if is_guessed:
            yield Guess(years_guessed(self.path, year, cells["year"]))
        if cells.get(ALBUM_COLUMN) and row.image is None and not _text(cells.get("file")):
            yield self._without_cover(row, cells, year)
            return
        front = self._cover(row, cells, year)
        yield front
        back = _text(cells.get("back"))
        if back is None or isinstance(front, RejectedFile):
            return
        group = front.group or str(front.path)
        place = self._place(back, None)
        if isinstance(place, RejectedFile):
            yield place
        else:
            yield replace(
                front, file=back, path=place.path, url=place.url, data=None, vector=None, side=Side.BACK, group=group
            )

    def _without_cover(self, row: TableRow, cells: Mapping[str, Cell], year: int | None) -> Found:
        """The album of a row that an export wrote without a cover."""
        artist, title = clean(cells.get("artist")), clean(cells.get("album"))
        if artist is None or title is None:
            return self._bad(row, "no file")
        texts = {name: cell for name, cell in cells.items() if isinstance(cell, str)}
        pressing = pressing_of({plain(name): text for name, text in texts.items()}, year)
        key = clean(texts.get(ALBUM_COLUMN)) or f"{row.number}"
        return ListRow(
            file=f"{self.path}:{row.number}",
            place=str(self.place),
            path=f"{self.place}:album {key}",
            position=row.number,
            name=None,
            lists=lists_in(cells.get(LISTS_COLUMN)),
            artist=artist,
            title=title,
            year=year,
            genres=distinct(genres_in(cells.get("genre"))) if self.label else (),
            pressing=pressing,
            extra=ids_of(texts, pressing, None),
            exported=True,
            has_vector=row.vector is not None,
        )

    def _cover(self, row: TableRow, cells: Mapping[str, Cell], year: int | None) -> Offered:
        exported_path = cells.get(PATH_COLUMN)
        # An export names its files exactly; people put spaces around theirs.
        file = _exactly(cells.get("file")) if exported_path else _text(cells.get("file"))
        if file is None and row.image is not None:
            file = f"{self.path.name}:{row.number}"
        if file is None:
            return self._bad(row, "no file")
        side = (clean(cells.get("side")) or Side.FRONT).lower()
        if side not in set(Side):
            return self._bad(row, f"side is {side!r}, neither front nor back")
        if row.image:
            place = self._place_of_image(file, _exactly(exported_path), row.image)
        else:
            place = self._place(file, _exactly(exported_path))
        if isinstance(place, RejectedFile):
            return place
        has_back = _text(cells.get("back")) is not None
        cover = CoverFile(file, place.path, LabelSource.MANIFEST, side=Side(side), row=f"{self.path}:{row.number}")
        cover = described(cover, cells, year, self.label)
        return replace(
            cover,
            # An export says genres as the catalogue spells them.
            genres=cover.genres if exported_path else self.spellings.respelled(cover.genres),
            group=str(place.path) if has_back else None,
            lists=lists_in(cells.get(LISTS_COLUMN)) if exported_path else (),
            exported=(clean(cells.get(ALBUM_COLUMN)) or "") if exported_path else None,
            url=place.url,
            data=place.data,
            vector=row.vector,
        )

    def _place(self, file: str, exported_path: str | None) -> "_Place | RejectedFile":
        """The place of a cover's bytes, now or once they are fetched; ``exported_path`` is what an export wrote."""
        is_url = _URL.match(file) is not None and not is_object(file)
        located = self._located(exported_path or file)
        if isinstance(located, RejectedFile):
            return located
        if is_url and (exported_path is None or not os.path.lexists(located)):
            return self._place_of_url(file)
        return unusable(located) or (None if is_url else unusable(Path(file))) or _Place(located)

    def _place_of_image(self, file: str, exported_path: str | None, image: bytes) -> "_Place | RejectedFile":
        """The place of an image that the row holds: the exported file if that is still the same, else the home."""
        if len(image) > DEFAULT_LIMITS.max_bytes:
            return RejectedFile(file, file, Rejection.TOO_MANY_BYTES, f"over {DEFAULT_LIMITS.max_bytes:,} bytes")
        located = self._located(exported_path) if exported_path else None
        if isinstance(located, Path) and unusable(located) is None and _holds(located, image):
            return _Place(located)
        if self.store is None:
            return RejectedFile(file, file, Rejection.UNREADABLE, "images in tables cannot be added here")
        return unusable(Path(file)) or _Place(self.store.path_of_picture(image, file), data=image)

    def _located(self, name: str) -> Path | RejectedFile:
        """The path of a file; if none has this very name, backslashes separate folders and case does not count."""
        folder = absolute(self.path).parent
        if is_object(name) or isinstance(folder, ObjectPath):
            try:
                return folder.inside(name) if isinstance(folder, ObjectPath) else object_at(name)
            except SourceError as error:
                return RejectedFile(name, name, Rejection.UNREADABLE, str(error))
        as_written, of_windows = (Path(os.path.normpath(folder / each)) for each in (name, name.replace("\\", "/")))
        is_relative = not PureWindowsPath(name).drive and not name.startswith("\\")
        try:
            if os.path.lexists(as_written):
                return as_written
            meant = (of_windows if os.path.lexists(of_windows) else alike(of_windows)) if is_relative else None
            return meant or as_written
        except ValueError:
            return as_written

    def _place_of_url(self, url: str) -> "_Place | RejectedFile":
        shown = clean(url) or ""
        try:
            target_of(url, None)
        except FileRejectedError as error:
            return RejectedFile(shown, shown, error.reason, error.detail)
        if self.store is None:
            return RejectedFile(shown, shown, Rejection.FORBIDDEN_URL, "images by URL cannot be added here")
        return _Place(self.store.path_of_url(url), url)

    def _bad(self, row: TableRow, detail: str) -> RejectedFile:
        return RejectedFile(f"{self.path}:{row.number}", f"{self.place}:{row.number}", Rejection.BAD_RECORD, detail)


def described(cover: CoverFile, cells: Mapping[str, Cell], year: int | None, label: bool) -> CoverFile:
    """A cover with what a row says of its album; ``label``: whether it says the genre."""
    return replace(
        cover,
        genres=distinct(genres_in(cells.get("genre"))) if label else (),
        artist=clean(cells.get("artist")),
        title=clean(cells.get("album")),
        year=year,
        extra=dict(islice(_extra(cells), MAX_EXTRA_COLUMNS)),
    )


def _album_of(cover: CoverFile) -> tuple[object, ...]:
    return cover.artist, cover.title, cover.year, cover.genres, cover.side, cover.lists


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    url: str | None = None
    data: bytes | None = None


def _said(row: TableRow, by_name: Mapping[str, str]) -> Mapping[str, Cell]:
    """The cells, without what the file of an image is called if another column says it."""
    if row.image_column is None or row.image_column == by_name.get("file"):
        return row.cells
    return {name: cell for name, cell in row.cells.items() if name != row.image_column}


def _kind_without_file(cells: Mapping[str, Cell], named: Mapping[str, Cell]) -> str | None:
    """The kind of a row that is none of a cover, as spreadsheets have: empty, or of totals."""
    said = [text for cell in named.values() if (text := cell.strip() if isinstance(cell, str) else "".join(cell))]
    if not said:
        return BLANK_ROWS
    file = _text(named.get("file"))
    first = next((cell for cell in cells.values() if isinstance(cell, str) and cell.strip()), "")
    return TOTALS if (file is None or file == first) and is_total(cells) else None


def _holds(path: Path, image: bytes) -> bool:
    try:
        return read(path) == image
    except FileRejectedError:
        return False


def _exactly(cell: Cell | None) -> str | None:
    """A file's name as written: it may hold what names of artists may not, only no NUL."""
    return cell if isinstance(cell, str) and cell and "\0" not in cell else None


def _text(cell: Cell | None) -> str | None:
    return (_exactly(cell) or "").strip() or None


def _extra(cells: Mapping[str, Cell]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        text = None if _is_vector(cell) else clean("; ".join(cell) if isinstance(cell, list) else cell)
        if text and name and name not in COLUMNS and not name.startswith(OWN_PREFIX):
            yield name, text


def _is_vector(cell: Cell) -> bool:
    """Whether a cell is a long list of numbers, which nobody reads and no text can hold."""
    if isinstance(cell, str):
        if not cell.startswith("["):
            return False
        cell = cell.strip("[] ").split(",", _NUMBERS_LOOKED_AT)[:_NUMBERS_LOOKED_AT]
    return len(cell) >= _NUMBERS_LOOKED_AT and all(map(_is_number, cell[:_NUMBERS_LOOKED_AT]))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
