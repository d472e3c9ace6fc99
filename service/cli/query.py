"""``sleeve similar``: albums that look like an image or an album."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from db.vocabulary import AlbumId, Side
from indexer.decoding import read
from service.assembly import open_catalogue, open_search
from service.cli.catalogue import Json
from service.cli.console import answer, answer_json, settings_of
from service.filters import YEARS_HELP, catalogue_filter
from service.records import MAX_K, SimilarRequest
from service.schemas import NeighbourSchema, Query, SimilarSchema


def similar(
    context: typer.Context,
    image: Annotated[Path | None, typer.Argument(help="An image file.")] = None,
    album: Annotated[int | None, typer.Option(min=1, help="Id of an album, instead of an image.")] = None,
    k: Annotated[int, typer.Option("-k", "--count", min=1, max=MAX_K, help="How many albums.")] = 10,
    genre: Annotated[str | None, typer.Option(help="Only albums of this genre.")] = None,
    year: Annotated[str | None, typer.Option(metavar="A:B", help=f"Only albums of these years: {YEARS_HELP}.")] = None,
    artist: Annotated[str | None, typer.Option(help="Only albums of this artist.")] = None,
    side: Annotated[Side | None, typer.Option(help="Only front or back covers.")] = None,
    json: Json = False,
) -> None:
    """Show the albums that look most like an image, or like an album of the catalogue.

    Examples:

        sleeve similar photo.jpg

        sleeve similar --album 12 -k 20 --genre jazz --year 1955:1969
    """
    if (image is None) == (album is None):
        raise typer.BadParameter("name either an image or an album (--album ID)")
    try:
        request = SimilarRequest(k, catalogue_filter(genre, year, artist, side))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with open_catalogue(settings_of(context)) as catalogue:
        data = read(image, catalogue.limits) if image is not None else b""
        search = open_search(catalogue)
        if album is not None:
            document = SimilarSchema.of(Query(album_id=album), search.by_album(AlbumId(album), request))
        else:
            document = SimilarSchema.of(Query(file=str(image)), search.by_image(data, request))
    if json:
        answer_json(document)
    else:
        answer(neighbours_table(document.neighbours))


def neighbours_table(neighbours: list[NeighbourSchema]) -> Table | str:
    """The neighbours for a person to read."""
    if not neighbours:
        return "no album fits"
    table = Table("similarity", "album", "title", "artist", "year", "genres", "file", box=None, pad_edge=False)
    for neighbour in neighbours:
        table.add_row(
            f"{neighbour.similarity:.3f}",
            str(neighbour.album_id),
            neighbour.title or "",
            neighbour.artist or "",
            str(neighbour.year or ""),
            ", ".join(neighbour.genres),
            neighbour.file,
        )
    return table
