"""``sleeve demo``: all of it on a generated catalogue, or on a folder of your own."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from db import albums
from db.errors import TrainingError
from db.settings import Settings
from indexer.registration import add as add_source
from indexer.sources import open_source
from service.assembly import Catalogue, open_answering, open_catalogue
from service.cli.console import ProgressBar, answer, say, settings_of
from service.cli.index import run_index
from service.cli.map import map_catalogue
from service.cli.query import neighbours_table
from service.cli.serve import run_service
from service.cli.training import train_head
from service.records import SimilarRequest
from service.schemas import NeighbourSchema


def demo(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A folder of covers or a manifest of your own.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on.")] = 8000,
    serve: Annotated[bool, typer.Option(help="Serve when done, until Ctrl-C.")] = True,
) -> None:
    """Draw a catalogue of invented albums, index and map it, learn its genres, answer a query and serve it.

    With PATH your own covers are used. The demo keeps to a home of its own; your catalogue is not touched.

    Examples:

        sleeve demo

        sleeve demo ~/Pictures/sleeves
    """
    settings = _demo_settings(settings_of(context), path)
    with open_catalogue(settings) as catalogue:
        with ProgressBar() as bar:
            manifest = path or _draw(settings, bar)
            report = add_source(
                catalogue.database,
                open_source(manifest),
                threads=catalogue.threads,
                limits=catalogue.limits,
                progress=bar,
            )
            refresh = run_index(catalogue, bar).refresh
            map_catalogue(catalogue, bar)
        rejected = f", {len(report.rejected)} files rejected" if report.rejected else ""
        say(f"{refresh.version.count} covers of {manifest.absolute()} are indexed{rejected}.")
        _learn_genres(catalogue)
        _show_query(catalogue)
    if serve:
        run_service(settings, "127.0.0.1", port)


def _demo_settings(settings: Settings, path: Path | None) -> Settings:
    name = "demo" if path is None else f"demo-{sha256(str(path.absolute()).encode()).hexdigest()[:8]}"
    return settings.model_copy(update={"home": settings.folder / name, "database_url": None})


def _draw(settings: Settings, bar: ProgressBar) -> Path:
    from indexer.demo_catalogue import draw_catalogue

    done = 0

    def tell(drawn: int, total: int) -> None:
        nonlocal done
        if done == 0:
            bar.start("Drawing covers", total)
        bar.advance(drawn - done)
        done = drawn

    return draw_catalogue(settings.folder / "covers", progress=tell).manifest


def _learn_genres(catalogue: Catalogue) -> None:
    """Without it the shipped head and vote would judge by genres that are not this catalogue's."""
    try:
        learnt = train_head(catalogue)
    except TrainingError as error:
        say(f"Genres are told as the shipped model learnt them: {error}.")
    else:
        say(f"Genres are told as the catalogue has them: {len(learnt.genres)} learnt from {learnt.covers} covers.")


def _show_query(catalogue: Catalogue) -> None:
    with catalogue.database.reading() as session:
        album = albums.album(session, albums.first_id(session))
    found = open_answering(catalogue).search.by_album(album.id, SimilarRequest(k=5))
    name = " by ".join(part for part in (album.title, album.artist) if part) or album.covers[0].file
    say(f"Albums that look like album {album.id}, {name} ({', '.join(album.genres) or 'no genre'}):\n")
    answer(neighbours_table([NeighbourSchema.of(neighbour) for neighbour in found.neighbours]))
    say(f"\nAsk yourself: SLEEVE_HOME={catalogue.settings.folder} sleeve similar --album {album.id}")
