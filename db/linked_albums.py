"""Pairs of albums with fronts that are linked: what pixels found, and what a person says of them."""

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from db.albums import of_ids
from db.records import LinkedAlbums
from db.tables import Cover, CoverLink
from sleeve.vocabulary import AlbumId


def pairs(session: Session, *, decided: bool, skip: int, limit: int) -> tuple[list[LinkedAlbums], int]:
    """Pairs of albums, the older album first, those with the newest album first; and how many there are in all.

    Args:
        decided: those of which a person says whether they show the same artwork; else the others.
        skip: pairs to leave out before the first one.
        limit: the most pairs.
    """
    query = _pairs(decided)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(query.selected_columns.second.desc(), "first").offset(skip).limit(limit)
    ).all()
    albums = of_ids(session, list({AlbumId(album_id) for row in rows for album_id in (row.first, row.second)}))
    return [
        LinkedAlbums((albums[AlbumId(row.first)], albums[AlbumId(row.second)]), bool(row.same), decided) for row in rows
    ], total


def _pairs(decided: bool) -> Select[int, int, int]:
    one, other = aliased(Cover), aliased(Cover)
    in_order = one.album_id < other.album_id
    first = case((in_order, one.album_id), else_=other.album_id).label("first")
    second = case((in_order, other.album_id), else_=one.album_id).label("second")
    return (
        select(first, second, func.max(case((CoverLink.same, 1), else_=0)).label("same"))
        .select_from(CoverLink)
        .join(one, one.id == CoverLink.first_id)
        .join(other, other.id == CoverLink.second_id)
        .where(one.album_id != other.album_id)
        .group_by(first, second)
        .having(func.max(case((CoverLink.by_hand, 1), else_=0)) == int(decided))
    )
