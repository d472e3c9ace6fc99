"""``sleeve map``: lay the catalogue out for the web app."""

import logging
from dataclasses import dataclass
from pathlib import Path

from db import vectors
from db.records import BundleRecord, RepresentativeVectors
from indexer.analysis.catalogue_map import map_of, write_map
from indexer.analysis.map_layout import lay_out
from indexer.analysis.motifs import MOTIFS, embed_motifs, motif_of_each
from indexer.files import locked
from indexer.home import Home
from indexer.jobs.export import Predict
from indexer.models.text_tower import text_tower_of
from indexer.progress import Progress
from sleeve.errors import BundleError, BusyError, VectorIndexError
from sleeve.vocabulary import AlbumId

_log = logging.getLogger(__name__)

MOST_PREDICTED = 20_000
"""Of more albums no genres are predicted, since that takes some milliseconds each."""


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """A map that was drawn: how many albums are on it, by which bundle's vectors and how, and where it is kept."""

    albums: int
    bundle: str
    method: str
    file: Path


def draw_map(home: Home, progress: Progress, predict: Predict | None = None) -> DrawnMap:
    """Lay out all albums by the live bundle's vectors, and keep the map.

    Args:
        predict: adds the predicted genre of each album, unless there are more than ``MOST_PREDICTED``.

    Raises:
        VectorIndexError: there is no index, or nothing in it; ``BusyError`` if another process draws the map.
        CatalogueError: the map cannot be written; the one before stays.
    """
    with locked(home.map_lock, BusyError("the map is being drawn already; wait until that is done")):
        live = home.require_live()
        progress.start("Reading vectors", 1)
        with home.database.reading() as session:
            albums = vectors.representative_vectors(session, live.bundle)
        progress.advance(1)
        if not len(albums.album_ids):
            raise VectorIndexError("there is nothing to map; run `sleeve add` and `sleeve index` first")
        layout = lay_out(albums.vectors, threads=home.threads, progress=progress)
        predicted = None if predict is None else _predicted(albums, predict, progress)
        file = home.map_file(live.bundle.fingerprint)
        write_map(file, map_of(live.bundle, albums, layout, predicted, _motifs(home, live.bundle, albums)))
    return DrawnMap(len(albums.album_ids), live.bundle.name, layout.method, file)


def _motifs(home: Home, bundle: BundleRecord, albums: RepresentativeVectors) -> tuple[str, ...] | None:
    """What each cover shows; None if the bundle reads no text, or is gone."""
    try:
        tower = text_tower_of(home.shelf.require(bundle), home.threads)
        motifs = None if tower is None else embed_motifs(tower)
    except BundleError as error:
        _log.warning("the map does not say what covers show: %s", error)
        return None
    return None if motifs is None else tuple(MOTIFS[row] for row in motif_of_each(albums.vectors, motifs))


def _predicted(albums: RepresentativeVectors, predict: Predict, progress: Progress) -> tuple[str | None, ...] | None:
    """The likeliest genre of each album, None for those that are unsure; None if there are too many."""
    if len(albums.album_ids) > MOST_PREDICTED:
        return None
    progress.start("Predicting genres", len(albums.album_ids))
    genres: list[str | None] = []
    for album_id in albums.album_ids.tolist():
        found = predict(AlbumId(album_id))
        genres.append(None if found is None or found.unsure else found.genre)
        progress.advance(1)
    return tuple(genres)
