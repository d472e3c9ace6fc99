"""Discogs as a run asks it: one run at a time, as the holder of a token."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from indexer.files import locked
from indexer.sources.discogs.looking_up import ReleaseFinder
from indexer.sources.remote_image import PUBLIC, Reach
from indexer.sources.spelling import Spellings
from indexer.sources.web_services.answer_cache import AnswerCache
from indexer.sources.web_services.client import INTERVAL_S, Access, Client, Manners
from indexer.sources.web_services.pace import SYSTEM, Clock
from sleeve.errors import BusyError, SettingsError

MAX_TOKEN_CHARACTERS = 200

SETTING = "SLEEVE_DISCOGS_TOKEN"


@dataclass(frozen=True, slots=True)
class Host:
    """Where Discogs is and how often it may be asked: 60 times a minute with a token."""

    base: str = "https://api.discogs.com"
    reach: Reach = PUBLIC
    clock: Clock = SYSTEM
    interval_s: float = INTERVAL_S


HOST = Host()


@contextmanager
def open_discogs(token: SecretStr, spellings: Spellings, *, lock: Path, answers: Path) -> Iterator[ReleaseFinder]:
    """Discogs, while no other run of this home asks it.

    Args:
        token: of the person, from discogs.com/settings/developers.
        lock: the file that a run holds.
        answers: the folder of what was answered.

    Raises:
        SettingsError: the token cannot be sent.
        BusyError: another run is at work.
        OutputError: the lock cannot be made.
    """
    access = Access(HOST.base, "Discogs token=", _checked(token), SETTING)
    manners = Manners("sleeve/1", HOST.reach, HOST.clock, HOST.interval_s, access=access)
    busy = BusyError("another `sleeve discogs` is at work in this home; wait until it ends")
    with locked(lock, busy):
        client = Client(AnswerCache(answers, manners.clock.now_s()), manners)
        yield ReleaseFinder(client, HOST.base, spellings)


def _checked(token: SecretStr) -> SecretStr:
    said = token.get_secret_value().strip()
    if not said or len(said) > MAX_TOKEN_CHARACTERS or not said.isascii() or not said.isprintable() or " " in said:
        raise SettingsError(f"{SETTING} is not a token of Discogs; discogs.com/settings/developers makes one")
    return SecretStr(said)
