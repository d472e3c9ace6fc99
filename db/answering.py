"""The statements of an answer: who owns vectors, and what an album asks with. Each tells the state that it saw.

A state is a number that every change of what answers show moves (``db.tables.Changes``): two statements that saw the
same state saw the same catalogue.
"""

import json
from collections.abc import Sequence

import numpy as np
from sqlalchemy import (
    BigInteger,
    Connection,
    ScalarSelect,
    Text,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from db.database import Prepared, is_listed
from db.records import AskedAlbum, BundleRecord, VectorOwner
from db.tables import Album, AlbumGenre, AlbumList, Changes, Cover, CoverLink, Genre, Vector, unpacked
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, ListName, Side, VectorId

_BETWEEN = "\x1f"
"""Between genres in a list; no genre holds it, because it counts as white space and names have only plain spaces."""


def _genres() -> ScalarSelect[str]:
    """The genres of an album in any order, each after its position: a digit or more and ``_BETWEEN``."""
    placed = cast(AlbumGenre.position, Text) + _BETWEEN + Genre.name
    query = select(func.aggregate_strings(placed, _BETWEEN)).join(AlbumGenre, AlbumGenre.genre_id == Genre.id)
    return query.where(AlbumGenre.album_id == Album.id).correlate(Album).scalar_subquery()


def _related() -> ScalarSelect[str]:
    """The other albums that covers are linked to, and, with a minus, those that a person said are different."""
    own, other = aliased(Cover), aliased(Cover)
    ends = (CoverLink.first_id, CoverLink.second_id)
    return (
        select(func.aggregate_strings(cast(case((CoverLink.same, other.album_id), else_=-other.album_id), Text), ","))
        .select_from(own)
        .join(CoverLink, or_(*(end == own.id for end in ends)))
        .join(other, other.id == case((ends[0] == own.id, ends[1]), else_=ends[0]))
        .where(own.album_id == Album.id, other.album_id != Album.id)
        .correlate(Album)
        .scalar_subquery()
    )


def _lists() -> ScalarSelect[str]:
    """The lists that an album is on."""
    query = select(func.aggregate_strings(AlbumList.name, ",")).where(AlbumList.album_id == Album.id)
    return query.correlate(Album).scalar_subquery()


_STATE = Prepared(select(Changes.number))

# Joined to the state from the left, so that it comes back even if nothing else does.
_OWNERS = Prepared(
    select(
        Changes.number.label("state"),
        Vector.id,
        Cover.id.label("cover_id"),
        Cover.side,
        Cover.file,
        Cover.path,
        Cover.content_hash,
        Album.id.label("album_id"),
    )
    .add_columns(Album.title, Album.artist, Album.year, _genres().label("genres"), _related().label("related"))
    .add_columns(_lists().label("lists"))
    .select_from(Changes)
    .outerjoin(Vector, is_listed(Vector.id, bindparam("vector_ids", None, type_=Text)))
    .outerjoin(Cover, Cover.id == Vector.cover_id)
    .outerjoin(Album, Album.id == Cover.album_id)
)

_ASKED = Prepared(
    select(Changes.number.label("state"), Album.id, Cover.side, Vector.embedding, _related().label("related"))
    .select_from(Changes)
    .outerjoin(Album, Album.id == bindparam("album_id", None, type_=BigInteger))
    .outerjoin(Cover, Cover.album_id == Album.id)
    .outerjoin(
        Vector, (Vector.cover_id == Cover.id) & (Vector.bundle_id == bindparam("bundle_id", None, type_=BigInteger))
    )
    .order_by(Vector.id)
)


def state(connection: Connection) -> int:
    """The state of the catalogue."""
    [(number,)] = _STATE.rows(connection)
    return int(number)


def owners(connection: Connection, vector_ids: Sequence[int]) -> tuple[int, dict[int, VectorOwner]]:
    """The state, and the cover and album of each vector; one that is gone is absent."""
    if not vector_ids:
        return state(connection), {}
    rows = _OWNERS.rows(connection, vector_ids=json.dumps(vector_ids))
    return rows[0][0], {VectorId(row[1]): _owner(*row[1:]) for row in rows if row[1] is not None}


def _owner(
    vector_id: int,
    cover_id: int,
    side: str,
    file: str,
    path: str,
    content_hash: str,
    album_id: int,
    title: str | None,
    artist: str | None,
    year: int | None,
    genres: str | None,
    related: str | None,
    lists: str | None,
) -> VectorOwner:
    """Of the columns of ``_OWNERS`` behind the state, in their order."""
    return VectorOwner(
        VectorId(vector_id),
        CoverId(cover_id),
        AlbumId(album_id),
        Side(side),
        title,
        artist,
        year,
        _in_order(genres),
        file,
        path,
        ContentHash(content_hash),
        *_linked_and_apart(related),
        lists=tuple(name for name in ListName if name in (lists or "").split(",")),
    )


def asked_album(connection: Connection, bundle: BundleRecord, album_id: AlbumId) -> tuple[int, AskedAlbum | None]:
    """The state, and an album with its vectors of a bundle; None if there is no such album."""
    rows = _ASKED.rows(connection, album_id=album_id, bundle_id=bundle.id)
    state, found_id, _, _, related = rows[0]
    if found_id is None:
        return state, None
    sides = [side for _, _, side, _, _ in rows]
    made = [(side, embedding) for _, _, side, embedding, _ in rows if embedding is not None]
    shown = [embedding for side, embedding in made if side == Side.FRONT] or [embedding for _, embedding in made]
    vectors = unpacked(shown, bundle.dimension).astype(np.float32)
    return state, AskedAlbum(vectors, *_linked_and_apart(related), has_cover=any(sides))


def _in_order(placed: str | None) -> tuple[str, ...]:
    """What ``_genres`` selects → the main genre first, each once."""
    parts = placed.split(_BETWEEN) if placed else []
    by_position = sorted(zip(map(int, parts[::2]), parts[1::2], strict=True))
    return tuple(dict.fromkeys(genre for _, genre in by_position))


def _linked_and_apart(related: str | None) -> tuple[frozenset[AlbumId], frozenset[AlbumId]]:
    """Albums of which two covers are linked show one artwork, whatever a person says of their other covers."""
    if not related:
        return frozenset(), frozenset()
    found = set(map(int, related.split(",")))
    linked = frozenset(AlbumId(album_id) for album_id in found if album_id > 0)
    return linked, frozenset(AlbumId(-album_id) for album_id in found if album_id < 0) - linked
