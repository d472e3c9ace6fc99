"""``sleeve map``: lay the catalogue out for the web app."""

from dataclasses import dataclass
from pathlib import Path

from db import vectors
from indexer.analysis.catalogue_map import map_of, write_map
from indexer.analysis.map_layout import lay_out
from indexer.home import Home
from indexer.progress import Progress
from sleeve.errors import VectorIndexError


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """A map that was drawn: how many albums are on it, by which bundle's vectors and how, and where it is kept."""

    albums: int
    bundle: str
    method: str
    file: Path


def draw_map(home: Home, progress: Progress) -> DrawnMap:
    """Lay out all albums by the live bundle's vectors, and keep the map.

    Raises:
        VectorIndexError: there is no index, or nothing in it.
        CatalogueError: the map cannot be written; the one before stays.
    """
    live = home.require_live()
    with home.database.reading() as session:
        albums = vectors.representative_vectors(session, live.bundle)
    if not len(albums.album_ids):
        raise VectorIndexError("there is nothing to map; run `sleeve add` and `sleeve index` first")
    layout = lay_out(albums.vectors, threads=home.threads, progress=progress)
    file = home.map_file(live.bundle.fingerprint)
    write_map(file, map_of(live.bundle, albums, layout))
    return DrawnMap(len(albums.album_ids), live.bundle.name, layout.method, file)
