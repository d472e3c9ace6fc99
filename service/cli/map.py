"""``sleeve map``: lay the catalogue out as a map for the web app."""

from time import perf_counter
from typing import Annotated

import typer

from indexer.home import open_home
from indexer.jobs.map import draw_map as draw_map_of
from service.answers.opening import open_answers
from service.cli.console import Json, ProgressBar, answer, answer_json, settings_of
from service.schemas import DrawnMapSchema


def draw_map(
    context: typer.Context,
    predictions: Annotated[
        bool, typer.Option("--predictions", help="Add the predicted genre of each album, to colour the map by.")
    ] = False,
    json: Json = False,
) -> None:
    """Draw the map of all albums, with those that look alike close together; the web app shows it at /map.

    If the model reads text, the map also says what covers show.

    Run it again after adding many albums, or press the button on the map; until then they are missing from it.

    Examples:

        sleeve map
        sleeve map --predictions
    """
    started = perf_counter()
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        predict = open_answers(home).classifier.likeliest if predictions else None
        found = draw_map_of(home, bar, predict)
    drawn = DrawnMapSchema(albums=found.albums, bundle=found.bundle, method=found.method, file=str(found.file))
    if json:
        answer_json(drawn)
    else:
        seconds = perf_counter() - started
        answer(f"{drawn.albums} albums laid out in {seconds:.1f} s by {drawn.method}; see /map in the web app")
