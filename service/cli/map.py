"""``sleeve map``: lay the catalogue out as a map for the web app."""

from time import perf_counter

import typer

from db import vectors
from db.errors import VectorIndexError
from indexer.catalogue_map import map_of, write_map
from indexer.map_layout import lay_out
from indexer.progress import Progress
from service.assembly import Catalogue, open_catalogue
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, settings_of
from service.cli.documents import MapDocument


def draw_map(context: typer.Context, json: Json = False) -> None:
    """Lay out all albums so that those that look alike lie together; the web app shows it at /map.

    Run it again when many albums have come; until then new ones are missing from the map.

    Example:

        sleeve map
    """
    started = perf_counter()
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        drawn = map_catalogue(catalogue, bar)
    if json:
        answer_json(drawn)
    else:
        seconds = perf_counter() - started
        answer(f"{drawn.albums} albums laid out in {seconds:.1f} s by {drawn.method}; see /map in the web app")


def map_catalogue(catalogue: Catalogue, progress: Progress) -> MapDocument:
    """Lay out and keep the map of the live bundle's vectors.

    Raises:
        VectorIndexError: there is no index, or nothing in it.
    """
    live = catalogue.versions.live()
    if live is None:
        raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
    with catalogue.database.reading() as session:
        albums = vectors.one_an_album(session, live.bundle)
    if not len(albums.album_ids):
        raise VectorIndexError("there is nothing to map; run `sleeve add` and `sleeve index` first")
    layout = lay_out(albums.vectors, threads=catalogue.threads, progress=progress)
    file = write_map(catalogue.settings.folder, map_of(live.bundle, albums, layout))
    return MapDocument(albums=len(albums.album_ids), bundle=live.bundle.name, method=layout.method, file=str(file))
