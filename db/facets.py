"""What the albums of a list are, by count: genres, artists, decades, what they lack, and where its letters begin."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import desc, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.album_conditions import album_conditions, lacks
from db.colour_order import JUMP_SHADES, name_of
from db.records import CatalogueFilter, ColumnFacet, Facets
from db.tables import Album, AlbumGenre, AlbumList, ColumnValue, Cover, Genre, OwnColumn
from db.typed_cells import RANGES
from sleeve.vocabulary import AlbumOrder, ColumnKind, Fact, ListName

Key = TypeVar("Key")

MOST_ARTISTS = 24

MOST_VALUES = 24
"""The commonest values of a declared column that are counted."""

SIGNS, OTHER_LETTERS, NOTHING = "#", "…", "?"
"""Names of the jumps to what begins with no letter, with a letter beyond a to z, and to what has no name, year or
colour."""

_NAMES: dict[AlbumOrder, InstrumentedAttribute[Any]] = {
    AlbumOrder.TITLE: Album.title_order,
    AlbumOrder.ARTIST: Album.artist_order,
}


def of_list(session: Session, allowed: CatalogueFilter, order: AlbumOrder) -> Facets:
    """Count the albums that a filter lets through; ``order`` is what the jumps are for."""
    return Facets(
        genres=_genres(session, replace(allowed, genre=None, without_genre=False)),
        artists=_artists(session, replace(allowed, artist=None)),
        decades=_decades(session, replace(allowed, year_from=None, year_to=None)),
        missing=_missing(session, replace(allowed, missing=None, without_genre=False)),
        lists=_lists(session, replace(allowed, on_list=None)),
        jumps=_jumps(session, allowed, order),
        columns=_columns(session, allowed),
    )


def _genres(session: Session, allowed: CatalogueFilter) -> dict[str, int]:
    albums = func.count(Album.id.distinct()).label("albums")
    query = select(Genre.name, albums).select_from(Album).join(AlbumGenre).join(Genre)
    rows = session.execute(
        query.where(*album_conditions(session, allowed)).group_by(Genre.name).order_by(desc(albums), "name")
    )
    return {row[0]: row[1] for row in rows}


def _artists(session: Session, allowed: CatalogueFilter) -> dict[str, int]:
    albums = func.count(Album.id).label("albums")
    query = select(func.min(Album.artist).label("name"), albums).where(Album.artist_folded.is_not(None))
    query = query.where(*album_conditions(session, allowed)).group_by(Album.artist_folded)
    rows = session.execute(query.order_by(desc(albums), Album.artist_folded).limit(MOST_ARTISTS))
    return {str(row[0]): row[1] for row in rows}


def _decades(session: Session, allowed: CatalogueFilter) -> dict[int, int]:
    return {year: albums for year, albums in _by_decade(session, allowed) if year is not None}


def _by_decade(session: Session, allowed: CatalogueFilter) -> Sequence[tuple[int | None, int]]:
    """Ascending, those without a year last."""
    decade = (Album.year - Album.year % 10).label("decade")
    query = select(decade, func.count(Album.id)).where(*album_conditions(session, allowed)).group_by(decade)
    return [(row[0], row[1]) for row in session.execute(query.order_by(decade.is_(None), decade))]


def _missing(session: Session, allowed: CatalogueFilter) -> dict[Fact, int]:
    conditions = album_conditions(session, allowed)
    counts = [select(func.count(Album.id)).where(*conditions, lacks(fact)).scalar_subquery() for fact in Fact]
    return dict(zip(Fact, session.execute(select(*counts)).one(), strict=True))


def _lists(session: Session, allowed: CatalogueFilter) -> dict[ListName, int]:
    query = select(AlbumList.name, func.count()).join(Album, Album.id == AlbumList.album_id)
    rows = session.execute(query.where(*album_conditions(session, allowed)).group_by(AlbumList.name))
    found = {row[0]: row[1] for row in rows}
    return {name: found[name] for name in ListName if name in found}


def _jumps(session: Session, allowed: CatalogueFilter, order: AlbumOrder) -> dict[str, int]:
    if order is AlbumOrder.YEAR:
        steps = [(NOTHING if year is None else f"{year}s", albums) for year, albums in _by_decade(session, allowed)]
    elif order is AlbumOrder.COLOUR:
        steps = _named_together(_by_colour(session, allowed), _colour)
    elif order in _NAMES:
        first = func.substr(_NAMES[order], 1, 1).label("first")
        query = select(first, func.count(Album.id)).where(*album_conditions(session, allowed)).group_by(first)
        rows = [(row[0], row[1]) for row in session.execute(query.order_by(first.is_(None), first))]
        steps = _named_together(rows, _letter)
    else:
        return {}
    found, at = {}, 0
    for name, albums in steps:
        found[name] = at
        at += albums
    return found


def _by_colour(session: Session, allowed: CatalogueFilter) -> Sequence[tuple[int | None, int]]:
    """By what has one name, in the order by colour."""
    shades = (Album.colour - Album.colour % JUMP_SHADES).label("shades")
    query = select(shades, func.count(Album.id)).where(*album_conditions(session, allowed)).group_by(shades)
    return [(row[0], row[1]) for row in session.execute(query.order_by(shades.is_(None), shades))]


def _named_together(rows: Sequence[tuple[Key, int]], name: Callable[[Key], str]) -> list[tuple[str, int]]:
    """Counts of neighbours with one name as one."""
    groups = groupby(rows, key=lambda row: name(row[0]))
    return [(called, sum(albums for _, albums in group)) for called, group in groups]


def _columns(session: Session, allowed: CatalogueFilter) -> list[ColumnFacet]:
    columns = session.scalars(select(OwnColumn).order_by(OwnColumn.name)).all()
    return [ColumnFacet(one.name, ColumnKind(one.kind), _counted(session, one, allowed)) for one in columns]


def _counted(session: Session, column: OwnColumn, allowed: CatalogueFilter) -> dict[str, int]:
    if ColumnKind(column.kind) in RANGES:
        return {}
    others = replace(allowed, where=tuple(one for one in allowed.where if one.column != column.name))
    albums = func.count(Cover.album_id.distinct()).label("albums")
    said = func.min(ColumnValue.said).label("said")
    query = select(said, albums).join_from(ColumnValue, Cover).join(Album)
    query = query.where(ColumnValue.column_id == column.id, *album_conditions(session, others))
    query = query.group_by(ColumnValue.folded, ColumnValue.number).order_by(desc(albums), "said")
    return {row[0]: row[1] for row in session.execute(query.limit(MOST_VALUES))}


def _colour(place: int | None) -> str:
    return NOTHING if place is None else name_of(place)


def _letter(first: str | None) -> str:
    if first is None:
        return NOTHING
    if "a" <= first <= "z":
        return first.upper()
    return SIGNS if first < "a" else OTHER_LETTERS
