"""``sleeve relabel``: an album's genres, as a person says."""

from collections.abc import Sequence

from db import albums, labels
from db.records import AlbumRecord
from indexer.home import Home
from sleeve.vocabulary import AlbumId


def relabel(home: Home, album_id: AlbumId, genres: Sequence[str]) -> AlbumRecord:
    """Give an album these genres in place of all others; they stay when its file is added again.

    Raises:
        NotFoundError: there is no such album.
    """
    with home.database.writing() as session:
        labels.set_genres_by_hand(session, album_id, genres)
        return albums.album(session, album_id)
