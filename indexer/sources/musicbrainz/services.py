"""The services as a run asks them: one run at a time, with a user agent that says who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.files import locked
from indexer.sources.musicbrainz.covers import CoverArtArchive
from indexer.sources.musicbrainz.web_service import WebService
from indexer.sources.remote_image import PUBLIC, Reach
from indexer.sources.web_services.answer_cache import AnswerCache
from indexer.sources.web_services.client import INTERVAL_S, Client, Manners
from indexer.sources.web_services.pace import SYSTEM, Clock
from sleeve.errors import BusyError, SettingsError

MAX_CONTACT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the services are and how often they may be asked."""

    musicbrainz: str = "https://musicbrainz.org"
    archive: str = "https://coverartarchive.org"
    reach: Reach = PUBLIC
    clock: Clock = SYSTEM
    interval_s: float = INTERVAL_S


HOSTS = Hosts()


@dataclass(frozen=True, slots=True)
class Services:
    """MusicBrainz and the Cover Art Archive, and the client that asks both."""

    client: Client
    musicbrainz: WebService
    archive: CoverArtArchive


@contextmanager
def open_services(contact: str, *, lock: Path, answers: Path) -> Iterator[Services]:
    """Both services, while no other run of this home asks them.

    Args:
        contact: a mail address or web page.
        lock: the file that a run holds.
        answers: the folder of what was answered.

    Raises:
        SettingsError: the contact is missing or cannot be sent.
        BusyError: another run is at work.
        OutputError: the lock cannot be made.
    """
    manners = Manners(_user_agent(contact.strip()), HOSTS.reach, HOSTS.clock, HOSTS.interval_s)
    # Two runs would ask a host twice as often as it permits.
    busy = BusyError("another `sleeve musicbrainz` is at work in this home; wait until it ends")
    with locked(lock, busy):
        client = Client(AnswerCache(answers, manners.clock.now_s()), manners)
        musicbrainz = WebService(client, HOSTS.musicbrainz)
        yield Services(client, musicbrainz, CoverArtArchive(client, musicbrainz, HOSTS.archive))


def _user_agent(contact: str) -> str:
    if not ("@" in contact or contact.startswith(("http://", "https://"))):
        raise SettingsError("set SLEEVE_CONTACT to your mail address or web page; MusicBrainz wants to know who asks")
    if len(contact) > MAX_CONTACT_CHARACTERS or not contact.isascii() or not contact.isprintable():
        raise SettingsError(f"SLEEVE_CONTACT must be {MAX_CONTACT_CHARACTERS} ASCII characters at most")
    return f"sleeve/1 ( {contact} )"
