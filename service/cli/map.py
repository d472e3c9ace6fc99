"""``sleeve map``: lay the catalogue out as a map for the web app."""

from time import perf_counter

import typer

from db import vectors
from db.errors import VectorIndexError
from indexer.catalogue_map import map_of, write_map
from indexer.map_layout import lay_out
from service.assembly import open_catalogue
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
    settings = settings_of(context)
    with open_catalogue(settings) as catalogue, ProgressBar() as bar:
        live = catalogue.versions.live()
        if live is None:
            raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
        with catalogue.database.reading() as session:
            albums = vectors.one_an_album(session, live.bundle)
        if not len(albums.album_ids):
            raise VectorIndexError("there is nothing to map; run `sleeve add` and `sleeve index` first")
        layout = lay_out(albums.vectors, threads=catalogue.threads, progress=bar)
        file = write_map(settings.folder, map_of(live.bundle, albums, layout))
    if json:
        count = len(albums.album_ids)
        answer_json(MapDocument(albums=count, bundle=live.bundle.name, method=layout.method, file=str(file)))
    else:
        seconds = perf_counter() - started
        answer(
            f"{len(albums.album_ids)} albums laid out in {seconds:.1f} s by {layout.method}; see /map in the web app"
        )
