"""``sleeve relabel``: an album's genres, as a person says."""

from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from indexer.home import open_home
from indexer.jobs.relabel import relabel as relabel_album
from service.cli.catalogue import Json
from service.cli.console import answer, answer_json, settings_of
from service.schemas import MAX_GENRES, MAX_ID, AlbumSchema, GenreName
from sleeve.vocabulary import AlbumId


def relabel(
    context: typer.Context,
    album: Annotated[int, typer.Option(min=1, max=MAX_ID, help="Id of the album.")],
    genre: Annotated[list[str], typer.Option(help="A genre of the album; may be given several times.")],
    json: Json = False,
) -> None:
    """Set the genres of an album, whatever its folder or manifest says.

    These genres replace all others, count in the next vote, and stay when the album's file is added again.

    Example:

        sleeve relabel --album 12 --genre jazz --genre soul
    """
    if len(genre) > MAX_GENRES:
        raise typer.BadParameter(f"an album can be of {MAX_GENRES} genres at most")
    try:
        genres = TypeAdapter(list[GenreName]).validate_python(genre)
    except ValidationError as error:
        fault = error.errors()[0]
        raise typer.BadParameter(f"{fault['input']!r} cannot be a genre: {fault['msg']}") from error
    with open_home(settings_of(context)) as home:
        document = AlbumSchema.of(relabel_album(home, AlbumId(album), genres))
    if json:
        answer_json(document)
    else:
        answer(f"album {document.id} is {', '.join(document.genres)} from now on")
