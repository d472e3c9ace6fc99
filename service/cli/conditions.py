"""The option that asks for what declared columns say."""

from typing import Annotated

import typer

from service.schemas.filters import WHERE_HELP

Where = Annotated[
    list[str] | None,
    typer.Option(metavar="CONDITION", help=f"Only albums with a cover of which this is said: {WHERE_HELP}."),
]
