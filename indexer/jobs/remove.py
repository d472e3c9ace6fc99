"""``sleeve remove``: forget albums, and delete the files that Sleeve wrote for them."""

from collections.abc import Sequence

from db import albums
from indexer.home import Home
from indexer.progress import Progress
from sleeve.vocabulary import AlbumId


def remove(home: Home, progress: Progress, album_ids: Sequence[AlbumId]) -> int:
    """Forget albums with all that belongs to them; returns how many covers went. Files of the user's own stay.

    Raises:
        NotFoundError: one of them does not exist; nothing is removed.
    """
    progress.start("Removing", len(album_ids))
    with home.database.writing() as session:
        stored = albums.stored_covers(session, album_ids)
        covers = albums.remove(session, album_ids)
    if stored:
        progress.start("Deleting files", len(stored))
        # Uploads put their files in place while they write, so none comes in between. A file that stays is harmless.
        with home.database.writing() as session:
            for cover in stored:
                still_named = albums.paths_of_content(session, cover.content_hash)
                home.covers.delete(cover.path, cover.content_hash, unless_at=still_named)
                progress.advance(1)
    return covers
