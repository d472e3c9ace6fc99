"""Forgetting albums, and the uploaded covers that nobody needs any more."""

from collections.abc import Sequence
from contextlib import suppress

from db import albums
from indexer.home import Home
from sleeve.vocabulary import AlbumId


def remove(home: Home, album_ids: Sequence[AlbumId]) -> int:
    """Forget albums with all that belongs to them; returns how many covers went. Files of the user's own stay.

    Raises:
        NotFoundError: one of them does not exist; nothing is removed.
    """
    with home.database.writing() as session:
        kept = [path for path in albums.paths(session, album_ids) if home.covers.holds(path)]
        covers = albums.remove(session, album_ids)
    if kept:
        # Uploads put their files in place while they write, so none comes in between. A file that stays is harmless.
        with home.database.writing() as session, suppress(OSError):
            for path in kept:
                if not albums.has_cover_at(session, path):
                    path.unlink(missing_ok=True)
    return covers
