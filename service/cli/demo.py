"""``sleeve demo``: all of it on a generated catalogue, or on a folder of your own."""

import sys
from hashlib import sha256
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Annotated

import typer

from indexer.home import Home
from indexer.jobs.add import add
from indexer.jobs.genres import fit_genres
from indexer.jobs.index import index
from indexer.jobs.map import draw_map
from indexer.sources import open_source
from service.answers.opening import open_answers
from service.answers.records import SimilarRequest
from service.cli.console import ProgressBar, answer, say, settings_of
from service.cli.query import neighbours_table
from service.cli.serve import listen, run_service
from service.schemas import NeighbourSchema
from sleeve.errors import TrainingError
from sleeve.settings import Settings


def demo(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A folder or a table of your own covers.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="Port to serve on.")] = 8000,
    serve: Annotated[bool, typer.Option(help="Serve when done, until Ctrl-C.")] = True,
) -> None:
    """Draw a catalogue of invented albums, index and map it, learn its genres, answer a query and serve it.

    With PATH, it uses your own covers. The demo has its own home and does not touch your catalogue.

    Examples:

        sleeve demo
        sleeve demo ~/Pictures/sleeves
    """
    settings = _demo_settings(settings_of(context), path)
    if serve:
        # Fail on a port in use now, not after minutes of work.
        listen("127.0.0.1", port).close()
    with Home(settings) as home:
        # The demo's home is Sleeve's own, and `sleeve db upgrade` is for the home of the user.
        home.upgrade()
        with ProgressBar() as bar:
            manifest = path or _draw(home, bar)
            report = add(home, bar, [open_source(manifest)])
            refresh = index(home, bar).refresh
            draw_map(home, bar)
            learned = _learn_genres(home, bar)
        rejected = f", {len(report.rejected)} files rejected" if report.rejected else ""
        say(f"{refresh.version.count} covers of {manifest.absolute()} are indexed{rejected}.")
        say(learned)
        _show_query(home)
    if serve:
        run_service(settings, "127.0.0.1", port)


def _demo_settings(settings: Settings, path: Path | None) -> Settings:
    name = "demo" if path is None else f"demo-{sha256(str(path.absolute()).encode()).hexdigest()[:8]}"
    with Home(settings) as home:
        return settings.model_copy(update={"home": home.demo_folder(name), "database_url": None})


def _draw(home: Home, bar: ProgressBar) -> Path:
    from service.demo import draw_catalogue, is_drawn

    done = 0

    def report_drawn(drawn: int, total: int) -> None:
        nonlocal done
        if done == 0:
            bar.start("Drawing covers", total)
        bar.advance(drawn - done)
        done = drawn

    # Sleeve drew into the folder of uploads once; what it drew there is in the catalogue by its path.
    folder = home.covers_folder if is_drawn(home.covers_folder) else home.drawings_folder
    return draw_catalogue(folder, progress=report_drawn).manifest


def _learn_genres(home: Home, bar: ProgressBar) -> str:
    """Without it the shipped head and vote would judge by genres that are not this catalogue's."""
    try:
        learned = fit_genres(home, bar)
    except TrainingError as error:
        return f"Genres are predicted as the shipped model learned them: {error}."
    return f"Genres are predicted as in the catalogue: {len(learned.genres)} learned from {learned.covers} covers."


def _show_query(home: Home) -> None:
    search = open_answers(home).search
    album = search.first_album()
    found = search.by_album(album.id, SimilarRequest(k=5))
    name = " by ".join(part for part in (album.title, album.artist) if part) or album.covers[0].file
    say(f"Albums that look like album {album.id}, {name} ({', '.join(album.genres) or 'no genre'}):")
    say("")
    answer(neighbours_table([NeighbourSchema.of(neighbour) for neighbour in found.neighbours]))
    say("")
    command = "sleeve" if which("sleeve") else quote(sys.argv[0])
    say(f"Try it yourself: SLEEVE_HOME={quote(str(home.folder))} {command} similar --album {album.id}")
