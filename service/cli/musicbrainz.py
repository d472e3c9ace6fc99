"""``sleeve musicbrainz``: albums from MusicBrainz with covers from the Cover Art Archive, and what albums lack."""

from typing import Annotated

import typer

from indexer.home import open_home
from indexer.jobs.add_from_musicbrainz import add_from_musicbrainz
from indexer.jobs.fill_from_musicbrainz import MAX_ALBUMS, fill_from_musicbrainz
from indexer.sources.musicbrainz import Ending, GroupQuery, GroupReport, QueryKind
from service.cli.console import SHOWN_REJECTIONS, Json, ProgressBar, answer, answer_json, counted, say, settings_of
from service.cli.filling import fill_document, show_fill
from service.schemas import FillSchema, LeftOutSchema, MusicBrainzSchema
from sleeve.vocabulary import Side

DEFAULT_ALBUMS = 100
"""Albums added if the user sets no limit."""


def musicbrainz(
    context: typer.Context,
    genre: Annotated[str | None, typer.Option(help="Albums in this genre.")] = None,
    artist: Annotated[str | None, typer.Option(help="Albums by this artist, given by name or MusicBrainz id.")] = None,
    release_group: Annotated[str | None, typer.Option(help="The album with this MusicBrainz id.")] = None,
    collection: Annotated[
        str | None,
        typer.Option(
            help="Albums in the public collection of release groups, or of releases, with this MusicBrainz id."
        ),
    ] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Albums in the catalogue that lack a name, a genre, a year or a cover.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fill: show what would be filled in, and change nothing.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MAX_ALBUMS,
            metavar="N",
            help=f"At most this many albums; by default {DEFAULT_ALBUMS}, or all with --fill.",
        ),
    ] = None,
    backs: Annotated[
        bool, typer.Option("--backs", help="Back covers too; costs three more requests per album.")
    ] = False,
    json: Json = False,
) -> None:
    """Register albums from MusicBrainz with their covers from the Cover Art Archive, or fill in what albums lack.

    First set SLEEVE_CONTACT to your mail address or web page: both services want to know who asks. Each is asked at
    most once a second. You can stop it at any time; the same command continues where it stopped.

    Examples:

        sleeve musicbrainz --genre "black metal" --limit 500
        sleeve musicbrainz --artist Darkthrone --backs
        sleeve musicbrainz --fill --dry-run
    """
    options = {"genre": genre, "artist": artist, "release-group": release_group, "collection": collection}
    wanted = _wanted(options, fill=fill, dry_run=dry_run)
    sides = tuple(Side) if backs else (Side.FRONT,)
    document: MusicBrainzSchema | FillSchema
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        if wanted is None:
            filled = fill_from_musicbrainz(home, bar, limit=limit, sides=sides, dry_run=dry_run)
            document = fill_document(filled, "release_group", dry_run=dry_run)
        else:
            added = add_from_musicbrainz(home, bar, wanted, limit=limit or DEFAULT_ALBUMS, sides=sides)
            document = _document(added)
    if json:
        answer_json(document)
    elif isinstance(document, FillSchema):
        show_fill(document, "its {} if the archive has one")
    else:
        _show(document)
    if document.rejected:
        raise typer.Exit(1)


def _wanted(options: dict[str, str | None], *, fill: bool, dry_run: bool) -> GroupQuery | None:
    """The albums to add; None for --fill."""
    if dry_run and not fill:
        raise typer.BadParameter("--dry-run goes with --fill only")
    given = [GroupQuery(QueryKind(name), words) for name, words in options.items() if words is not None]
    if len(given) + fill != 1:
        raise typer.BadParameter("name one of --genre, --artist, --release-group, --collection and --fill")
    return given[0] if given else None


def _document(report: GroupReport) -> MusicBrainzSchema:
    return MusicBrainzSchema(
        added=report.counts[Ending.ADDED],
        unchanged=report.counts[Ending.UNCHANGED],
        no_art=report.counts[Ending.NO_ART],
        rejected=report.counts[Ending.REJECTED],
        covers=report.covers,
        left_out=[
            LeftOutSchema(
                release_group=item.group.id,
                artist=item.group.artist,
                title=item.group.title,
                side=item.side,
                reason=item.why,
            )
            for item in report.left_out
        ],
    )


def _show(document: MusicBrainzSchema) -> None:
    for item in document.left_out[:SHOWN_REJECTIONS]:
        say(f"no {item.side} of {item.artist}: {item.title} ({item.release_group}): {item.reason}")
    if len(document.left_out) > SHOWN_REJECTIONS:
        say(f"… and {len(document.left_out) - SHOWN_REJECTIONS} more (all with --json)")
    answer(
        f"{document.added} added with {counted(document.covers, 'cover')}, {document.unchanged} unchanged, "
        f"{document.no_art} without art, {document.rejected} rejected"
    )
    if document.added:
        say("Next: `sleeve index` makes them searchable.")
