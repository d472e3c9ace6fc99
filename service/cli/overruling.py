"""``sleeve merge``, ``split``, ``link`` and ``unlink``: what a person says of albums and artworks."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.home import open_home
from service.actions.overruling import (
    covers_named,
    decide_artwork,
    merge_albums,
    split_album,
    undo_merge,
    undo_split,
)
from service.cli.console import Json, an_id, answer, answer_json, counted, settings_of
from service.schemas import AlbumSchema
from sleeve.vocabulary import AlbumId

Covers = Annotated[list[int] | None, typer.Option("--cover", parser=an_id, metavar="ID", help="Id of a cover.")]
Files = Annotated[list[Path] | None, typer.Argument(help="Files of covers, as an alternative to their ids.")]


def merge(
    context: typer.Context,
    album: Annotated[
        list[int] | None, typer.Option(parser=an_id, metavar="ID", help="Id of an album; the first one keeps its id.")
    ] = None,
    undo: Annotated[
        int | None, typer.Option(parser=an_id, metavar="ID", help="Id of an album that was made one with another.")
    ] = None,
    json: Json = False,
) -> None:
    """Make albums one. `sleeve add` does not part them again, whatever their sources say.

    With --undo, an album is again as it was before, with its id, names, genres and covers.

    Examples:

        sleeve merge --album 3 --album 7
        sleeve merge --undo 7
    """
    ids = list(dict.fromkeys(map(AlbumId, album or ())))
    if undo is not None and ids:
        raise typer.BadParameter("--undo goes alone")
    if undo is None and len(ids) < 2:
        raise typer.BadParameter("name two albums at least")
    with open_home(settings_of(context)) as home:
        merged = merge_albums(home, ids[0], ids[1:]) if undo is None else undo_merge(home, AlbumId(undo))
    _show(AlbumSchema.of(merged), json=json)


def split(
    context: typer.Context,
    files: Files = None,
    cover: Covers = None,
    undo: Annotated[
        int | None,
        typer.Option(parser=an_id, metavar="ID", help="Id of an album that was made of another one's covers."),
    ] = None,
    json: Json = False,
) -> None:
    """Make some covers of an album an album of their own. `sleeve add` does not join them again.

    Examples:

        sleeve split --cover 12
        sleeve split covers/rock/other.jpg
        sleeve split --undo 15
    """
    if undo is not None and (files or cover):
        raise typer.BadParameter("--undo goes alone")
    if undo is None and not (files or cover):
        raise typer.BadParameter("name a cover at least")
    with open_home(settings_of(context)) as home:
        if undo is None:
            parted = split_album(home, covers_named(home, files or (), cover or ()))
        else:
            parted = undo_split(home, AlbumId(undo))
    _show(AlbumSchema.of(parted), json=json)


def _show(document: AlbumSchema, *, json: bool) -> None:
    if json:
        answer_json(document)
    else:
        answer(f"album {document.id} has {counted(len(document.covers), 'cover')} from now on")


def link(context: typer.Context, files: Files = None, cover: Covers = None) -> None:
    """Say that covers show the same artwork, whatever their pixels say; it takes `sleeve unlink` back.

    They count as one artwork from then on, in votes, recommendations and `sleeve duplicates`.

    Example:

        sleeve link --cover 3 --cover 7
    """
    number = _decide(context, files, cover, same=True)
    answer(f"{counted(number, 'cover')} count as one artwork from now on")


def unlink(context: typer.Context, files: Files = None, cover: Covers = None) -> None:
    """Say that covers do not show the same artwork. They are not linked again when they are compared again.

    No two of the named covers count as one artwork from then on, in votes, recommendations and `sleeve duplicates`,
    which shows the ids of covers.

    Example:

        sleeve unlink --cover 3 --cover 7
    """
    number = _decide(context, files, cover, same=False)
    answer(f"{counted(number, 'cover')} count as different artworks from now on; `sleeve link` takes that back")


def _decide(context: typer.Context, files: Files, cover: Covers, *, same: bool) -> int:
    with open_home(settings_of(context)) as home:
        named = covers_named(home, files or (), cover or ())
        if len(named) < 2:
            raise typer.BadParameter("name two covers at least")
        decide_artwork(home, named, same=same)
    return len(named)
