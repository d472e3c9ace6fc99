"""Changing an album as a person says: its names and its genres."""

from db import albums, labels
from db.records import AlbumEdit, AlbumRecord
from indexer.home import Home
from sleeve.vocabulary import AlbumId


def edit_album(home: Home, album_id: AlbumId, changes: AlbumEdit) -> AlbumRecord:
    """Change an album.

    Raises:
        NotFoundError: there is no such album.
    """
    with home.database.writing() as session:
        labels.rename(session, album_id, changes)
        if "genres" in changes:
            labels.set_genres_by_hand(session, album_id, changes["genres"])
        session.expire_all()
        return albums.album(session, album_id)
