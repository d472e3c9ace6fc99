"""The map of the catalogue as a file of the home, one for each bundle; it is replaced in one step."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator

from db.records import BundleRecord, RepresentativeVectors
from indexer.analysis.map_layout import Layout
from indexer.files import replacing
from sleeve.errors import CatalogueError

DECIMALS = 4
"""Of a place on a map that is 2 wide: finer than a pixel of a thumbnail at any zoom."""

_log = logging.getLogger(__name__)


class CatalogueMap(BaseModel):
    """The place of each album; the lists are parallel, by ascending album id.

    Attributes:
        covers: the cover that shows the album.
        x, y: from -1 to 1.
        predicted: the likeliest genre of each when the map was drawn, None for those that were unsure; None if it was
            drawn without.
        motif: what each cover shows, one of ``indexer.analysis.motifs.MOTIFS``; None if the bundle reads no text.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    bundle: str
    method: str
    created_at: AwareDatetime
    albums: tuple[int, ...]
    covers: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    predicted: tuple[str | None, ...] | None = None
    motif: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _is_parallel(self) -> Self:
        optional = (some for some in (self.predicted, self.motif) if some is not None)
        lists = (self.albums, self.covers, self.x, self.y, *optional)
        if len(set(map(len, lists))) != 1:
            raise ValueError("the lists of a map are of different lengths")
        return self


def map_of(
    bundle: BundleRecord,
    albums: RepresentativeVectors,
    layout: Layout,
    predicted: tuple[str | None, ...] | None = None,
    motif: tuple[str, ...] | None = None,
) -> CatalogueMap:
    """The map of these albums, laid out by the vectors of this bundle."""
    return CatalogueMap(
        fingerprint=bundle.fingerprint,
        bundle=bundle.name,
        method=layout.method,
        created_at=datetime.now(UTC),
        albums=tuple(albums.album_ids.tolist()),
        covers=tuple(albums.cover_ids.tolist()),
        x=tuple(round(float(value), DECIMALS) for value in layout.places[:, 0]),
        y=tuple(round(float(value), DECIMALS) for value in layout.places[:, 1]),
        predicted=predicted,
        motif=motif,
    )


def write_map(target: Path, drawn: CatalogueMap) -> None:
    """Keep a map in place of the one before.

    Raises:
        CatalogueError: it cannot be written; the one before stays.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as fresh:
            fresh.write_text(drawn.model_dump_json(), encoding="utf-8")
    except OSError as error:
        raise CatalogueError(f"the map cannot be written to {target}: {error.strerror or error}") from error


def read_map(path: Path) -> CatalogueMap | None:
    """The map in a file; None if there is none that can be read."""
    try:
        return CatalogueMap.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        _log.warning("the map %s cannot be used, run `sleeve map` again: %s", path, error)
        return None
