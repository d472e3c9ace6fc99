"""Changing an album as a person says: its names and its genres."""

from collections.abc import Mapping

from db import albums, labels
from db.records import AlbumEdit, AlbumRecord
from indexer.home import Home
from sleeve.vocabulary import AlbumId


def edit_album(home: Home, album_id: AlbumId, changes: AlbumEdit) -> AlbumRecord:
    """Change an album.

    Raises:
        NotFoundError: there is no such album.
    """
    [edited] = edit_albums(home, {album_id: changes})
    return edited


def edit_albums(home: Home, changes: Mapping[AlbumId, AlbumEdit]) -> list[AlbumRecord]:
    """Change some albums, or none of them; returns them in this order.

    Raises:
        NotFoundError: one of them does not exist.
    """
    with home.database.writing() as session:
        for album_id, change in changes.items():
            labels.rename(session, album_id, change)
            if "genres" in change:
                labels.set_genres_by_hand(session, album_id, change["genres"])
            if "lists" in change:
                labels.put_on_lists(session, album_id, change["lists"])
        session.expire_all()
        edited = albums.of_ids(session, list(changes))
        return [edited[album_id] for album_id in changes]
