"""``sleeve discogs --fill``: covers and genres that albums lack, from Discogs."""

from pydantic import SecretStr

from indexer.home import Home
from indexer.jobs.fill_from_musicbrainz import MAX_ALBUMS
from indexer.progress import Progress
from indexer.sources.discogs import open_discogs
from indexer.sources.spelling import Spellings
from indexer.sources.web_services.filling import AlbumFiller, FillReport
from sleeve.vocabulary import Side


def fill_from_discogs(
    home: Home, progress: Progress, token: SecretStr, *, limit: int | None, dry_run: bool
) -> FillReport:
    """Give albums the front or the genres that are missing of them.

    Args:
        token: of the person who asks.
        dry_run: only find out what would be given.

    Raises:
        SettingsError: Discogs does not accept the token.
        BusyError: another run is at work.
        OutputError: the home cannot be written.
        SourceError: Discogs cannot be reached; what was filled in stays.
        CatalogueError: the database cannot be used.
    """
    spellings = Spellings.read(home.spellings_file)
    with open_discogs(token, spellings, lock=home.discogs_lock, answers=home.discogs_answers_folder) as finder:
        filler = AlbumFiller(home.database, home.covers, finder, (Side.FRONT,), dry_run=dry_run)
        albums = filler.incomplete_albums(limit or MAX_ALBUMS)
        progress.start("Looking up", len(albums))
        return filler.fill(albums, progress)
