"""Queries by words: which albums hold some letters, in their names or in the text on their covers.

Each is answered from an index of every three letters: FTS5's trigrams on SQLite, pg_trgm on PostgreSQL.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from db.album_conditions import album_conditions
from db.records import AlbumWords, CatalogueFilter, fold
from db.tables import Album, Cover
from db.texts import of_covers
from sleeve.vocabulary import AlbumId, CoverId

LEAST_LETTERS = 3
"""Letters that a piece must have: with fewer there is nothing to look up."""


def named(session: Session, pieces: Sequence[str], *, limit: int) -> list[AlbumId]:
    """Some albums whose names hold all of these pieces.

    Args:
        pieces: as ``db.letters`` makes them, at least ``LEAST_LETTERS`` long.
        limit: the most albums.
    """
    return [AlbumId(album_id) for album_id in _holding(session, "albums", "id", pieces, limit)]


def printed(session: Session, pieces: Sequence[str], *, limit: int) -> list[AlbumId]:
    """Some albums with a cover whose text holds all of these pieces; see ``named``."""
    cover_ids = _holding(session, "texts", "cover_id", pieces, limit)
    return [AlbumId(of) for of in session.scalars(select(Cover.album_id).where(Cover.id.in_(cover_ids)).distinct())]


def called(session: Session, name: str, *, limit: int) -> list[AlbumId]:
    """Some albums whose artist or title is this name, in any case: for names too short to be looked up by letters."""
    same = or_(Album.artist_folded == fold(name), Album.title_folded == fold(name))
    return [AlbumId(album_id) for album_id in session.scalars(select(Album.id).where(same).limit(limit))]


def of_albums(session: Session, album_ids: Sequence[AlbumId], allowed: CatalogueFilter) -> list[AlbumWords]:
    """The names of these albums and what their covers say, of those that a filter lets through."""
    rows = session.execute(
        select(Album.id, Album.artist, Album.title, Album.year, Cover.id.label("cover_id"))
        .join(Cover, Cover.album_id == Album.id)
        .where(Album.id.in_(album_ids), *album_conditions(allowed))
        .order_by(Album.id, Cover.id)
    ).all()
    lines = of_covers(session, [CoverId(row.cover_id) for row in rows])
    found: dict[int, AlbumWords] = {}
    for row in rows:
        words = found.setdefault(row.id, AlbumWords(AlbumId(row.id), row.artist, row.title, row.year, {}))
        words.lines[CoverId(row.cover_id)] = lines.get(CoverId(row.cover_id), ())
    return list(found.values())


def _holding(session: Session, table: str, key: str, pieces: Sequence[str], limit: int) -> list[int]:
    if session.get_bind().dialect.name == "sqlite":
        query = f"SELECT rowid FROM {table}_letters WHERE {table}_letters MATCH :asked LIMIT :limit"
        return list(session.scalars(text(query), {"asked": " AND ".join(f'"{p}"' for p in pieces), "limit": limit}))
    # The planner takes a common piece for a reason to read the whole table.
    session.execute(text("SET LOCAL enable_seqscan = off"))
    held = " AND ".join(f"letters LIKE :p{number}" for number in range(len(pieces)))
    values = {f"p{number}": f"%{piece}%" for number, piece in enumerate(pieces)}
    return list(
        session.scalars(text(f"SELECT {key} FROM {table} WHERE {held} LIMIT :limit"), {**values, "limit": limit})
    )
