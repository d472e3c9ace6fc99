"""Frozen records that pass between the catalogue and everything above it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from sleeve.vocabulary import (
    AlbumId,
    ColumnKind,
    ContentHash,
    CoverId,
    Fact,
    Fingerprint,
    LabelSource,
    ListName,
    Outcome,
    Rejection,
    Side,
    VectorId,
)

MAX_NAME_CHARACTERS = 500
"""Artists, titles and genres are cut to this length."""


_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
}
"""Hyphens and apostrophes that keyboards, MusicBrainz and word processors each write in their own way; and characters
that show nothing."""


def fold(name: str) -> str:
    """The form in which names are compared: NFKC, case folded, one hyphen, one apostrophe, white space collapsed."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.translate(_ALIKE)).casefold())
        # NFKC makes such hyphens and apostrophes itself: two of the ″ in 12″. And a small Turkish i keeps its dot.
        name = name.translate(_ALIKE).replace("i\u0307", "i")
    return " ".join(name.casefold().split())[:MAX_NAME_CHARACTERS].rstrip()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could be a cover; ``file`` and ``path`` as in ``sleeve.vocabulary``.

    Attributes:
        kind: of ``OtherFiles``: what its source counts it as, in its folder, unless it is tried.
    """

    file: str
    path: Path
    kind: str


@dataclass(frozen=True, slots=True)
class CoverFile:
    """What a source says about one file.

    Attributes:
        file, path: as in ``sleeve.vocabulary``.
        label_source: who says all this.
        group: covers of one group are of one album when no names say so.
        exported: of a row that ``sleeve export`` wrote, the album's id in it or "" if it has none; else None.
        extra: what else the source says, by name.
        lists: those that the album is on.
        url: where the image is fetched from if nothing is at the path; None for a file of the user's own.
        data: the image itself, which is to be kept at the path, empty once it is; None if it is no image of a table.
        stored: whether Sleeve wrote the file at the path, or is about to.
        instead: what to take if the file is not a cover, the best first.
        row: the table and its line that say this, as people read it; empty if no table does.
    """

    file: str
    path: Path
    label_source: LabelSource
    genres: tuple[str, ...] = ()
    artist: str | None = None
    title: str | None = None
    year: int | None = None
    side: Side = Side.FRONT
    group: str | None = None
    exported: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[ListName, ...] = ()
    url: str | None = None
    data: bytes | None = field(default=None, repr=False, compare=False)
    stored: bool = False
    instead: tuple["Candidate", ...] = ()
    row: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A file, or a manifest's row, that cannot become a cover."""

    file: str
    path: str
    reason: Rejection
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pressing:
    """What a row of a list says of the record itself; None says nothing.

    Attributes:
        label: several are joined by ", ".
        year: of this pressing; the album may be older.
        release_id: of Discogs.
    """

    label: str | None = None
    catalogue_number: str | None = None
    format: str | None = None
    year: int | None = None
    release_id: str | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list: an album without a picture.

    Attributes:
        file: what a person is shown of it: the table and the line.
        place: what the list is known by.
        path: the place, and what names the row in it.
        position: its place in the list, from 0.
        name: the list that the table as a whole is; None if it is none.
        lists: those that the row puts the album on.
        year: of the album; None if only that of the pressing is known.
        extra: ids and what else the row says of the album, by name.
        cells: the row as it was written, by column.
        exported: ``sleeve export`` wrote it, of an album without a cover.
    """

    file: str
    place: str
    path: str
    position: int
    name: ListName | None
    lists: tuple[ListName, ...]
    artist: str
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    pressing: Pressing = Pressing()
    extra: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    exported: bool = False


@dataclass(frozen=True, slots=True)
class AlbumEntry:
    """A row of a list as an album shows it.

    Attributes:
        name: the list; None if it is none, or does not have the row any more.
        cells: the row as it was written, by column.
    """

    name: ListName | None
    pressing: Pressing
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """Files that a source met and that are not offered as covers.

    Attributes:
        place: the absolute path of the folder, archive or table that they are in.
        kind: what they are, in words that a person reads ("hidden files").
    """

    place: str
    kind: str
    files: int = 1


@dataclass(frozen=True, slots=True)
class Guess:
    """What a source took for granted and could be wrong about, as a sentence for a person."""

    text: str


Offered = CoverFile | RejectedFile
"""A file as a source offers it."""

Found = CoverFile | RejectedFile | ListRow | OtherFiles | Guess
"""All that a source says."""


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that was read, hashed and, unless its hash is known for its path, decoded without fault."""

    cover_file: CoverFile
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """How one file ended.

    Attributes:
        corrected: of a cover that was known, what its source says otherwise than before: artist, album, year or genre.
    """

    file: str
    path: str
    outcome: Outcome
    reason: Rejection | None = None
    detail: str = ""
    corrected: tuple[str, ...] = ()


class Comparison(StrEnum):
    """How a value of a declared column is compared."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class ColumnCondition:
    """What a declared column is to say, as a person wrote it; ``column`` is folded."""

    column: str
    comparison: Comparison
    value: str

    def __str__(self) -> str:
        return f"{self.column}{self.comparison}{self.value}"


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A further column of tables that can be asked for, and how many covers have a value in it."""

    name: str
    kind: ColumnKind
    covers: int


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """Which covers an answer may hold; None allows all.

    Attributes:
        genre: label of the album, in any case.
        without_genre, with_genre: only albums that have no label, or one at least.
        year_from, year_to: first and last year, both included; an album without a year is left out.
        artist: the whole name, in any case.
        missing: only albums that lack this.
        on_list: only albums that are on this list.
        where: only albums with a cover of which declared columns say all of this.
    """

    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    artist: str | None = None
    side: Side | None = None
    without_genre: bool = False
    with_genre: bool = False
    missing: Fact | None = None
    on_list: ListName | None = None
    where: tuple[ColumnCondition, ...] = ()

    @property
    def allows_all(self) -> bool:
        """Whether nothing is asked for."""
        return self == CatalogueFilter()


@dataclass(frozen=True, slots=True)
class CoverRecord:
    """A cover in the catalogue."""

    id: CoverId
    album_id: AlbumId
    side: Side
    file: str
    path: Path
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class AlbumRecord:
    """An album in the catalogue with its genres (the main one first), covers (in the order they were added; an album
    of a list may have none) and the lists that it is on."""

    id: AlbumId
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    covers: tuple[CoverRecord, ...]
    lists: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class AlbumPlace:
    """An album's place in a list: what the list is sorted by (None if that is its id, or unknown), and its id."""

    key: str | int | None
    id: AlbumId


class AlbumEdit(TypedDict, total=False):
    """What to change of an album; what is not named stays. A title, artist or year of None takes it away."""

    title: str | None
    artist: str | None
    year: int | None
    genres: Sequence[str]
    """In place of all others; they stay when the album's file is added again."""
    lists: Mapping[ListName, bool | None]
    """Whether it is on each, whatever a source says; None leaves it to the sources."""


@dataclass(frozen=True, slots=True)
class AlbumPage:
    """A piece of a list of albums; ``next`` is the place after which the next one begins, None at the end.

    ``total`` is how many albums the whole list has at this moment.
    """

    albums: tuple[AlbumRecord, ...]
    next: AlbumPlace | None
    total: int


@dataclass(frozen=True, slots=True)
class ColumnFacet:
    """A declared column, and how many albums have each of its values."""

    name: str
    kind: ColumnKind
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facets:
    """What the albums of a list are, by count. Each kind is counted without the filter on itself.

    Attributes:
        genres, artists: the commonest first; only the commonest artists.
        decades: by their first years, ascending.
        missing: how many albums lack what.
        lists: how many albums are on which list.
        jumps: where the list, sorted as asked, comes to a letter or a decade: its name and the place, from 0.
        columns: the declared columns; of texts and yes or no the commonest values, of others none.
    """

    genres: Mapping[str, int] = field(default_factory=dict)
    artists: Mapping[str, int] = field(default_factory=dict)
    decades: Mapping[int, int] = field(default_factory=dict)
    missing: Mapping[Fact, int] = field(default_factory=dict)
    lists: Mapping[ListName, int] = field(default_factory=dict)
    jumps: Mapping[str, int] = field(default_factory=dict)
    columns: Sequence[ColumnFacet] = ()


@dataclass(frozen=True, slots=True)
class LinkedAlbums:
    """Two albums with fronts that are linked.

    Attributes:
        same: whether they show the same artwork.
        by_hand: a person says so.
    """

    albums: tuple[AlbumRecord, AlbumRecord]
    same: bool
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the bytes of a cover are, and whether Sleeve wrote that file."""

    path: Path
    stored: bool


@dataclass(frozen=True, slots=True)
class UploadedCover:
    """An image that is to be kept for an album.

    Attributes:
        file: the name that its sender gave it, or its URL.
        path: where its bytes are to be, unless something else is there.
        vector: (d,) float16, L2-normalised; None if ``sleeve index`` is to make it.
        extra: what else is known of it, by name.
    """

    side: Side
    file: str
    path: Path
    content_hash: ContentHash
    vector: NDArray[np.float16] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewAlbum:
    """An album as a person gives it, with at least a front; an empty list of genres says nothing."""

    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    covers: tuple[UploadedCover, ...]

    @property
    def front(self) -> UploadedCover:
        """The image that the album is known by if it has no names."""
        return next(cover for cover in self.covers if cover.side is Side.FRONT)


@dataclass(frozen=True, slots=True)
class SavedAlbum:
    """The album that holds what was uploaded, and the covers of it that are new; none if it had all of them already."""

    album_id: AlbumId
    added: tuple[CoverId, ...] = ()

    @property
    def created(self) -> bool:
        """Whether anything is new."""
        return bool(self.added)


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A cover with everything that is known of it and its album.

    Attributes:
        album: the album's id for other catalogues, or None if it is one cover without names.
        genres: of the album, the main one first.
        extra: what else its source says about it, by name.
    """

    cover: CoverRecord
    title: str | None
    artist: str | None
    year: int | None
    album: str | None
    genres: tuple[str, ...]
    extra: Mapping[str, str]
    lists: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class AlbumRow:
    """An album without a cover with everything that is known of it.

    Attributes:
        album: its id for other catalogues.
        genres: the main one first.
        pressing: of its first row in a list.
    """

    id: AlbumId
    title: str | None
    artist: str | None
    year: int | None
    album: str | None
    genres: tuple[str, ...]
    lists: tuple[ListName, ...]
    pressing: Pressing


@dataclass(frozen=True, slots=True)
class VectorOwner:
    """The cover that a vector was made of, and its album.

    Attributes:
        file, path: as in ``sleeve.vocabulary``.
        linked: the other albums with a cover that is linked to one of the album's.
        apart: the other albums of which a person says that they do not show its artwork.
        lists: those that the album is on.
    """

    vector_id: VectorId
    cover_id: CoverId
    album_id: AlbumId
    side: Side
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    file: str
    path: str
    content_hash: ContentHash
    linked: frozenset[AlbumId] = frozenset()
    apart: frozenset[AlbumId] = frozenset()
    lists: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedAlbum:
    """An album that is asked with.

    Attributes:
        vectors: (n, d) float32 of its fronts, or of its backs if it has no front; n is 0 if it waits to be indexed, or
            has no cover.
        linked, apart: as in ``VectorOwner``.
    """

    vectors: NDArray[np.float32]
    linked: frozenset[AlbumId]
    apart: frozenset[AlbumId]
    has_cover: bool = True


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Vectors out of the database.

    Attributes:
        ids: (n,) int64, ascending.
        vectors: (n, d) float16, L2-normalised.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class AlbumVectors:
    """The vectors of some albums' covers, one row for each cover, rows of one album together.

    Attributes:
        album_ids: (n,) int64.
        vectors: (n, d) float32, L2-normalised.
    """

    album_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HashedCover:
    """A cover and the file that it was when it was added."""

    cover_id: CoverId
    file: str
    path: str
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class FrontVectors:
    """Front covers with their vectors; one row for each cover.

    Attributes:
        vectors: (n, d) float32, L2-normalised.
    """

    covers: tuple[HashedCover, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NewVector:
    """A vector made of a file with this content; stored only while the cover still has it."""

    cover_id: CoverId
    content_hash: ContentHash
    vector: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a cover.

    Attributes:
        text: as it was read; not empty.
        box: its four corners, clockwise from where its first letter begins: x and y as parts of the picture's width and
            height, 0 to 1.
        confidence: the mean probability of its characters, 0 to 1.
    """

    text: str
    box: tuple[tuple[float, float], ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class TextCounts:
    """How many covers were read, how many of them are without text, and how many wait to be read."""

    read: int = 0
    without_text: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class AlbumLetters:
    """An album's names, and the letters of them and of what its covers say (see ``db.letters``).

    Attributes:
        names: the letters of the artist and of the title; empty if there are none.
        lines: for each cover that says something, the letters of each of its lines.
    """

    album_id: AlbumId
    artist: str | None
    title: str | None
    year: int | None
    names: tuple[str, str]
    lines: Mapping[CoverId, Sequence[str]]


@dataclass(frozen=True, slots=True)
class NewText:
    """The lines read in a file with this content, maybe none; stored only while the cover still has it."""

    cover_id: CoverId
    content_hash: ContentHash
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class BundleRecord:
    """A bundle that the database knows."""

    id: int
    fingerprint: Fingerprint
    name: str
    dimension: int


@dataclass(frozen=True, slots=True)
class RepresentativeVectors:
    """One vector for each album, by ascending album id.

    Attributes:
        album_ids, cover_ids: (n,) int64.
        vectors: (n, d) float32, L2-normalised.
    """

    album_ids: NDArray[np.int64]
    cover_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CatalogueVectors:
    """The vectors of front covers with what is known of their albums; one row for each cover.

    Attributes:
        vectors: (n, d) float32, L2-normalised.
        album_ids, cover_ids: (n,) int64.
        genres: of each row's album, the main one first; may be empty.
        artists: folded, or None.
        content_hashes, paths: of each row's cover.
        extra: what else a manifest said about each cover.
        apart: pairs of albums of which a person says that they do not show one artwork, the older one first.
    """

    vectors: NDArray[np.float32]
    album_ids: NDArray[np.int64]
    cover_ids: NDArray[np.int64]
    genres: tuple[tuple[str, ...], ...]
    artists: tuple[str | None, ...]
    content_hashes: tuple[ContentHash, ...]
    paths: tuple[Path, ...]
    extra: tuple[Mapping[str, str], ...]
    apart: frozenset[tuple[AlbumId, AlbumId]] = frozenset()


@dataclass(frozen=True, slots=True)
class GenreModelRecord:
    """A fitted head, calibration and text opinion (if there is one) as bytes, and what they scored out of fold."""

    id: int
    head: bytes
    calibration: bytes
    text_opinion: bytes | None
    metrics: Mapping[str, float]
    fitted_at: datetime


@dataclass(frozen=True, slots=True)
class IndexVersionRecord:
    """A built index; ``folder`` is its name below the home's ``versions``, ``recall`` as measured when built."""

    id: int
    bundle: BundleRecord
    folder: str
    kind: str
    count: int
    recall: float
    live: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CatalogueCounts:
    """What is in the catalogue.

    Attributes:
        files: by how they ended; rejections: the rejected ones by reason; others: those that are not covers, by kind.
        lists: albums on each list that has any.
        without_cover: albums that have none.
    """

    albums: int
    covers: int
    genres: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    rejections: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[ListName, int] = field(default_factory=dict)
    without_cover: int = 0
