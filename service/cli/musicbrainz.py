"""``sleeve musicbrainz``: albums from MusicBrainz with covers from the Cover Art Archive."""

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
from service.cli.documents import LeftOutDocument, MusicBrainzDocument

MAX_ALBUMS = 100_000
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
        str | None, typer.Option(help="Albums in the public collection of release groups with this MusicBrainz id.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_ALBUMS, help="Albums at most.")] = 100,
    backs: Annotated[bool, typer.Option("--backs", help="Back covers too: three more requests an album.")] = False,
    json: Json = False,
) -> None:
    """Register albums from MusicBrainz with their covers from the Cover Art Archive.

    Set SLEEVE_CONTACT to your mail address or web page first: both services want to know who asks. Each is asked once
    a second at most. Stop whenever you like; the same command goes on where it was.

    Examples:

        sleeve musicbrainz --genre "black metal" --limit 500

        sleeve musicbrainz --artist Darkthrone --backs
    """
    wanted = _wanted({"genre": genre, "artist": artist, "release-group": release_group, "collection": collection})
    settings = settings_of(context)
    manners = source.Manners(_user_agent(settings), SERVICES.reach, SERVICES.clock, SERVICES.interval_s)
    folder = settings.folder / "musicbrainz"
    with open_catalogue(settings) as catalogue, source.one_at_a_time(folder), ProgressBar() as bar:
        client = source.Client(source.AnswerCache(folder / "answers", manners.clock.now_s()), manners)
        service = source.WebService(client, SERVICES.musicbrainz)
        adder = source.GroupAdder(
            catalogue.database,
            CoverStore(settings.folder),
            client,
            source.CoverArtArchive(client, service, SERVICES.archive, catalogue.limits),
            genres=service.genres(),
            sides=tuple(Side) if backs else (Side.FRONT,),
        )
        bar.start("Fetching", limit)
        report = adder.add(islice(service.release_groups(wanted), limit), bar)
    document = _document(report)
    if json:
        answer_json(document)
    else:
        _tell(document)
    if document.rejected:
        raise typer.Exit(1)


def _wanted(options: dict[str, str | None]) -> source.Wanted:
    given = [source.Wanted(source.WantedBy(name), words) for name, words in options.items() if words is not None]
    if len(given) != 1:
        raise typer.BadParameter("name one of --genre, --artist, --release-group and --collection")
    return given[0]


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
