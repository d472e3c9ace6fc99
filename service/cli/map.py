"""``sleeve map``: lay the catalogue out as a map for the web app."""

from time import perf_counter

import typer

from indexer.home import open_home
from indexer.jobs.map import draw_map as draw_map_of
from service.cli.console import Json, ProgressBar, answer, answer_json, settings_of
from service.schemas import DrawnMapSchema


def draw_map(context: typer.Context, json: Json = False) -> None:
    """Draw the map of all albums, with those that look alike close together; the web app shows it at /map.

    Run it again after adding many albums; until then they are missing from the map.

    Example:

        sleeve map
    """
    started = perf_counter()
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        found = draw_map_of(home, bar)
    drawn = DrawnMapSchema(albums=found.albums, bundle=found.bundle, method=found.method, file=str(found.file))
    if json:
        answer_json(drawn)
    else:
        seconds = perf_counter() - started
        answer(f"{drawn.albums} albums laid out in {seconds:.1f} s by {drawn.method}; see /map in the web app")
