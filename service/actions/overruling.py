"""Overruling what was found: albums that are one or two, covers that do not show the same artwork."""

from collections.abc import Sequence
from pathlib import Path

from db import albums, overruling, regrouping
from db.records import AlbumRecord
from indexer.home import Home
from indexer.sources.file_names import absolute
from sleeve.vocabulary import AlbumId, CoverId


def merge_albums(home: Home, album_id: AlbumId, others: Sequence[AlbumId]) -> AlbumRecord:
    """Make albums one, with the id of the first; `sleeve add` does not part them again.

    Raises:
        NotFoundError: one of them does not exist.
    """
    with home.database.writing() as session:
        regrouping.merge(session, album_id, others)
        session.expire_all()
        return albums.album(session, album_id)


def split_album(home: Home, cover_ids: Sequence[CoverId]) -> AlbumRecord:
    """Make covers of one album an album of their own; `sleeve add` does not join them again.

    Raises:
        NotFoundError: they are not some of the covers of one album.
    """
    with home.database.writing() as session:
        new = regrouping.split(session, cover_ids)
        session.expire_all()
        return albums.album(session, new)


def undo_merge(home: Home, album_id: AlbumId) -> AlbumRecord:
    """Take back that an album was made one with another; it is as before, with its id.

    Raises:
        NotFoundError: it was not, or none of its covers is left there.
    """
    with home.database.writing() as session:
        own = regrouping.undo_merge(session, album_id)
        session.expire_all()
        return albums.album(session, own)


def undo_split(home: Home, album_id: AlbumId) -> AlbumRecord:
    """Take back that an album was made of another one's covers; the answer is the one that they are of again.

    Raises:
        NotFoundError: it was not, or is gone.
    """
    with home.database.writing() as session:
        whole = regrouping.undo_split(session, album_id)
        session.expire_all()
        return albums.album(session, whole)


def decide_artwork(home: Home, cover_ids: Sequence[CoverId], *, same: bool) -> None:
    """Say that all of these covers show the same artwork, or that no two of them do, whatever their pixels say.

    Raises:
        NotFoundError: one of them does not exist, or is a back and cannot show the artwork of a front.
    """
    with home.database.writing() as session:
        overruling.decide_artwork(session, cover_ids, same=same)


def decide_albums_artwork(home: Home, one: AlbumId, other: AlbumId, *, same: bool, by_hand: bool = True) -> None:
    """Say whether two albums have the same artwork, whatever their pixels say; not ``by_hand``, take that back.

    Raises:
        NotFoundError: one of them does not exist, or has no front.
    """
    with home.database.writing() as session:
        overruling.decide_albums_artwork(session, one, other, same=same, by_hand=by_hand)


def covers_named(home: Home, paths: Sequence[Path], cover_ids: Sequence[int]) -> list[CoverId]:
    """Covers by their files, folders or ids.

    Raises:
        NotFoundError: the catalogue has no cover at one of the paths.
    """
    with home.database.reading() as session:
        at = overruling.covers_at(session, [str(absolute(path)) for path in paths])
    return list(dict.fromkeys([*at, *map(CoverId, cover_ids)]))
