"""Albums that lack a genre, a year or a cover, and what fills it in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from db.labels import label
from db.records import UploadedCover
from db.release_groups import KEY
from db.tables import Album, AlbumGenre, Cover
from db.uploads import add_cover
from sleeve.vocabulary import AlbumId, LabelSource, Side


@dataclass(frozen=True, slots=True)
class LackingAlbum:
    """An album and what it lacks.

    Attributes:
        group_id: of MusicBrainz, as a source said it; None where none did.
        sides: that it has no cover of, among those asked for.
    """

    id: AlbumId
    title: str | None
    artist: str | None
    year: int | None
    group_id: str | None
    genre: bool
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Filling:
    """What is to be filled in, or was: nothing of it replaces anything."""

    genres: tuple[str, ...] = ()
    year: int | None = None
    covers: tuple[UploadedCover, ...] = ()


def ids(session: Session, sides: Sequence[Side]) -> list[AlbumId]:
    """The albums that lack a genre, a year or one of these sides and can be looked up: by names or a group's id."""
    lacks = [
        Album.year.is_(None),
        ~exists().where(AlbumGenre.album_id == Album.id),
        *(~exists().where(Cover.album_id == Album.id, Cover.side == side) for side in sides),
    ]
    of_group = exists().where(Cover.album_id == Album.id, Cover.extra[KEY].as_string().is_not(None))
    named = Album.artist.is_not(None) & Album.title.is_not(None)
    found = session.scalars(select(Album.id).where(or_(*lacks), named | of_group).order_by(Album.id))
    return [AlbumId(album_id) for album_id in found]


def album(session: Session, album_id: AlbumId, sides: Sequence[Side]) -> LackingAlbum | None:
    """What an album lacks; None where it lacks nothing, or is not there any more."""
    row = session.get(Album, album_id)
    if row is None:
        return None
    had = {Side(cover.side) for cover in row.covers}
    missing = tuple(side for side in sides if side not in had)
    if row.year is not None and row.labels and not missing:
        return None
    group_id = next((cover.extra[KEY] for cover in row.covers if cover.extra.get(KEY)), None)
    return LackingAlbum(album_id, row.title, row.artist, row.year, group_id, not row.labels, missing)


def fill(
    session: Session,
    album_id: AlbumId,
    found: Filling,
    source: LabelSource,
    put: Callable[[UploadedCover, Path], None],
) -> Filling:
    """Give an album what it lacks at this moment; returns what was new to it.

    Which covers belong to it stays as its sources said, whatever year it is given.

    Args:
        session: a writing session.
        source: who says the genres.
        put: puts the bytes of a cover at a path; called before the cover's row is written.
    """
    lacking = album(session, album_id, tuple(Side))
    row = session.get(Album, album_id)
    if lacking is None or row is None:
        return Filling()
    new = Filling(
        found.genres if lacking.genre else (),
        found.year if lacking.year is None else None,
        tuple(cover for cover in found.covers if cover.side in lacking.sides),
    )
    row.year = row.year or new.year
    label(session, album_id, new.genres, source)
    for cover in new.covers:
        add_cover(session, row, cover, put)
    return new
