"""``sleeve remove``, ``sleeve relabel``, ``sleeve status`` and ``sleeve db``: what is in the catalogue."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from indexer.home import Home, open_home, open_home_to_look
from indexer.jobs.list_rejected import list_rejected
from indexer.jobs.remove import remove as remove_albums
from indexer.jobs.status import status as count_home
from service.actions.editing import edit_album
from service.cli.console import (
    Json,
    ProgressBar,
    an_id,
    answer,
    answer_json,
    answer_json_list,
    counted,
    say,
    settings_of,
)
from service.schemas import (
    MAX_GENRES,
    AlbumChange,
    AlbumSchema,
    HomeStatusSchema,
    RejectionSchema,
    RemoveSchema,
    TextsSchema,
    VersionSchema,
)
from sleeve.faults import first_fault
from sleeve.vocabulary import AlbumId, CoverId, ListName

database = typer.Typer()


def remove(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Covers, folders and archives with all in them, or lists.")
    ] = None,
    album: Annotated[
        list[int] | None, typer.Option(parser=an_id, metavar="ID", help="Id of an album; may be given several times.")
    ] = None,
    cover: Annotated[
        list[int] | None, typer.Option(parser=an_id, metavar="ID", help="Id of one cover of an album.")
    ] = None,
    missing: Annotated[bool, typer.Option("--missing", help="All covers whose files are gone.")] = False,
    json: Json = False,
) -> None:
    """Remove albums with their covers, labels and vectors. Your own files stay; files that Sleeve wrote are deleted.

    An album goes with its last cover, unless a list has it; a list goes with the albums that nothing else knows. What
    is removed stays removed when its file is added again, also from another folder; `sleeve add --again` brings it
    back. Covers whose files are gone come back with their files, and a list when it is added again. The path of a
    rejected file is forgotten, until `sleeve add` meets the file again.

    Examples:

        sleeve remove --album 17 --album 23
        sleeve remove covers/rock/wrong.jpg
        sleeve remove --missing
    """
    if not (paths or album or cover or missing):
        raise typer.BadParameter("say what to remove: a path, --album, --cover or --missing")
    album_ids = [AlbumId(album_id) for album_id in dict.fromkeys(album or ())]
    cover_ids = [CoverId(cover_id) for cover_id in dict.fromkeys(cover or ())]
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        removed_now = remove_albums(home, bar, album_ids, cover_ids=cover_ids, paths=paths or (), missing=missing)
    document = RemoveSchema(
        albums=removed_now.albums,
        covers=removed_now.covers,
        rows=removed_now.rows,
        rejected=removed_now.rejected,
    )
    if json:
        answer_json(document)
    else:
        removed = f"{counted(document.albums, 'album')} with {counted(document.covers, 'cover')}"
        removed += f" and {counted(document.rows, 'row')} of lists" if document.rows else ""
        forgotten = f"forgot {counted(document.rejected, 'rejected file')}" if document.rejected else ""
        if document.covers or document.rows or not forgotten:
            answer(f"removed {removed}; no answer shows them from now on")
        if forgotten:
            answer(f"{forgotten}; `sleeve add` looks at what is still there again")


def relabel(
    context: typer.Context,
    album: Annotated[int, typer.Option(parser=an_id, metavar="ID", help="Id of the album.")],
    genre: Annotated[list[str], typer.Option(help="A genre of the album; may be given several times.")] = [],  # noqa: B006
    title: Annotated[str | None, typer.Option(help="Its title, for example as its cover says it.")] = None,
    artist: Annotated[str | None, typer.Option(help="Its artist.")] = None,
    on_list: Annotated[list[ListName], typer.Option("--list", help="A list that it is on.")] = [],  # noqa: B006
    off_list: Annotated[list[ListName], typer.Option("--no-list", help="A list that it is not on.")] = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Set the genres, names or lists of an album, whatever its folder or table says.

    Genres replace all others, count in the next vote, and stay when the album's file is added again.

    Examples:

        sleeve relabel --album 12 --genre jazz --genre soul
        sleeve relabel --album 12 --artist "John Coltrane" --title "Blue Train"
        sleeve relabel --album 12 --list owned --no-list wanted
    """
    if len(genre) > MAX_GENRES:
        raise typer.BadParameter(f"an album can be of {MAX_GENRES} genres at most")
    if both := set(on_list) & set(off_list):
        raise typer.BadParameter(f"--list and --no-list both name {both.pop()}")
    lists = dict.fromkeys(on_list, True) | dict.fromkeys(off_list, False)
    said = {"genres": genre or None, "title": title, "artist": artist, "lists": lists or None}
    given = {name: value for name, value in said.items() if value is not None}
    if not given:
        raise typer.BadParameter("name a genre, a title, an artist or a list")
    try:
        changes = AlbumChange.model_validate(given).edit()
    except ValidationError as error:
        fault = first_fault(error)
        noun = "genre" if "genres" in fault.field else fault.field
        raise typer.BadParameter(f"{fault.value!r} cannot be the {noun}: {fault.message}") from error
    with open_home(settings_of(context)) as home:
        document = AlbumSchema.of(edit_album(home, AlbumId(album), changes))
    if json:
        answer_json(document)
    else:
        if genre:
            answer(f"album {document.id} is {', '.join(document.genres)} from now on")
        if title is not None or artist is not None:
            names = " - ".join(name for name in (document.artist, document.title) if name)
            answer(f"album {document.id} is called {names or 'nothing'} from now on")
        if lists:
            answer(f"album {document.id} is {', '.join(document.lists) or 'on no list'} from now on")


def status(
    context: typer.Context,
    rejected: Annotated[bool, typer.Option("--rejected", help="List the rejected files instead.")] = False,
    json: Json = False,
) -> None:
    """Show what is in the catalogue, and which index version is live. If there is none yet, none is made.

    Examples:

        sleeve status
        sleeve status --rejected
    """
    with open_home_to_look(settings_of(context)) as home, ProgressBar() as bar:
        if rejected:
            _show_rejected([RejectionSchema.of(one) for one in list_rejected(home, bar)], json=json)
            return
        document = HomeStatusSchema.of(home, count_home(home, bar))
    if json:
        answer_json(document)
    else:
        _show(document)


def _show_rejected(files: list[RejectionSchema], *, json: bool) -> None:
    if json:
        answer_json_list(files)
        return
    for one in files:
        answer(f"{one.file}: {one.reason}" + (f" ({one.detail})" if one.detail else ""))
    if not files:
        say("no file was rejected")


def _show(document: HomeStatusSchema) -> None:
    lines = [
        f"home      {document.home}",
        f"database  {document.database}",
        f"albums    {document.albums}"
        + (f" ({document.without_cover} without a cover)" if document.without_cover else ""),
        f"covers    {document.covers} ({document.pending} waiting for `sleeve index`)",
        f"texts     {_texts(document.texts)}",
        f"genres    {_listed(document.albums_per_genre) or 'none'}",
        f"files     {_listed(document.files) or 'none'}",
    ]
    if document.lists:
        lines.append(f"lists     {_listed({str(name): albums for name, albums in document.lists.items()})}")
    if document.rejections:
        lines.append(f"rejected  {_listed(document.rejections)}; `sleeve status --rejected` lists them")
    if document.others:
        lines.append(f"others    {_listed(document.others)}")
    lines.append(f"index     {_index(document.versions)}")
    for line in lines:
        answer(line)


def _index(versions: Sequence[VersionSchema]) -> str:
    live = next((version for version in versions if version.live), None)
    if live is None:
        return "none yet; `sleeve index` builds it"
    searched = "".join(f", {name} {number}" for name, number in live.arguments.items())
    what = f"{live.version}: live, {live.count} vectors of {live.bundle}, recall {live.recall:.3f}{searched}"
    others = len(versions) - 1
    return what + (f"; {others} more: `sleeve index list`" if others else "")


def _texts(counts: TextsSchema) -> str:
    waiting = f" ({counts.pending} waiting for `sleeve read`)" if counts.pending else ""
    return f"{counted(counts.read, 'cover')} read, {counts.without_text} of them without text{waiting}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


@database.callback()
def describe_database() -> None:
    """The database and its schema."""


@database.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to the newest schema; does nothing if it is up to date."""
    with Home(settings_of(context)) as home:
        answer(f"{home.database} is at revision {home.upgrade()}")
