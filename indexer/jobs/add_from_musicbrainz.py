"""``sleeve musicbrainz``: albums from MusicBrainz with covers from the Cover Art Archive."""

from itertools import islice

from indexer.home import Home
from indexer.progress import Progress
from indexer.sources.musicbrainz import GroupAdder, GroupQuery, GroupReport, QueryKind, open_services
from sleeve.vocabulary import Side


def add_from_musicbrainz(
    home: Home, progress: Progress, query: GroupQuery, *, limit: int, sides: tuple[Side, ...]
) -> GroupReport:
    """Add up to ``limit`` albums with their covers, but none that a person removed and does not name.

    Raises:
        SettingsError: ``SLEEVE_CONTACT`` is missing or cannot be sent.
        BusyError: another run is at work.
        OutputError: the home cannot be written.
        SourceError: a service cannot be reached; what was added stays.
        CatalogueError: the database cannot be used.
    """
    with open_services(
        home.settings.contact, lock=home.musicbrainz_lock, answers=home.musicbrainz_answers_folder
    ) as services:
        again = query.by is QueryKind.RELEASE_GROUP
        adder = GroupAdder(home.database, home.covers, services, sides, again=again)
        progress.start("Fetching", limit)
        return adder.add(islice(services.musicbrainz.release_groups(query), limit), progress)
