"""``sleeve export``: the catalogue as a table."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.exporting import CARD_NAME
from indexer.home import open_home
from indexer.jobs.export import SUFFIXES, Further, export_catalogue
from indexer.jobs.export_list import export_list
from service.answers.opening import open_answers
from service.cli.console import Json, ProgressBar, answer, answer_json, counted, report_rejected, say, settings_of
from service.schemas import CatalogueExportSchema, ListExportSchema, RejectionSchema
from sleeve.errors import OutputError
from sleeve.vocabulary import ListName


def export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help=f"The file to write; its ending ({', '.join(SUFFIXES)}) says the format.")
    ],
    vectors: Annotated[bool, typer.Option("--vectors", help="Add the vector of each cover, as `vector`.")] = False,
    images: Annotated[
        bool, typer.Option("--images", help="Add the file of each cover, as `image`; only to Parquet.")
    ] = False,
    places: Annotated[
        bool, typer.Option("--map", help="Add the place of each album on the map (`sleeve map`).")
    ] = False,
    text: Annotated[bool, typer.Option("--text", help="Add the words read on each cover.")] = False,
    predictions: Annotated[bool, typer.Option("--predictions", help="Add the predicted genre of each album.")] = False,
    on_list: Annotated[
        ListName | None, typer.Option("--list", help="Only this list, with the columns of Discogs; as CSV.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    json: Json = False,
) -> None:
    """Write the catalogue as a table: one row per cover, with its album, genres and the columns that came with it, and
    one for each album without a cover.

    `sleeve add` can read the table again. On an empty catalogue that gives the same albums and covers, as long as the
    images are where they were or, in Parquet, in the table (`--images`). Columns that begin with `sleeve_` are Sleeve's
    own: the path of the image, which covers share an album without a name, and what the options add.

    Parquet can be opened with `datasets` of Hugging Face, which finds pictures in `image` and class names in
    `sleeve_label` (of albums with exactly one genre). A dataset card, README.md, is written next to it, unless the
    folder has a README.md of your own. Written with `--vectors --images --map`, the file also opens in Embedding Atlas,
    once every cover has a vector:
    `embedding-atlas FILE --vector vector --image image --x sleeve_map_x --y sleeve_map_y`.

    A .npz file has arrays for NumPy: `cover_ids`, `album_ids`, `vectors`, `genres` (yes or no for each of
    `genre_names`), `files`, and with `--map` also `map`. Covers without a vector are not in it.

    With `--list`, the file has the columns of Discogs' own export of a collection, wantlist or inventory. Rows that
    came from one are as they were; albums that you put on the list follow.

    Names are written as they are, so that they can be read again. A spreadsheet takes a CSV cell that begins with `=`,
    `+`, `-` or `@` for a formula: if strangers chose the names, import the file as text.

    Examples:

        sleeve export catalogue.csv
        sleeve export catalogue.jsonl --predictions
        sleeve export covers/catalogue.parquet --vectors --images --map
        sleeve export vectors.npz
        sleeve export collection.csv --list owned
    """
    if file.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{file} ends in none of {', '.join(SUFFIXES)}")
    if file.exists() and not force:
        raise OutputError(f"{file} is there already; name another file, or add --force to replace it")
    if on_list is not None:
        if file.suffix.lower() != ".csv" or any((vectors, images, places, text, predictions)):
            raise typer.BadParameter("a list is written as .csv, without anything else")
        with open_home(settings_of(context)) as home, ProgressBar() as bar:
            rows = export_list(home, bar, file, on_list)
        document = ListExportSchema(file=str(file), list=on_list, rows=rows)
        if json:
            answer_json(document)
        else:
            answer(f"{counted(rows, 'row')} of the list {on_list} are in {file}")
        return
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        predict = open_answers(home).classifier.likeliest if predictions else None
        exported = export_catalogue(home, bar, file, Further(vectors, images, places, text), predict)
    unreadable = [RejectionSchema.of(outcome) for outcome in exported.unreadable]
    if json:
        answer_json(
            CatalogueExportSchema(
                file=str(file),
                albums=exported.albums,
                covers=exported.covers,
                pending=exported.pending,
                unreadable=unreadable,
            )
        )
    else:
        card = f", with a dataset card ({CARD_NAME})" if exported.card else ""
        covers, albums = counted(exported.covers, "cover"), counted(exported.albums, "album")
        answer(f"{file} has {covers} of {albums}{card}")
    if exported.pending:
        say(f"{counted(exported.pending, 'cover')} without a vector; `sleeve index` makes what is missing")
    if exported.card is False:
        say(f"no dataset card was written: {file.parent / CARD_NAME} is not Sleeve's")
    if unreadable:
        report_rejected(unreadable)
        raise typer.Exit(1)
