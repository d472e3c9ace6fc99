"""Which commands there are, and the command line made of them.

A command line needs one command, and importing them all takes a second of a processor. So only the module of the
command that is asked for is imported; the list of commands is made of their docstrings, which are read and not run.
"""

import ast
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import answer, say
from service.logs import set_up_logs
from sleeve.settings import from_env_file, read_settings


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command is listed and where it is: the module below ``service.cli``, and the function, whose docstring is
    its help.

    Attributes:
        group: the name of the Typer app of a command with commands of its own.
    """

    panel: str
    module: str
    function: str
    group: str | None = None


_FILL, _ASK, _TEACH, _KEEP, _SHOW = "Fill the catalogue", "Ask", "Teach and measure", "Look after it", "Show it"

_COMMANDS = {
    "add": _Place(_FILL, "add", "add"),
    "musicbrainz": _Place(_FILL, "musicbrainz", "musicbrainz"),
    "discogs": _Place(_FILL, "discogs", "discogs"),
    "read": _Place(_FILL, "read", "read"),
    "find": _Place(_ASK, "find", "find"),
    "similar": _Place(_ASK, "query", "similar"),
    "classify": _Place(_ASK, "query", "classify"),
    "match": _Place(_ASK, "match", "match"),
    "recommend": _Place(_ASK, "recommend", "recommend"),
    "relabel": _Place(_TEACH, "catalogue", "relabel"),
    "duplicates": _Place(_ASK, "duplicates", "duplicates"),
    "link": _Place(_TEACH, "overruling", "link"),
    "unlink": _Place(_TEACH, "overruling", "unlink"),
    "merge": _Place(_TEACH, "overruling", "merge"),
    "split": _Place(_TEACH, "overruling", "split"),
    "remove": _Place(_KEEP, "catalogue", "remove"),
    "status": _Place(_KEEP, "catalogue", "status"),
    "export": _Place(_KEEP, "export", "export"),
    "covers": _Place(_KEEP, "covers", "covers"),
    "tag": _Place(_KEEP, "tag", "tag"),
    "train": _Place(_TEACH, "training", "train"),
    "evaluate": _Place(_TEACH, "evaluation", "evaluate"),
    "map": _Place(_SHOW, "map", "draw_map"),
    "report": _Place(_SHOW, "report", "report"),
    "serve": _Place(_SHOW, "serve", "serve"),
    "demo": _Place(_SHOW, "demo", "demo"),
    "bundles": _Place(_TEACH, "bundles", "show", group="app"),
    "index": _Place(_FILL, "index", "index", group="app"),
    "columns": _Place(_KEEP, "columns", "show", group="app"),
    "db": _Place(_KEEP, "catalogue", "describe_database", group="database"),
}


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The command line with what these arguments ask for."""
    if arguments[0] in _COMMANDS:
        return _app({arguments[0]})
    return _app(set()) if list(arguments) == ["--help"] else whole_app()


def whole_app() -> typer.Typer:
    """The command line with every command."""
    return _app(_COMMANDS.keys())


def _app(imported: Collection[str]) -> typer.Typer:
    app = typer.Typer(
        name="sleeve",
        help="Similarity search and recommendation for album covers.\n\n"
        "Start with `sleeve add FOLDER`, then `sleeve index`, then `sleeve similar IMAGE`; or just `sleeve demo`.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_set_up)
    for name, place in _COMMANDS.items():
        if name not in imported:
            listed = app.command(name, help=None if imported else _docstring(place), rich_help_panel=place.panel)
            listed(_not_imported)
            continue
        module = import_module(f"service.cli.{place.module}")
        if place.group is None:
            app.command(name, rich_help_panel=place.panel)(getattr(module, place.function))
        else:
            app.add_typer(getattr(module, place.group), name=name, rich_help_panel=place.panel)
    return app


def _docstring(place: _Place) -> str | None:
    source = Path(__file__).with_name(f"{place.module}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    return ast.get_docstring(next(node for node in functions if node.name == place.function))


def _not_imported() -> None:
    """Is listed only."""


def _show_version(wanted: bool) -> None:
    if wanted:
        answer(f"sleeve {metadata.version('sleeve')}")
        raise typer.Exit


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
