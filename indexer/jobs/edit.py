"""``sleeve relabel`` and the album page: what a person says of an album."""

from collections.abc import Sequence
from typing import TypedDict

from db import albums, labels
from db.records import AlbumRecord
from indexer.home import Home
from sleeve.vocabulary import AlbumId


class AlbumEdit(TypedDict, total=False):
    """What to change of an album; what is not named stays. A title, artist or year of None takes it away."""

    title: str | None
    artist: str | None
    year: int | None
    genres: Sequence[str]
    """In place of all others; they stay when the album's file is added again."""


def edit(home: Home, album_id: AlbumId, changes: AlbumEdit) -> AlbumRecord:
    """Change an album.

    Raises:
        NotFoundError: there is no such album.
    """
    with home.database.writing() as session:
        before = albums.album(session, album_id)
        if changes.keys() & {"title", "artist", "year"}:
            labels.rename(
                session,
                album_id,
                title=changes.get("title", before.title),
                artist=changes.get("artist", before.artist),
                year=changes.get("year", before.year),
            )
        if "genres" in changes:
            labels.set_genres_by_hand(session, album_id, changes["genres"])
        session.expire_all()
        return albums.album(session, album_id)
