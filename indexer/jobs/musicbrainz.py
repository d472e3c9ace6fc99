"""``sleeve musicbrainz``: albums from MusicBrainz with covers from the Cover Art Archive, and what albums lack."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice

from indexer.files import locked
from indexer.home import Home
from indexer.progress import Progress
from indexer.sources.musicbrainz import (
    AlbumFiller,
    AnswerCache,
    Client,
    CoverArtArchive,
    FillReport,
    GroupAdder,
    GroupQuery,
    GroupReport,
    Manners,
    WebService,
)
from indexer.sources.musicbrainz.client import INTERVAL_S
from indexer.sources.musicbrainz.pace import SYSTEM, Clock
from indexer.sources.remote_image import PUBLIC, Reach
from sleeve.errors import BusyError, OutputError, SettingsError
from sleeve.vocabulary import Side

MAX_ALBUMS = 100_000
"""The most albums of one run."""

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


def add_albums(
    home: Home, query: GroupQuery, progress: Progress, *, limit: int, sides: tuple[Side, ...]
) -> GroupReport:
    """Add up to ``limit`` albums with their covers.

    Raises:
        SettingsError: ``SLEEVE_CONTACT`` is missing or cannot be sent.
        BusyError: another run is at work.
        OutputError: the home cannot be written.
        SourceError: a service cannot be reached; what was added stays.
        CatalogueError: the database cannot be used.
    """
    with _services(home) as (client, service, archive):
        adder = GroupAdder(home.database, home.covers, client, archive, genres=service.genres(), sides=sides)
        progress.start("Fetching", limit)
        return adder.add(islice(service.release_groups(query), limit), progress)


def fill_albums(
    home: Home, progress: Progress, *, limit: int | None, sides: tuple[Side, ...], dry_run: bool
) -> FillReport:
    """Give albums the genre, year or cover that is missing of them.

    Args:
        dry_run: only find out what would be given.

    Raises:
        As ``add_albums``.
    """
    with _services(home) as (client, service, archive):
        filler = AlbumFiller(
            home.database, home.covers, client, service, archive, genres=service.genres(), sides=sides, dry_run=dry_run
        )
        albums = filler.incomplete_albums(limit or MAX_ALBUMS)
        progress.start("Looking up", len(albums))
        return filler.fill(albums, progress)


@contextmanager
def _services(home: Home) -> Iterator[tuple[Client, WebService, CoverArtArchive]]:
    manners = Manners(_user_agent(home.settings.contact.strip()), SERVICES.reach, SERVICES.clock, SERVICES.interval_s)
    with _one_at_a_time(home):
        client = Client(AnswerCache(home.musicbrainz_answers_folder, manners.clock.now_s()), manners)
        service = WebService(client, SERVICES.musicbrainz)
        yield client, service, CoverArtArchive(client, service, SERVICES.archive)


@contextmanager
def _one_at_a_time(home: Home) -> Iterator[None]:
    """Two runs would ask a host twice as often as it permits."""
    busy = BusyError("another `sleeve musicbrainz` is at work in this home; wait until it ends")
    with ExitStack() as held:
        try:
            held.enter_context(locked(home.musicbrainz_lock, busy))
        except OSError as error:
            raise OutputError(f"cannot make the lock {home.musicbrainz_lock}: {error.strerror}") from error
        yield


def _user_agent(contact: str) -> str:
    if not ("@" in contact or contact.startswith(("http://", "https://"))):
        raise SettingsError("set SLEEVE_CONTACT to your mail address or web page; MusicBrainz wants to know who asks")
    if len(contact) > MAX_CONTACT_CHARACTERS or not contact.isascii() or not contact.isprintable():
        raise SettingsError(f"SLEEVE_CONTACT must be {MAX_CONTACT_CHARACTERS} ASCII characters at most")
    return f"sleeve/1 ( {contact} )"
