"""The list of albums, filtered, sorted, a page at a time.

A page begins after the last album of the page before (keyset pagination), not at a number: albums that
are added or removed meanwhile neither repeat nor hide any other.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.album_conditions import album_conditions
from db.albums import of_ids
from db.records import AlbumPage, AlbumPlace, CatalogueFilter
from db.tables import Album
from sleeve.vocabulary import AlbumId, AlbumOrder

_KEYS: dict[AlbumOrder, InstrumentedAttribute[Any]] = {
    AlbumOrder.TITLE: Album.title_order,
    AlbumOrder.ARTIST: Album.artist_order,
    AlbumOrder.YEAR: Album.year,
    AlbumOrder.COLOUR: Album.colour,
}


def page(
    session: Session,
    allowed: CatalogueFilter,
    order: AlbumOrder,
    *,
    after: AlbumPlace | None,
    limit: int,
    skip: int = 0,
) -> AlbumPage:
    """The next albums of a list.

    Args:
        allowed: which albums; its side of the sleeve is not asked for.
        after: the place of the last album of the page before, None for the first page.
        limit: the most albums of a page, 1 or more.
        skip: albums to leave out before those.
    """
    conditions = album_conditions(session, allowed)
    key = _KEYS.get(order)
    query = select(Album.id, *(() if key is None else (key.label("key"),))).where(*conditions)
    if key is None:
        query = query.order_by(Album.id.desc())
        beyond = None if after is None else Album.id < after.id
    else:
        query = query.order_by(key.nulls_last(), Album.id)  # with `key IS NULL` no index would be used
        beyond = None if after is None else _behind(key, after)
    if beyond is not None:
        query = query.where(beyond)
    rows = session.execute(query.limit(limit + 1).offset(skip)).all()
    shown = [AlbumId(row.id) for row in rows[:limit]]
    found = of_ids(session, shown)
    last = rows[limit - 1] if len(rows) > limit else None
    return AlbumPage(
        albums=tuple(found[album_id] for album_id in shown),
        next=None if last is None else AlbumPlace(None if key is None else last.key, AlbumId(last.id)),
        total=session.scalar(select(func.count(Album.id)).where(*conditions)) or 0,
    )


def _behind(key: InstrumentedAttribute[Any], after: AlbumPlace) -> ColumnElement[bool]:
    """Albums without the key come last."""
    if after.key is None:
        return and_(key.is_(None), Album.id > after.id)
    return or_(key > after.key, and_(key == after.key, Album.id > after.id), key.is_(None))
