"""The columns of an exported catalogue, and what is in their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from db.records import BundleRecord
from indexer.sources.columns import COLUMNS
from indexer.sources.table_cells import ALBUM_COLUMN, LISTS_COLUMN, OWN_PREFIX, PATH_COLUMN

COVER_COLUMNS = (*(name for name in COLUMNS if name != "back"), PATH_COLUMN, ALBUM_COLUMN)
"""What is always written: with these ``sleeve add`` makes the same catalogue again."""

LIST_COLUMNS = (LISTS_COLUMN, "label", "catalogue_number", "format", "discogs_release_id")
"""What is written too if there are lists: which the album is on, and the pressing of an album without a cover."""

TEXT_COLUMN = f"{OWN_PREFIX}text"
"""What the cover says, a line for each line on it; empty if it says nothing, or nobody has read it yet."""

PREDICTION_COLUMNS = (f"{OWN_PREFIX}genre", f"{OWN_PREFIX}probability", f"{OWN_PREFIX}unsure")

MAP_COLUMNS = (f"{OWN_PREFIX}map_x", f"{OWN_PREFIX}map_y")
"""Where the cover's album is on the map, -1 to 1."""

LABEL_COLUMN = f"{OWN_PREFIX}label"
"""The number of the genre among ``Layout.genres``, if the album has exactly one."""

ID_COLUMNS = (f"{OWN_PREFIX}cover_id", f"{OWN_PREFIX}album_id")

IMAGE_COLUMN = "image"
VECTOR_COLUMN = "vector"

Cells = dict[str, Any]
"""The cells of one cover by column: texts, numbers, genres as a list, a ``Picture``, a vector ((d,) float16)."""


class Picture(NamedTuple):
    """The file of a cover as it is, and what it is called."""

    data: bytes
    name: str


MATCH_COLUMNS: Mapping[str, type] = {
    "file": str,
    "sleeve": int,
    "verdict": str,
    "album_id": int,
    "artist": str,
    "title": str,
    "year": int,
    "similarity": float,
    "points": int,
    "cells": float,
    "words": str,
    "barcode": str,
    "width_px": int,
    "height_px": int,
    "outline": str,
    "cover_file": str,
    "cover_width_px": int,
    "cover_height_px": int,
    "runner_up_id": int,
    "runner_up_artist": str,
    "runner_up_title": str,
    "runner_up_similarity": float,
    "problem": str,
}
"""Of ``sleeve match``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file of covers has.

    Attributes:
        own: the columns that Sleeve writes, in their order.
        extra: the columns that came with the covers; none is called like one of Sleeve's.
        covers: how many rows there will be.
        genres: the names of all genres of the catalogue, sorted.
        bundle: whose vectors and map these are; None without either.
    """

    own: Sequence[str]
    extra: Sequence[str]
    covers: int
    genres: Sequence[str]
    bundle: BundleRecord | None

    @property
    def columns(self) -> list[str]:
        """All columns, in their order."""
        return [*self.own, *self.extra]
