"""``sleeve export``: the catalogue as a table that ``sleeve add`` reads, or as arrays."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import albums, texts, vectors
from db.records import AlbumRow, BundleRecord, CatalogueRow, FileOutcome
from indexer.analysis.catalogue_map import CatalogueMap, read_map
from indexer.exporting import (
    COVER_COLUMNS,
    ID_COLUMNS,
    IMAGE_COLUMN,
    LABEL_COLUMN,
    LIST_COLUMNS,
    MAP_COLUMNS,
    PREDICTION_COLUMNS,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    Cells,
    Layout,
    Picture,
    write_arrays,
    write_card,
    write_csv,
    write_jsonl,
    write_parquet,
)
from indexer.files import replacing
from indexer.home import Home
from indexer.images.decoding import read
from indexer.images.storage import located
from indexer.progress import Progress, chunks
from indexer.sources.columns import COLUMNS
from indexer.sources.parquet_rows import PARQUET_SUFFIX
from indexer.sources.table_cells import ALBUM_COLUMN, OWN_PREFIX, PATH_COLUMN
from indexer.sources.table_rows import MAX_COLUMNS
from sleeve.errors import FileRejectedError, OutputError, VectorIndexError
from sleeve.vocabulary import AlbumId, CoverId, Outcome

_ARRAYS_SUFFIX = ".npz"
_WRITERS = {".csv": write_csv, ".jsonl": write_jsonl, PARQUET_SUFFIX: write_parquet, _ARRAYS_SUFFIX: write_arrays}
SUFFIXES = tuple(_WRITERS)

_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Further:
    """What is to be written of each cover besides what ``sleeve add`` needs.

    Attributes:
        vectors: of the live index's bundle; arrays always have them.
        images: the files of the covers; only Parquet can hold them.
        places: of the albums on the map.
        texts: what was read on the covers.
    """

    vectors: bool = False
    images: bool = False
    places: bool = False
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        albums: of the catalogue.
        pending: covers without a vector, if vectors were asked for; they are not among arrays.
        unreadable: covers whose file could not be read, if images were asked for.
        card: whether a dataset card was written next to it; None if none belongs to it.
    """

    albums: int
    covers: int
    pending: int
    unreadable: Sequence[FileOutcome]
    card: bool | None


@dataclass(frozen=True, slots=True)
class Predicted:
    """The likeliest genre of an album, its probability, and whether it is too unlikely to count."""

    genre: str
    probability: float
    unsure: bool


Predict = Callable[[AlbumId], Predicted | None]
"""Predicts the genre of an album; None if it is not known, or the album waits to be indexed."""


def export_catalogue(
    home: Home, progress: Progress, path: Path, further: Further = Further(), predict: Predict | None = None
) -> Exported:
    """Write every cover with its album, one row for each, and in a table a row for each album without a cover; the
    file appears whole or not at all.

    Args:
        path: its ending is one of ``SUFFIXES``.
        predict: adds the predicted genre of each album.

    Raises:
        OutputError: the file cannot be written, or cannot hold what was asked for.
        MissingExtraError: Parquet was asked for without pyarrow.
        VectorIndexError: vectors, the map or predictions were asked for, and there is no index or no map.
    """
    suffix = path.suffix.lower()
    _check(suffix, further, predict)
    has_vectors = further.vectors or suffix == _ARRAYS_SUFFIX
    bundle = home.require_live().bundle if has_vectors or further.places else None
    places = _map(home, bundle) if further.places and bundle else None
    with home.database.reading() as session, _whole(path) as fresh:
        counts = albums.counts(session)
        has_lists = suffix != _ARRAYS_SUFFIX and bool(counts.lists or counts.without_cover)
        progress.start("Exporting", counts.covers)
        own_lists = set(LIST_COLUMNS) if has_lists else set()
        extra = sorted({name for row in albums.rows(session) for name in row.extra if _kept(name)} - own_lists)
        own = [
            *(ID_COLUMNS if suffix == _ARRAYS_SUFFIX else ()),
            *COVER_COLUMNS,
            *(LIST_COLUMNS if has_lists else ()),
            *((TEXT_COLUMN,) if further.texts else ()),
            *(PREDICTION_COLUMNS if predict is not None else ()),
            *(MAP_COLUMNS if further.places else ()),
            *((LABEL_COLUMN,) if suffix == PARQUET_SUFFIX else ()),
            *((IMAGE_COLUMN,) if further.images else ()),
            *((VECTOR_COLUMN,) if has_vectors else ()),
        ]
        if taken := [name for name in extra if name in own]:
            raise OutputError(f"the covers have a column `{taken[0]}` of their own; export them without --{taken[0]}s")
        layout = Layout(own, extra, counts.covers, sorted(counts.genres), bundle)
        if len(layout.columns) > MAX_COLUMNS and suffix != ".jsonl":
            raise OutputError(f"the catalogue has {len(layout.columns):,} columns; export it as .jsonl")
        rows = _Rows(session, layout, places, predict, progress)
        _WRITERS[suffix](fresh, layout, rows)
    card = _card(path, layout, counts.albums) if suffix == PARQUET_SUFFIX else None
    written = rows.seen - rows.pending if suffix == _ARRAYS_SUFFIX else rows.seen
    return Exported(counts.albums, written, rows.pending, rows.unreadable, card)


def _check(suffix: str, further: Further, predict: Predict | None) -> None:
    if further.images and suffix != PARQUET_SUFFIX:
        raise OutputError(f"a {suffix} file cannot hold images; export them as {PARQUET_SUFFIX}")
    if suffix == _ARRAYS_SUFFIX and (further.texts or predict is not None):
        raise OutputError(f"a {suffix} file holds vectors, genres and the map only; export the rest as a table")


def _map(home: Home, bundle: BundleRecord) -> CatalogueMap:
    drawn = read_map(home.map_file(bundle.fingerprint))
    if drawn is None:
        raise VectorIndexError("there is no map yet; run `sleeve map` first")
    return drawn


def _card(path: Path, layout: Layout, album_count: int) -> bool:
    try:
        return write_card(path, layout, album_count)
    except OSError as error:
        raise OutputError(f"the dataset card of {path} cannot be written: {error.strerror}") from error


class _Rows:
    """The cells of every cover, once, in the order in which they were added; counts what is missing of them."""

    def __init__(
        self,
        session: Any,
        layout: Layout,
        places: CatalogueMap | None,
        predict: Predict | None,
        progress: Progress,
    ) -> None:
        self._session = session
        self._asked = frozenset(layout.own)
        self._number_of = {genre: number for number, genre in enumerate(layout.genres)}
        self._bundle = layout.bundle
        self._places = places
        self._predict = predict
        self._predicted: dict[AlbumId, Cells] = {}
        self._progress = progress
        self.seen = 0
        self.pending = 0
        self.unreadable: list[FileOutcome] = []

    def __iter__(self) -> Iterator[Cells]:
        for rows in chunks(albums.rows(self._session), _ROWS_AT_ONCE):
            ids = [row.cover.id for row in rows]
            said = texts.of_covers(self._session, ids) if TEXT_COLUMN in self._asked else {}
            made: Mapping[CoverId, Any] = {}
            if VECTOR_COLUMN in self._asked and self._bundle is not None:
                made = vectors.of_covers(self._session, self._bundle, ids)
            self.pending += len(ids) - len(made) if VECTOR_COLUMN in self._asked else 0
            for row in rows:
                self.seen += 1
                self._progress.advance(1)
                cells = _cells(row) | self._prediction(row.cover.album_id)
                if row.cover.id in said:
                    cells[TEXT_COLUMN] = "\n".join(line.text for line in said[row.cover.id])
                if row.cover.id in made:
                    cells[VECTOR_COLUMN] = made[row.cover.id]
                yield cells | self._further(row)
        if LIST_COLUMNS[0] in self._asked:
            yield from map(_cells_without_cover, albums.rows_without_cover(self._session))

    def _further(self, row: CatalogueRow) -> Cells:
        cells: Cells = {}
        if ID_COLUMNS[0] in self._asked:
            cells |= zip(ID_COLUMNS, (row.cover.id, row.cover.album_id), strict=True)
        if self._places is not None:
            cells |= _place(self._places, row.cover.album_id)
        if LABEL_COLUMN in self._asked and len(row.genres) == 1:
            cells[LABEL_COLUMN] = self._number_of[row.genres[0]]
        if IMAGE_COLUMN in self._asked:
            cells[IMAGE_COLUMN] = self._picture(row)
        return cells

    def _picture(self, row: CatalogueRow) -> Picture | None:
        try:
            return Picture(read(row.cover.path), row.cover.file.replace("\\", "/").rpartition("/")[2])
        except FileRejectedError as error:
            cover = row.cover
            self.unreadable.append(
                FileOutcome(cover.file, str(located(cover.path)), Outcome.REJECTED, error.reason, error.detail)
            )
            return None

    def _prediction(self, album_id: AlbumId) -> Cells:
        if self._predict is None:
            return {}
        if album_id not in self._predicted:
            self._predicted[album_id] = _prediction(self._predict(album_id))
        return self._predicted[album_id]


def _place(drawn: CatalogueMap, album_id: AlbumId) -> Cells:
    at = bisect_left(drawn.albums, album_id)
    if at == len(drawn.albums) or drawn.albums[at] != album_id:
        return {}
    return dict(zip(MAP_COLUMNS, (drawn.x[at], drawn.y[at]), strict=True))


def _cells(row: CatalogueRow) -> Cells:
    known = {
        "file": row.cover.file,
        "genre": list(row.genres),
        "artist": row.artist,
        "album": row.title,
        "year": row.year,
        "side": str(row.cover.side),
        PATH_COLUMN: str(located(row.cover.path)),
        ALBUM_COLUMN: row.album,
        **({LIST_COLUMNS[0]: "; ".join(row.lists)} if row.lists else {}),
    }
    return {name: value for name, value in row.extra.items() if _kept(name)} | known


def _cells_without_cover(row: AlbumRow) -> Cells:
    known = {"file": "", "genre": list(row.genres), "artist": row.artist, "album": row.title, "year": row.year}
    of_pressing = (row.pressing.label, row.pressing.catalogue_number, row.pressing.format, row.pressing.release_id)
    return (
        known | {ALBUM_COLUMN: row.album} | dict(zip(LIST_COLUMNS, ("; ".join(row.lists), *of_pressing), strict=True))
    )


def _kept(name: str) -> bool:
    return name not in COLUMNS and not name.startswith(OWN_PREFIX)


def _prediction(found: Predicted | None) -> Cells:
    if found is None:
        return {}
    return dict(zip(PREDICTION_COLUMNS, (found.genre, round(found.probability, 4), found.unsure), strict=True))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    try:
        with replacing(path) as fresh:
            yield fresh
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
