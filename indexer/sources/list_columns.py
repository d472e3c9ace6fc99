"""What the columns of a list without pictures mean: of an export of Discogs, or of a table of artists and titles."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.barcodes import BARCODE_NAMES
from db.identity import ID_COLUMNS, NAMESAKE
from db.records import Pressing
from indexer.sources.columns import plain
from indexer.sources.names import clean, year_of
from sleeve.vocabulary import ListName

COLLECTION = (
    *("Catalog#", "Artist", "Title", "Label", "Format", "Rating", "Released", "release_id", "CollectionFolder"),
    *("Date Added", "Collection Media Condition", "Collection Sleeve Condition", "Collection Notes"),
)
WANTLIST = ("Catalog#", "Artist", "Title", "Label", "Format", "Rating", "Released", "release_id", "Notes")
INVENTORY = (
    *("listing_id", "artist", "title", "label", "catno", "format", "release_id", "status", "price", "listed"),
    *("comments", "media_condition", "sleeve_condition", "accept_offer", "external_id", "weight", "format_quantity"),
    *("location", "quantity"),
)

HEADERS: Mapping[ListName, tuple[str, ...]] = {
    ListName.OWNED: COLLECTION,
    ListName.WANTED: WANTLIST,
    ListName.FOR_SALE: INVENTORY,
}
"""The columns of the exports of Discogs, as Discogs orders them."""

OFFERED = "For Sale"
"""The ``status`` of what is offered in an inventory; drafts, sold and expired ones are not."""

_LABEL = ("label", "labels", "record label", "plattenfirma", "sello", "etichetta")
_NUMBER = (
    *("catalog#", "catno", "cat#", "cat no", "catalog number", "catalogue number", "catalog no", "catalogue no"),
    *("catalognum", "catalognumber", "katalognummer"),
)
_FORMAT = ("format", "formats", "medium", "media")
_RELEASE = ("release id", "discogs release id", "discogs releaseid", "discogs albumid", "discogs id")

_NAMESAKE_NUMBER = re.compile(r" \((?:[2-9]|[1-9]\d{1,2})\)(?=$|[,;/&*]| )")
"""What Discogs writes behind the name of an artist or label that another one has too."""

_VARIATION = re.compile(r"(?<=[^\s*])\*(?=$|[,;/&)]| )")
"""What Discogs writes behind a name that is another spelling of the artist's: ``Prince*``."""

_NUMBER_OF_RELEASE = re.compile(r"[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class ListKind:
    """What a table is, by its columns.

    Attributes:
        name: the list that it is; None if its columns do not say.
        by_discogs: it is an export of Discogs.
    """

    name: ListName | None = None
    by_discogs: bool = False


def kind_of(header: Iterable[str]) -> ListKind:
    """What a table with these columns is."""
    names = {plain(name) for name in header}
    if {"listing id", "release id", "artist", "title"} <= names:
        return ListKind(ListName.FOR_SALE, by_discogs=True)
    if {"catalog#", "release id", "artist", "title"} <= names:
        owned = any(name.startswith("collection") for name in names)
        return ListKind(ListName.OWNED if owned else ListName.WANTED, by_discogs=True)
    return ListKind()


def without_numbers(name: str) -> str:
    """The name of a label or an artist of Discogs as people know it: "Nirvana" for "Nirvana (2)"."""
    return _NAMESAKE_NUMBER.sub("", name)


def without_marks(artist: str) -> str:
    """The name of an artist of Discogs as people know it: "Prince" for "Prince*", too."""
    return without_numbers(_VARIATION.sub("", artist))


def pressing_of(cells: Mapping[str, str], year: int | None) -> Pressing:
    """What a row says of the record itself.

    Args:
        cells: by ``plain`` names.
        year: of the pressing.
    """
    release = (_first(cells, _RELEASE) or "").strip()
    label = clean(_first(cells, _LABEL))
    return Pressing(
        label=without_numbers(label) if label else None,
        catalogue_number=clean(_first(cells, _NUMBER)),
        format=clean(_first(cells, _FORMAT)),
        year=year,
        release_id=release if _NUMBER_OF_RELEASE.fullmatch(release) else None,
    )


def ids_of(cells: Mapping[str, str], pressing: Pressing, by_discogs_as: str | None) -> dict[str, str]:
    """By what the row's album is known elsewhere.

    Args:
        cells: by their names in lower case.
        by_discogs_as: the artist as Discogs writes it; None if Discogs did not write it.
    """
    found = {name: text for name, cell in cells.items() if name in ID_COLUMNS | BARCODE_NAMES and (text := clean(cell))}
    if by_discogs_as is not None:
        found = {NAMESAKE: by_discogs_as}
    if pressing.release_id:
        found["discogs_release_id"] = pressing.release_id
        found.pop("release_id", None)
    return found


def year_pressed(cells: Mapping[str, str]) -> int | None:
    """The year of an export of Discogs; ``0`` says that it is not known."""
    return year_of(cells.get("released"))


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((cells[name] for name in names if cells.get(name)), None)
