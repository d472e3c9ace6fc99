"""``sleeve duplicates``: compare the fronts that are waiting, and list the covers that show one artwork."""

from dataclasses import dataclass

from db import albums, cover_links
from db.records import AlbumRecord, CoverRecord
from indexer.artwork import groups, link_pending
from indexer.home import Home
from indexer.progress import Progress


@dataclass(frozen=True, slots=True)
class SameArtwork:
    """A cover that shows the same artwork as others, with its album."""

    album: AlbumRecord
    cover: CoverRecord


def duplicates(home: Home, progress: Progress) -> list[list[SameArtwork]]:
    """The covers that show one artwork, a list for each artwork; covers not compared yet are compared first.

    No two that a person told apart are in one list.

    Raises:
        VectorIndexError: there is no index, or its files are missing or damaged.
        CatalogueError: the database cannot be used; what was linked stays.
    """
    live = home.require_live()
    link_pending(home.database, home.versions, live, threads=home.threads, progress=progress)
    with home.database.reading() as session:
        found = groups(cover_links.pairs(session), cover_links.pairs(session, same=False))
        covers = [[albums.cover(session, cover_id) for cover_id in group] for group in found]
        return [[SameArtwork(albums.album(session, cover.album_id), cover) for cover in group] for group in covers]
