"""Rows of lists without pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sleeve.vocabulary import ListName


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
        has_vector: its table has a vector for it, which nothing can hold: a vector is of a cover.
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
    has_vector: bool = False


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
