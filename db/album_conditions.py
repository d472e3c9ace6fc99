"""A filter of albums as conditions of a query."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.column_conditions import says
from db.records import CatalogueFilter, fold
from db.tables import Album, AlbumGenre, AlbumList, Cover, Genre
from sleeve.vocabulary import Fact


def album_conditions(session: Session, allowed: CatalogueFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions on ``Album``; its side of the sleeve is not among them.

    Raises:
        NotFoundError: a column that is asked for is not declared.
        QueryError: a value is of another kind than its column.
    """
    conditions: list[ColumnElement[bool]] = []
    if allowed.genre is not None:
        labelled = select(AlbumGenre.album_id).join(Genre).where(Genre.name == fold(allowed.genre))
        conditions.append(Album.id.in_(labelled))
    if allowed.with_genre:
        conditions.append(_has(AlbumGenre.album_id))
    if allowed.without_genre:
        conditions.append(~_has(AlbumGenre.album_id))
    if allowed.year_from is not None:
        conditions.append(Album.year >= allowed.year_from)
    if allowed.year_to is not None:
        conditions.append(Album.year <= allowed.year_to)
    if allowed.artist is not None:
        conditions.append(Album.artist_folded == fold(allowed.artist))
    if allowed.missing is not None:
        conditions.append(lacks(allowed.missing))
    if allowed.on_list is not None:
        conditions.append(_has(AlbumList.album_id, AlbumList.name == allowed.on_list))
    if allowed.where:
        conditions.append(says(session, allowed.where))
    return conditions


def lacks(fact: Fact) -> ColumnElement[bool]:
    """The condition that an album lacks this."""
    if fact is Fact.GENRE:
        return ~_has(AlbumGenre.album_id)
    if fact is Fact.COVER:
        return ~_has(Cover.album_id)
    return {Fact.TITLE: Album.title, Fact.ARTIST: Album.artist, Fact.YEAR: Album.year}[fact].is_(None)


def _has(album_id: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a table has a row for the album, also in a query that reads from that table itself."""
    return exists().where(album_id == Album.id, *conditions).correlate(Album)
