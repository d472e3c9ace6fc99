"""Albums that wait for their place in the order by colour (``db.colour_order``), and the places that were found.

The place is that of the album's face: its first front, else its first cover. When its covers change, triggers take the
place away (migration 0028), and the album waits again.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from db.leases import Task
from db.records import HashedCover
from db.tables import Album, Cover
from sleeve.vocabulary import ContentHash, CoverId, Side


def count_pending(session: Session) -> int:
    """How many albums with a cover have no place yet."""
    waiting = select(func.count(Album.id)).where(Album.colour.is_(None), exists().where(Cover.album_id == Album.id))
    return session.scalar(waiting) or 0


def placing() -> Task:
    """To get the place of its album: the faces of albums without one."""
    return Task("colour", _pending())


def face(session: Session, album_id: int) -> HashedCover | None:
    """The face of an album without a place; None if it waits for none."""
    row = session.execute(_pending().where(Album.id == album_id)).first()
    return None if row is None else HashedCover(CoverId(row.id), row.file, row.path, ContentHash(row.content_hash))


def store(session: Session, places: Mapping[HashedCover, int]) -> None:
    """Write down places; that of a cover which was removed, changed or is no face any more is dropped.

    Args:
        session: a writing session.
    """
    hashes = {cover.cover_id: cover.content_hash for cover in places}
    query = select(Cover.id, Cover.album_id, Cover.content_hash).where(Cover.id.in_(hashes), _is_face())
    albums = {row.id: row.album_id for row in session.execute(query) if hashes[row.id] == row.content_hash}
    rows = [{"id": albums[one.cover_id], "colour": at} for one, at in places.items() if one.cover_id in albums]
    if rows:
        session.execute(update(Album), rows)


def _pending() -> Select[int, str, str, str]:
    query = select(Cover.id, Cover.file, Cover.path, Cover.content_hash).join(Album)
    return query.where(Album.colour.is_(None), _is_face())


def _is_face() -> ColumnElement[bool]:
    """The condition that no other cover of the album comes before this one: fronts first, then the oldest."""
    other = aliased(Cover)
    rank, others_rank = (case((one.side == Side.FRONT, 0), else_=1) for one in (Cover, other))
    before = or_(others_rank < rank, and_(others_rank == rank, other.id < Cover.id))
    return ~exists().where(other.album_id == Cover.album_id, before).correlate(Cover)
