"""What a person says about an album, its genres and its names."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from db.records import AlbumEdit, fold
from db.settling import Names, derive
from db.statements import Member, find_by, load, said_by
from db.tables import Album, Statement
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, LabelSource, ListName


def set_genres_by_hand(session: Session, album_id: AlbumId, genres: Sequence[str]) -> None:
    """Make these the album's genres, in place of whatever any source says.

    ``sleeve add`` leaves them alone from then on. Without any genre the album has none until ``sleeve add`` labels it
    again as its source says.

    Raises:
        NotFoundError: there is no such album.
    """
    album = found(session, album_id)
    named = list(dict.fromkeys(map(fold, genres)))
    for member in album.members:
        by_hand(member).genres = named or None
    derive(session, album, Names(session))
    if not named:
        album.labels.clear()
        album.unsettled = True
    session.flush()


def rename(session: Session, album_id: AlbumId, names: AlbumEdit) -> None:
    """Give an album the names and the year that ``names`` has, whatever any source says; None is that it has none.

    Raises:
        NotFoundError: there is no such album.
    """
    album = found(session, album_id)
    for member in album.members:
        said = by_hand(member)
        if names.get("title", album.title) != album.title:
            said.title = names["title"] or ""
        if names.get("artist", album.artist) != album.artist:
            said.artist = names["artist"] or ""
        if names.get("year", album.year) != album.year:
            said.year = names["year"] or 0
        find_by(said)
    derive(session, album, Names(session))
    session.flush()


def put_on_lists(session: Session, album_id: AlbumId, lists: Mapping[ListName, bool | None]) -> None:
    """Say which lists an album is on and which it is not on, whatever any source says; None takes a person's word back.

    Raises:
        NotFoundError: there is no such album.
    """
    album = found(session, album_id)
    for member in album.members:
        said = by_hand(member)
        decided = {**(said.lists or {}), **{str(name): is_on for name, is_on in lists.items() if is_on is not None}}
        said.lists = {
            name: is_on for name, is_on in decided.items() if lists.get(ListName(name), True) is not None
        } or None
    derive(session, album, Names(session))
    session.flush()


def by_hand(member: Member) -> Statement:
    """What a person says of a cover or an entry; a new statement says nothing yet."""
    return said_by(member, LabelSource.HAND)


def found(session: Session, album_id: AlbumId) -> Album:
    """An album, whole.

    Raises:
        NotFoundError: there is none with this id.
    """
    albums = load(session, [album_id])
    if not albums:
        raise NotFoundError(f"there is no album {album_id}")
    return albums[0]
