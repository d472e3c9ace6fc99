"""The console command ``sleeve``: a module for each group of commands, and one place that turns errors into a line."""

import gc
import logging
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from service.cli import (
    add,
    bundles,
    catalogue,
    demo,
    duplicates,
    evaluation,
    export,
    find,
    index,
    map,
    musicbrainz,
    overruling,
    query,
    read,
    recommend,
    report,
    serve,
    tag,
    training,
)
from service.cli.console import answer, say
from service.logs import set_up_logs
from sleeve.errors import SleeveError
from sleeve.platform import write_utf8
from sleeve.settings import from_env_file, read_settings

_FILL, _ASK, _TEACH, _KEEP, _SHOW = "Fill the catalogue", "Ask", "Teach and measure", "Look after it", "Show it"

app = typer.Typer(
    name="sleeve",
    help="Similarity search and recommendation for album covers.\n\n"
    "Start with `sleeve add FOLDER`, then `sleeve index`, then `sleeve similar IMAGE`; or just `sleeve demo`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command(rich_help_panel=_FILL)(add.add)
app.command(rich_help_panel=_FILL)(musicbrainz.musicbrainz)
app.command(rich_help_panel=_FILL)(read.read)
app.command(rich_help_panel=_ASK)(find.find)
app.command(rich_help_panel=_ASK)(query.similar)
app.command(rich_help_panel=_ASK)(query.classify)
app.command(rich_help_panel=_ASK)(recommend.recommend)
app.command(rich_help_panel=_TEACH)(catalogue.relabel)
app.command(rich_help_panel=_ASK)(duplicates.duplicates)
app.command(rich_help_panel=_TEACH)(overruling.link)
app.command(rich_help_panel=_TEACH)(overruling.unlink)
app.command(rich_help_panel=_TEACH)(overruling.merge)
app.command(rich_help_panel=_TEACH)(overruling.split)
app.command(rich_help_panel=_KEEP)(catalogue.remove)
app.command(rich_help_panel=_KEEP)(catalogue.status)
app.command(rich_help_panel=_KEEP)(export.export)
app.command(rich_help_panel=_KEEP)(tag.tag)
app.command(rich_help_panel=_TEACH)(training.train)
app.command(rich_help_panel=_TEACH)(evaluation.evaluate)
app.command("map", rich_help_panel=_SHOW)(map.draw_map)
app.command(rich_help_panel=_SHOW)(report.report)
app.command(rich_help_panel=_SHOW)(serve.serve)
app.command(rich_help_panel=_SHOW)(demo.demo)
app.add_typer(bundles.app, name="bundles", rich_help_panel=_TEACH)
app.add_typer(index.app, name="index", rich_help_panel=_FILL)
app.add_typer(catalogue.database, name="db", rich_help_panel=_KEEP)


def _show_version(wanted: bool) -> None:
    if wanted:
        answer(f"sleeve {metadata.version('sleeve')}")
        raise typer.Exit


@app.callback()
def _set_up(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    level = logging.INFO if verbose else logging.WARNING
    settings = read_settings()
    # A folder from a stranger may hold settings, which would choose the database and the model.
    if names := from_env_file():
        say(f"Using {', '.join(names)} from {Path('.env').absolute()}")
    set_up_logs(settings.log_format, level)
    logging.getLogger("alembic").setLevel(level)
    context.obj = settings


def main() -> None:
    """Run the command; a mistake ends in one line, never in a traceback.

    The exit code is 0 if all was done, 1 if not, 2 if the command line cannot be understood, 130 after Ctrl-C.
    """
    gc.freeze()  # modules stay to the end, and looking through them again and again is a fifth of `sleeve add`
    write_utf8()
    command = typer.main.get_command(app)
    arguments = sys.argv[1:] or ["--help"]
    if arguments[:2] == ["add", "musicbrainz"] and not Path("musicbrainz").exists():
        # A source like any other to those who add it; its options are a command's.
        arguments = arguments[1:]
    try:
        code = command.main(arguments, standalone_mode=False)
    except typer.TyperException as error:
        say(f"sleeve: {' '.join(error.format_message().split())} (see `sleeve --help`)")
        code = error.exit_code
    except SleeveError as error:
        say(f"sleeve: {error}")
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        say("sleeve: stopped; run the same command again to go on")
        code = 130
    except BrokenPipeError:
        code = 1
    sys.exit(code)
