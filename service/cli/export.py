"""``sleeve export``: the catalogue as a table."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.home import open_home
from indexer.jobs.export import SUFFIXES, export_catalogue
from service.answers.opening import open_answers
from service.cli.console import Json, ProgressBar, answer, answer_json, settings_of
from service.schemas import CatalogueExportSchema
from sleeve.errors import OutputError


def export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The file to write; its ending (.csv, .jsonl, .parquet) gives the format.")
    ],
    predictions: Annotated[bool, typer.Option("--predictions", help="Add the predicted genre of each album.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    json: Json = False,
) -> None:
    """Write the catalogue as a table: one row per cover, with its album, genres and the columns that came with it.

    `sleeve add` can read the table again. On an empty catalogue that gives the same albums and covers, as long as the
    images are where they were. Columns that begin with `sleeve_` are Sleeve's own: the path of the image, which covers
    share an album without a name, and with --predictions the genre, its probability and whether it is unsure.

    Names are written as they are, so that they can be read again. A spreadsheet takes a CSV cell that begins with `=`,
    `+`, `-` or `@` for a formula: if strangers chose the names, import the file as text.

    Examples:

        sleeve export catalogue.csv

        sleeve export catalogue.jsonl --predictions

        sleeve export catalogue.parquet --force
    """
    if file.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{file} ends in none of {', '.join(SUFFIXES)}")
    if file.exists() and not force:
        raise OutputError(f"{file} is there already; name another file, or add --force to replace it")
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        predict = open_answers(home).classifier.likeliest if predictions else None
        exported = export_catalogue(home, bar, file, predict)
    if json:
        answer_json(CatalogueExportSchema(file=str(file), albums=exported.albums, covers=exported.covers))
    else:
        answer(f"{exported.covers} covers of {exported.albums} albums are in {file}")
