"""``sleeve musicbrainz --fill``: what albums lack, from MusicBrainz and the Cover Art Archive."""

from indexer.artwork import Comparison
from indexer.home import Home
from indexer.progress import Progress
from indexer.sources.musicbrainz import GroupFinder, open_services
from indexer.sources.web_services.filling import AlbumFiller, FillReport
from sleeve.vocabulary import Side

MAX_ALBUMS = 100_000
"""The most albums of one run."""


def fill_from_musicbrainz(
    home: Home, progress: Progress, *, limit: int | None, sides: tuple[Side, ...], dry_run: bool
) -> FillReport:
    """Give albums the names, genre, year or cover that is missing of them.

    Args:
        dry_run: only find out what would be given.

    Raises:
        As ``add_from_musicbrainz``.
    """
    with open_services(
        home.settings.contact, lock=home.musicbrainz_lock, answers=home.musicbrainz_answers_folder
    ) as services:
        comparison = Comparison(max_sketches=1)
        finder = GroupFinder(services, lambda image, cover: bool(comparison.matches_of_image(image, [cover])))
        filler = AlbumFiller(home.database, home.covers, finder, sides, dry_run=dry_run)
        albums = filler.incomplete_albums(limit or MAX_ALBUMS)
        progress.start("Looking up", len(albums))
        return filler.fill(albums, progress)
