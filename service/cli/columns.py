"""``sleeve columns``: the further columns of tables that filters may ask for."""

from typing import Annotated

import typer
from rich.table import Table

from indexer.home import open_home
from indexer.jobs.declare_column import declare_column
from indexer.jobs.forget_column import forget_column
from indexer.jobs.list_columns import list_columns
from service.cli.console import Json, ProgressBar, answer, answer_json, counted, settings_of
from service.schemas import ColumnSchema, ColumnsSchema
from sleeve.vocabulary import ColumnKind

app = typer.Typer(invoke_without_command=True)

_NAME = Annotated[str, typer.Argument(help="What the tables call it, in any case.")]


@app.callback()
def show(context: typer.Context, json: Json = False) -> None:
    """List the further columns of the tables that were added, and which of them are declared.

    A declared column is a filter: `sleeve similar`, `find` and `recommend` take `--where`, the HTTP API `where=`.

    Examples:

        sleeve columns
        sleeve columns declare price number
        sleeve similar photo.jpg --where territory=DE --where "price<20"
    """
    if context.invoked_subcommand is not None:
        return
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        document = ColumnsSchema.of(*list_columns(home, bar))
    if json:
        answer_json(document)
    elif document.columns:
        answer(_table(document.columns))
    else:
        answer("no table with further columns was added")


@app.command()
def declare(
    context: typer.Context, name: _NAME, kind: Annotated[ColumnKind, typer.Argument(help="What its cells hold.")]
) -> None:
    """Let filters ask for a column, or change what it holds.

    Several texts in a cell are parted by `;` or `|`. A number is written 9.99, a date 2026-11-30, 2026-11 or 2026.
    From then on `sleeve add` rejects rows whose cell holds something else, and names their line. If the catalogue has
    such a cell already, nothing is declared: correct the table and add it again first.

    Examples:

        sleeve columns declare territory text
        sleeve columns declare "in stock" yes/no
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        covers = declare_column(home, bar, name, kind)
    answer(f"{name.strip().lower()} is declared as {kind}; {counted(covers, 'cover')} with a value")


@app.command()
def forget(context: typer.Context, name: _NAME) -> None:
    """Let filters no longer ask for a column. What the tables say in it stays.

    Example:

        sleeve columns forget price
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        covers = forget_column(home, bar, name)
    answer(f"{name.strip().lower()} is no longer declared; {counted(covers, 'cover')} had a value")


def _table(columns: list[ColumnSchema]) -> Table:
    table = Table("column", "declared as", "covers", box=None, pad_edge=False)
    for column in columns:
        table.add_row(column.name, column.kind or "", str(column.covers))
    return table
