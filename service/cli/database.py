"""``sleeve db``: the catalogue's schema."""

import typer

from db.migration import upgrade as upgrade_schema
from indexer.home import Home
from service.cli.console import answer, settings_of

app = typer.Typer(help="The database and its schema.")


@app.callback()
def _group() -> None:
    """Keeps ``upgrade`` a sub-command while it is the only one."""


@app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to the newest schema; does nothing if it is up to date."""
    with Home(settings_of(context)) as home:
        answer(f"{home.database} is at revision {upgrade_schema(home.database)}")
