"""Queries by words: which albums hold some letters, in their names or in the text on their covers.

They are answered from an index of every three letters: FTS5's trigrams on SQLite, pg_trgm on PostgreSQL.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, select, text
from sqlalchemy.orm import Session

from db.album_conditions import album_conditions
from db.records import AlbumLetters, CatalogueFilter, fold
from db.tables import Album, Cover, CoverText
from sleeve.vocabulary import AlbumId, CoverId

LEAST_LETTERS = 3
"""Letters that a piece must have: with fewer there is nothing to look up."""

# Built once: building a statement takes longer than running it.
_SOME: BindParameter[Any] = bindparam("album_ids", expanding=True)
_NAMES = (
    select(Album.id, Album.artist, Album.title, Album.year, Album.colour, Album.letters)
    .where(Album.id.in_(_SOME))
    .order_by(Album.id)
)
_SAID = (
    select(Cover.album_id, Cover.id, CoverText.letters)
    .join(CoverText, CoverText.cover_id == Cover.id)
    .where(Cover.album_id.in_(_SOME), CoverText.letters.is_not(None))
    .order_by(Cover.id)
)


def holding(
    session: Session, asked: Sequence[Sequence[str]], *, limit: int, in_names: bool = True, in_covers: bool = True
) -> list[list[AlbumId]]:
    """For each of several lists of pieces, some albums that hold all of its pieces, in their names or on one cover.

    Args:
        asked: pieces as ``db.letters`` makes them, at least ``LEAST_LETTERS`` long.
        limit: the most albums by their names, and the most by their covers.
        in_names, in_covers: where it is looked for.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # The planner takes a common piece for a reason to read the whole table.
        session.execute(text("SET LOCAL enable_seqscan = off"))
    queries: list[str] = []
    values: dict[str, str | int] = {"limit": limit}
    for number, pieces in enumerate(asked):
        make = _by_fts5 if sqlite else _by_pg_trgm
        of_names, of_covers = make(number, len(pieces))
        queries += [of_names] * in_names + [of_covers] * in_covers
        values |= {f"p{number}_{place}": piece if sqlite else f"%{piece}%" for place, piece in enumerate(pieces)}
    rows = session.execute(
        text(" UNION ALL ".join(f"SELECT * FROM ({query} LIMIT :limit) s" for query in queries)), values
    )
    found: list[dict[AlbumId, None]] = [{} for _ in asked]
    # All at once: thousands of rows one by one take longer than the query.
    for number, album_id in rows.all():
        found[number][AlbumId(album_id)] = None
    return [list(albums) for albums in found]


def called(session: Session, name: str, *, limit: int) -> list[AlbumId]:
    """Some albums whose artist or title is this name, in any case: for names too short to be looked up by letters."""
    same = or_(Album.artist_folded == fold(name), Album.title_folded == fold(name))
    return [AlbumId(album_id) for album_id in session.scalars(select(Album.id).where(same).limit(limit))]


def newest(session: Session, allowed: CatalogueFilter, *, limit: int) -> list[AlbumId]:
    """The albums that a filter lets through which were added last, the newest first."""
    query = select(Album.id).where(*album_conditions(session, allowed)).order_by(Album.id.desc()).limit(limit)
    return [AlbumId(album_id) for album_id in session.scalars(query)]


def of_file(session: Session, name: str, *, limit: int) -> list[AlbumId]:
    """Some albums with a cover whose file has this in its name, in any case; every cover is looked at."""
    query = select(Cover.album_id).where(Cover.file.icontains(name, autoescape=True)).distinct()
    return [AlbumId(album_id) for album_id in session.scalars(query.order_by(Cover.album_id).limit(limit))]


def of_albums(session: Session, album_ids: Sequence[AlbumId], allowed: CatalogueFilter) -> list[AlbumLetters]:
    """The letters of these albums, of those that a filter lets through, by ascending id."""
    rows = session.execute(_NAMES.where(*album_conditions(session, allowed)), {"album_ids": album_ids}).all()
    said: defaultdict[int, dict[CoverId, Sequence[str]]] = defaultdict(dict)
    for album_id, cover_id, spelt in session.execute(_SAID, {"album_ids": [row.id for row in rows]}):
        said[album_id][CoverId(cover_id)] = str(spelt).split("\n")
    return [
        AlbumLetters(AlbumId(row.id), row.artist, row.title, row.year, row.colour, _names(row.letters), said[row.id])
        for row in rows
    ]


def _by_fts5(number: int, pieces: int) -> list[str]:
    held = " || ' AND ' || ".join(f"'\"' || :p{number}_{place} || '\"'" for place in range(pieces))
    covers = "texts_letters t JOIN covers c ON c.id = t.rowid"
    return [
        f"SELECT {number} AS number, rowid AS album_id FROM albums_letters WHERE albums_letters MATCH {held}",
        f"SELECT {number}, c.album_id FROM {covers} WHERE texts_letters MATCH {held}",
    ]


def _by_pg_trgm(number: int, pieces: int) -> list[str]:
    held = " AND ".join(f"letters LIKE :p{number}_{place}" for place in range(pieces))
    return [
        f"SELECT {number} AS number, id AS album_id FROM albums WHERE {held}",
        f"SELECT {number}, c.album_id FROM texts t JOIN covers c ON c.id = t.cover_id WHERE {held}",
    ]


def _names(spelt: str | None) -> tuple[str, str]:
    artist, _, title = (spelt or "").partition("\n")
    return artist, title
