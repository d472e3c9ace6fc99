"""What a person says about an album, its genres and its names; and a label that any source gives."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.records import fold, identity_of_names
from db.tables import Album, AlbumGenre, Genre
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, LabelSource


def set_genres_by_hand(session: Session, album_id: AlbumId, genres: Sequence[str]) -> None:
    """Make these the album's genres, in place of whatever any source said.

    ``sleeve add`` leaves them alone from then on. Without any genre the album has none until ``sleeve add`` labels it
    again as its source says.

    Raises:
        NotFoundError: there is no such album.
    """
    if session.get(Album, album_id) is None:
        raise NotFoundError(f"there is no album {album_id}")
    session.execute(delete(AlbumGenre).where(AlbumGenre.album_id == album_id))
    label(session, album_id, genres, LabelSource.HAND)
    # What the session has read of the album's labels is no longer so.
    session.expire_all()


def label(session: Session, album_id: AlbumId, genres: Sequence[str], source: LabelSource) -> None:
    """Write that a source, which has said nothing of this album yet, says these genres."""
    names = sorted({fold(genre) for genre in genres})
    known = {row.name: row.id for row in session.execute(select(Genre.id, Genre.name).where(Genre.name.in_(names)))}
    for name in names:
        if name not in known:
            genre = Genre(name=name)
            session.add(genre)
            session.flush()
            known[name] = genre.id
    if names:
        rows = [{"album_id": album_id, "genre_id": known[name], "source": source} for name in names]
        session.execute(insert(AlbumGenre), rows)


def rename(session: Session, album_id: AlbumId, *, title: str | None, artist: str | None, year: int | None) -> None:
    """Give an album these names; None is not a name.

    Which covers belong to it stays as its sources said; if they said nothing, the new names say so from then on.

    Raises:
        NotFoundError: there is no such album.
    """
    album = session.get(Album, album_id)
    if album is None:
        raise NotFoundError(f"there is no album {album_id}")
    album.title, album.artist, album.year = title, artist, year
    album.artist_folded = fold(artist) if artist else None
    identity = identity_of_names(artist, title, year)
    taken = session.scalar(select(Album.id).where(Album.identity == identity))
    if album.identity is None and taken is None:
        album.identity = identity
    session.flush()
