"""A filter of albums as conditions of a query."""

from sqlalchemy import ColumnElement, exists, select

from db.records import CatalogueFilter, fold
from db.tables import Album, AlbumGenre, Genre
from sleeve.vocabulary import Fact


def album_conditions(allowed: CatalogueFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions on ``Album``; its side of the sleeve is not among them."""
    conditions: list[ColumnElement[bool]] = []
    if allowed.genre is not None:
        labelled = select(AlbumGenre.album_id).join(Genre).where(Genre.name == fold(allowed.genre))
        conditions.append(Album.id.in_(labelled))
    if allowed.with_genre:
        conditions.append(exists().where(AlbumGenre.album_id == Album.id))
    if allowed.without_genre:
        conditions.append(~exists().where(AlbumGenre.album_id == Album.id))
    if allowed.year_from is not None:
        conditions.append(Album.year >= allowed.year_from)
    if allowed.year_to is not None:
        conditions.append(Album.year <= allowed.year_to)
    if allowed.artist is not None:
        conditions.append(Album.artist_folded == fold(allowed.artist))
    if allowed.missing is not None:
        conditions.append(lacks(allowed.missing))
    return conditions


def lacks(fact: Fact) -> ColumnElement[bool]:
    """The condition that an album lacks this."""
    if fact is Fact.GENRE:
        return ~exists().where(AlbumGenre.album_id == Album.id)
    return {Fact.TITLE: Album.title, Fact.ARTIST: Album.artist, Fact.YEAR: Album.year}[fact].is_(None)
