"""Albums and their covers as the catalogue has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from db.records.lists import Pressing
from db.records.offered import UploadedCover
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, ListName, Side


@dataclass(frozen=True, slots=True)
class CoverRecord:
    """A cover in the catalogue."""

    id: CoverId
    album_id: AlbumId
    side: Side
    file: str
    path_text: str
    content_hash: ContentHash

    @property
    def path(self) -> Path:
        """Made when it is asked for: that takes longer than all else of the record."""
        return Path(self.path_text)


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
class OutsideIds:
    """What an album and a pressing of it are called elsewhere; None if no source says so."""

    musicbrainz_release_group: str | None
    musicbrainz_release: str | None
    discogs_master: str | None
    discogs_release: str | None


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
    """The album that holds what was uploaded, and the covers of it that are new; none if it had all of them already.

    Attributes:
        genres_before: what the album had, if it was there and its genres are others now.
    """

    album_id: AlbumId
    added: tuple[CoverId, ...] = ()
    genres_before: tuple[str, ...] | None = None

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
