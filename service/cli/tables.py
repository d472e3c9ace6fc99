"""The options of commands that write a table."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.exporting import ROW_SUFFIXES
from sleeve.errors import OutputError

Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help=f"The table to write; its ending is {', '.join(ROW_SUFFIXES[:-1])} or {ROW_SUFFIXES[-1]}.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the table if it exists.")]


def check_output(output: Path | None, *, force: bool) -> None:
    """Refuse a table that cannot be written.

    Raises:
        BadParameter: its name says no format.
        OutputError: it is there already.
    """
    if output is not None and output.suffix.lower() not in ROW_SUFFIXES:
        raise typer.BadParameter(f"{output} ends in none of {', '.join(ROW_SUFFIXES)}")
    if output is not None and output.exists() and not force:
        raise OutputError(f"{output} is there already; name another file, or add --force to replace it")
