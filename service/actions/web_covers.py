"""The web services that `sleeve covers --from` asks, while it looks for covers and writes them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from indexer.care import WebCovers
from indexer.home import Home
from indexer.sources.discogs import open_discogs
from indexer.sources.musicbrainz import GroupFinder, open_services
from indexer.sources.spelling import Spellings
from indexer.sources.web_services.filling import Service


class WebSource(StrEnum):
    """Who is asked for better pictures."""

    MUSICBRAINZ = "musicbrainz"
    """The Cover Art Archive, for albums that MusicBrainz knows."""

    DISCOGS = "discogs"


@contextmanager
def open_web_covers(home: Home, sources: Sequence[WebSource], token: SecretStr | None) -> Iterator[WebCovers]:
    """What asks web services, while no other run of this home asks them; what it fetched is deleted at the end.

    Args:
        token: of Discogs; None if it is not asked.

    Raises:
        SettingsError: the contact or the token is missing or cannot be sent.
        BusyError: another run is at work.
        OutputError: the home cannot be written.
    """
    services: list[Service] = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="sleeve-covers-")))
        for source in dict.fromkeys(sources):
            if source is WebSource.MUSICBRAINZ:
                answers = home.musicbrainz_answers_folder
                asked = open_services(home.settings.contact, lock=home.musicbrainz_lock, answers=answers)
                # An album without names is left out, so no picture is to be compared.
                services.append(GroupFinder(opened.enter_context(asked), lambda _image, _cover: False))
            else:
                assert token is not None
                answers = home.discogs_answers_folder
                finder = open_discogs(token, Spellings({}), lock=home.discogs_lock, answers=answers)
                services.append(opened.enter_context(finder))
        yield WebCovers(services, folder)
