"""The list of albums, filtered, sorted, a page at a time.

A page begins after the last album of the page before (keyset pagination), not at a number: albums that
are added or removed meanwhile neither repeat nor hide any other.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, func, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.album_conditions import album_conditions
from db.albums import of_ids
from db.database import Prepared
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
    if not conditions and after is None:
        rows = _OF_ALL[order].rows_in(session, limit=limit + 1, skip=skip)
        [(total,)] = _HOW_MANY.rows_in(session)
    else:
        beyond = () if after is None else (_behind(order, after),)
        query = _places(order).where(*conditions, *beyond).limit(limit + 1).offset(skip)
        rows = [tuple(row) for row in session.execute(query)]
        total = session.scalar(select(func.count(Album.id)).where(*conditions)) or 0
    shown = [AlbumId(album_id) for album_id, _ in rows[:limit]]
    found = of_ids(session, shown)
    last_id, last_key = rows[limit - 1] if len(rows) > limit else (None, None)
    return AlbumPage(
        albums=tuple(found[album_id] for album_id in shown),
        next=None if last_id is None else AlbumPlace(last_key, AlbumId(last_id)),
        total=total,
    )


def _places(order: AlbumOrder) -> Select[int, Any]:
    """The albums of a list, and what each is sorted by."""
    key = _KEYS.get(order)
    if key is None:
        return select(Album.id, null()).order_by(Album.id.desc())
    return select(Album.id, key).order_by(key.nulls_last(), Album.id)  # with `key IS NULL` no index would be used


_OF_ALL = {
    order: Prepared(
        _places(order)
        .limit(bindparam("limit", None, type_=BigInteger))
        .offset(bindparam("skip", None, type_=BigInteger))
    )
    for order in AlbumOrder
}
_HOW_MANY = Prepared(select(func.count(Album.id)))


def _behind(order: AlbumOrder, after: AlbumPlace) -> ColumnElement[bool]:
    """Albums without the key come last."""
    key = _KEYS.get(order)
    if key is None:
        return Album.id < after.id
    if after.key is None:
        return and_(key.is_(None), Album.id > after.id)
    return or_(key > after.key, and_(key == after.key, Album.id > after.id), key.is_(None))
