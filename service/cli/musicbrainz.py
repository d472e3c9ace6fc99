"""``sleeve musicbrainz``: albums from MusicBrainz with covers from the Cover Art Archive, and what albums lack."""

from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import typer

import indexer.musicbrainz as source
from db.errors import SettingsError
from db.settings import Settings
from db.vocabulary import Side
from indexer.cover_store import CoverStore
from indexer.musicbrainz.client import INTERVAL_S
from indexer.musicbrainz.clock import SYSTEM, Clock
from indexer.remote_image import PUBLIC, Reach
from service.assembly import open_catalogue
from service.cli.catalogue import SHOWN_REJECTIONS, Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import (
    FillDocument,
    FilledDocument,
    LeftOutDocument,
    MusicBrainzDocument,
    NotFilledDocument,
)

MAX_ALBUMS = 100_000
DEFAULT_ALBUMS = 100
MAX_CONTACT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services are and how often they may be asked."""

    musicbrainz: str = "https://musicbrainz.org"
    archive: str = "https://coverartarchive.org"
    reach: Reach = PUBLIC
    clock: Clock = SYSTEM
    interval_s: float = INTERVAL_S


SERVICES = Services()


def musicbrainz(
    context: typer.Context,
    genre: Annotated[str | None, typer.Option(help="Albums of this genre.")] = None,
    artist: Annotated[str | None, typer.Option(help="Albums of this artist: the name, or the MusicBrainz id.")] = None,
    release_group: Annotated[str | None, typer.Option(help="The album with this MusicBrainz id.")] = None,
    collection: Annotated[
        str | None,
        typer.Option(
            help="Albums in the public collection of release groups, or of releases, with this MusicBrainz id."
        ),
    ] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Albums of the catalogue that lack a genre, a year or a cover.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fill: tell what would be filled in, and change nothing.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_ALBUMS, help=f"Albums at most; {DEFAULT_ALBUMS} unless told, with --fill all."),
    ] = None,
    backs: Annotated[bool, typer.Option("--backs", help="Back covers too: three more requests an album.")] = False,
    json: Json = False,
) -> None:
    """Register albums from MusicBrainz with their covers from the Cover Art Archive, or fill in what albums lack.

    Set SLEEVE_CONTACT to your mail address or web page first: both services want to know who asks. Each is asked once
    a second at most. Stop whenever you like; the same command goes on where it was.

    Examples:

        sleeve musicbrainz --genre "black metal" --limit 500

        sleeve musicbrainz --artist Darkthrone --backs

        sleeve musicbrainz --fill --dry-run
    """
    options = {"genre": genre, "artist": artist, "release-group": release_group, "collection": collection}
    wanted = _wanted(options, fill=fill, dry_run=dry_run)
    settings = settings_of(context)
    manners = source.Manners(_user_agent(settings), SERVICES.reach, SERVICES.clock, SERVICES.interval_s)
    folder = settings.folder / "musicbrainz"
    with open_catalogue(settings) as catalogue, source.one_at_a_time(folder), ProgressBar() as bar:
        client = source.Client(source.AnswerCache(folder / "answers", manners.clock.now_s()), manners)
        service = source.WebService(client, SERVICES.musicbrainz)
        archive = source.CoverArtArchive(client, service, SERVICES.archive, catalogue.limits)
        store, sides = CoverStore(settings.folder), tuple(Side) if backs else (Side.FRONT,)
        document: MusicBrainzDocument | FillDocument
        if wanted is None:
            filler = source.AlbumFiller(
                catalogue.database,
                store,
                client,
                service,
                archive,
                genres=service.genres(),
                sides=sides,
                dry_run=dry_run,
            )
            albums = filler.wanting(limit or MAX_ALBUMS)
            bar.start("Looking up", len(albums))
            document = _fill_document(filler.fill(albums, bar), dry_run)
        else:
            adder = source.GroupAdder(catalogue.database, store, client, archive, genres=service.genres(), sides=sides)
            at_most = limit or DEFAULT_ALBUMS
            bar.start("Fetching", at_most)
            document = _document(adder.add(islice(service.release_groups(wanted), at_most), bar))
    if json:
        answer_json(document)
    elif isinstance(document, FillDocument):
        _tell_fill(document)
    else:
        _tell(document)
    if document.rejected:
        raise typer.Exit(1)


def _wanted(options: dict[str, str | None], *, fill: bool, dry_run: bool) -> source.Wanted | None:
    """What is to be added; None where what there is is to be filled in."""
    if dry_run and not fill:
        raise typer.BadParameter("--dry-run goes with --fill only")
    given = [source.Wanted(source.WantedBy(name), words) for name, words in options.items() if words is not None]
    if len(given) + fill != 1:
        raise typer.BadParameter("name one of --genre, --artist, --release-group, --collection and --fill")
    return given[0] if given else None


def _user_agent(settings: Settings) -> str:
    contact = settings.contact.strip()
    if not ("@" in contact or contact.startswith(("http://", "https://"))):
        raise SettingsError("set SLEEVE_CONTACT to your mail address or web page; MusicBrainz wants to know who asks")
    if len(contact) > MAX_CONTACT_CHARACTERS or not contact.isascii() or not contact.isprintable():
        raise SettingsError(f"SLEEVE_CONTACT must be {MAX_CONTACT_CHARACTERS} ASCII characters at most")
    return f"sleeve/1 ( {contact} )"


def _document(report: source.GroupReport) -> MusicBrainzDocument:
    return MusicBrainzDocument(
        added=report.counts[source.Ending.ADDED],
        unchanged=report.counts[source.Ending.UNCHANGED],
        no_art=report.counts[source.Ending.NO_ART],
        rejected=report.counts[source.Ending.REJECTED],
        covers=report.covers,
        left_out=[
            LeftOutDocument(
                release_group=item.group.id,
                artist=item.group.artist,
                title=item.group.title,
                side=item.side,
                reason=item.why,
            )
            for item in report.left_out
        ],
    )


def _fill_document(report: source.FillReport, dry_run: bool) -> FillDocument:
    return FillDocument(
        dry_run=dry_run,
        filled=report.counts[source.FillEnding.FILLED],
        unchanged=report.counts[source.FillEnding.UNCHANGED],
        not_found=report.counts[source.FillEnding.NOT_FOUND],
        rejected=report.counts[source.FillEnding.REJECTED],
        albums=[
            FilledDocument(
                album_id=item.album.id,
                artist=item.album.artist,
                title=item.album.title,
                release_group=item.group.id,
                genres=list(item.genres),
                year=item.year,
                covers=[str(side) for side in item.sides],
            )
            for item in report.filled
        ],
        not_filled=[
            NotFilledDocument(album_id=item.album.id, artist=item.album.artist, title=item.album.title, reason=item.why)
            for item in report.not_filled
        ],
    )


def _tell_fill(document: FillDocument) -> None:
    for item in document.not_filled[:SHOWN_REJECTIONS]:
        say(f"album {item.album_id} ({item.artist or '?'}: {item.title or '?'}): {item.reason}")
    if len(document.not_filled) > SHOWN_REJECTIONS:
        say(f"… and {len(document.not_filled) - SHOWN_REJECTIONS} more (all with --json)")
    if document.dry_run:
        for album in document.albums:
            answer(f"album {album.album_id} ({album.artist or '?'}: {album.title or '?'}) would get {_gifts(album)}")
    answer(
        f"{document.filled} {'would be filled in' if document.dry_run else 'filled in'}, "
        f"{document.unchanged} unchanged, {document.not_found} not found, {document.rejected} rejected"
    )
    if not document.dry_run and any(album.covers for album in document.albums):
        say("Next: `sleeve index` makes the new covers searchable.")


def _gifts(album: FilledDocument) -> str:
    gifts = [f"genres {'; '.join(album.genres)}"] if album.genres else []
    gifts += [f"year {album.year}"] if album.year else []
    return ", ".join([*gifts, *(f"its {side} if the archive has one" for side in album.covers)])


def _tell(document: MusicBrainzDocument) -> None:
    for item in document.left_out[:SHOWN_REJECTIONS]:
        say(f"no {item.side} of {item.artist}: {item.title} ({item.release_group}): {item.reason}")
    if len(document.left_out) > SHOWN_REJECTIONS:
        say(f"… and {len(document.left_out) - SHOWN_REJECTIONS} more (all with --json)")
    answer(
        f"{document.added} added with {document.covers} covers, {document.unchanged} unchanged, "
        f"{document.no_art} without art, {document.rejected} rejected"
    )
    if document.added:
        say("Next: `sleeve index` makes them searchable.")
