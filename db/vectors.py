"""Queries about vectors: what is pending, storing, streaming, filtering, and who owns them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, and_, delete, false, func, insert, select
from sqlalchemy.orm import Session

from db import cover_links
from db.album_conditions import album_conditions
from db.leases import Task
from db.records import (
    AlbumVectors,
    BundleRecord,
    CatalogueFilter,
    CatalogueVectors,
    HashedCover,
    NewVector,
    RepresentativeVectors,
    VectorBatch,
)
from db.tables import Album, AlbumGenre, Cover, File, Genre, Vector, packed, unpacked
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side

STREAM_ROWS = 8192
"""Vectors in one batch out of the database: 16 MB at 1,024 dimensions."""


def embedding(bundle: BundleRecord) -> Task:
    """To get a vector of this bundle."""
    return Task(f"embed {bundle.id}", _pending(bundle))


def count_pending(session: Session, bundle: BundleRecord) -> int:
    """How many covers wait for a vector of this bundle: those that have none, if it has a model to make some."""
    return session.scalar(select(func.count()).select_from(_pending(bundle).subquery())) or 0


def count_left_out(session: Session, bundle: BundleRecord) -> int:
    """How many covers have no vector of a bundle that can make none."""
    if bundle.has_model:
        return 0
    return session.scalar(select(func.count()).select_from(_without_vector(bundle).subquery())) or 0


def pending(session: Session, bundle: BundleRecord, *, after: CoverId, limit: int) -> list[HashedCover]:
    """Covers without a vector of this bundle, by ascending id, from the first one past ``after``."""
    rows = session.execute(_pending(bundle).where(Cover.id > after).order_by(Cover.id).limit(limit))
    return [HashedCover(CoverId(row.id), row.file, row.path, ContentHash(row.content_hash)) for row in rows]


def store(session: Session, bundle: BundleRecord, new: Sequence[NewVector]) -> int:
    """Store vectors; one whose cover was removed, changed or embedded meanwhile is dropped. Returns how many stayed."""
    current = {
        row.id: row.content_hash
        for row in session.execute(_pending(bundle).where(Cover.id.in_([item.cover_id for item in new])))
    }
    rows = [
        {"cover_id": item.cover_id, "bundle_id": bundle.id, "embedding": packed(item.vector)}
        for item in new
        if current.get(item.cover_id) == item.content_hash
    ]
    if rows:
        session.execute(insert(Vector), rows)
    return len(rows)


def put(session: Session, bundle: BundleRecord, given: Mapping[str, NDArray[np.float16]]) -> int:
    """Give covers vectors that were made elsewhere, in place of those that they had.

    Args:
        given: path of a file → (d,), L2-normalised. A file that is no cover gets none; a copy of a cover gives it one
            if it has none.

    Returns:
        How many covers have another vector than before.
    """
    is_own = (Cover.path == File.path).label("is_own")
    of_covers = select(File.path, Cover.id, is_own).join(Cover, Cover.id == File.cover_id)
    # Copies first, so that what is said of a cover itself counts.
    rows = session.execute(of_covers.where(File.path.in_(given)).order_by(is_own, File.path)).all()
    made = {row.id: packed(given[row.path]) for row in rows}
    own = {row.id for row in rows if row.is_own}
    held = (Vector.bundle_id == bundle.id, Vector.cover_id.in_(made))
    had = {
        row.cover_id: row.embedding for row in session.execute(select(Vector.cover_id, Vector.embedding).where(*held))
    }
    new = {key for key in made if key not in had or (key in own and had[key] != made[key])}
    session.execute(delete(Vector).where(Vector.bundle_id == bundle.id, Vector.cover_id.in_(new & had.keys())))
    if new:
        session.execute(
            insert(Vector),
            [{"cover_id": key, "bundle_id": bundle.id, "embedding": made[key]} for key in made if key in new],
        )
    return len(new)


def count(session: Session, bundle: BundleRecord, *, after: int = 0) -> int:
    """How many vectors of a bundle there are, of those with an id past ``after``."""
    query = select(func.count()).select_from(Vector).where(Vector.bundle_id == bundle.id, Vector.id > after)
    return session.scalar(query) or 0


def ids(session: Session, bundle: BundleRecord) -> NDArray[np.int64]:
    """The ids of all vectors of a bundle, ascending: (n,) int64."""
    return _id_array(session, select(Vector.id).where(Vector.bundle_id == bundle.id).order_by(Vector.id))


def allowed_ids(session: Session, bundle: BundleRecord, allowed: CatalogueFilter) -> NDArray[np.int64]:
    """The ids of the vectors that a filter lets through, ascending: (n,) int64."""
    query = (
        select(Vector.id)
        .join(Cover, Cover.id == Vector.cover_id)
        .join(Album, Album.id == Cover.album_id)
        .where(Vector.bundle_id == bundle.id, *album_conditions(session, allowed))
        .order_by(Vector.id)
    )
    if allowed.side is not None:
        query = query.where(Cover.side == allowed.side)
    return _id_array(session, query)


def ids_of_albums(session: Session, bundle: BundleRecord, album_ids: Iterable[AlbumId]) -> NDArray[np.int64]:
    """The ids of the vectors of all covers of these albums, ascending: (n,) int64."""
    query = select(Vector.id).join(Cover, Cover.id == Vector.cover_id)
    return _id_array(
        session, query.where(Cover.album_id.in_(album_ids), Vector.bundle_id == bundle.id).order_by(Vector.id)
    )


def stream(session: Session, bundle: BundleRecord, *, after: int = 0) -> Iterator[VectorBatch]:
    """All vectors of a bundle by ascending id, ``STREAM_ROWS`` at a time, from the first one past ``after``."""
    while True:
        rows = session.execute(
            select(Vector.id, Vector.embedding)
            .where(Vector.bundle_id == bundle.id, Vector.id > after)
            .order_by(Vector.id)
            .limit(STREAM_ROWS)
        ).all()
        if not rows:
            return
        yield _batch(bundle, [row.id for row in rows], [row.embedding for row in rows])
        after = rows[-1].id


def of_ids(session: Session, bundle: BundleRecord, vector_ids: NDArray[np.int64]) -> Iterator[VectorBatch]:
    """The vectors with these ids (ascending), ``STREAM_ROWS`` at a time; ids that are gone are left out."""
    for start in range(0, len(vector_ids), STREAM_ROWS):
        wanted = [int(vector_id) for vector_id in vector_ids[start : start + STREAM_ROWS]]
        query = select(Vector.id, Vector.embedding).where(Vector.bundle_id == bundle.id, Vector.id.in_(wanted))
        rows = session.execute(query.order_by(Vector.id)).all()
        if rows:
            yield _batch(bundle, [row.id for row in rows], [row.embedding for row in rows])


def of_covers(
    session: Session, bundle: BundleRecord, cover_ids: Sequence[CoverId]
) -> dict[CoverId, NDArray[np.float16]]:
    """The vector of each of these covers, (d,) float16; covers without one are absent."""
    found: dict[CoverId, NDArray[np.float16]] = {}
    for start in range(0, len(cover_ids), STREAM_ROWS):
        wanted = cover_ids[start : start + STREAM_ROWS]
        query = select(Vector.cover_id, Vector.embedding).where(Vector.cover_id.in_(wanted))
        rows = session.execute(query.where(Vector.bundle_id == bundle.id)).all()
        made = unpacked([row.embedding for row in rows], bundle.dimension)
        found |= {CoverId(row.cover_id): vector for row, vector in zip(rows, made, strict=True)}
    return found


def of_albums(session: Session, bundle: BundleRecord, album_ids: Sequence[AlbumId]) -> AlbumVectors:
    """The vectors of several albums, of each its fronts, or its backs if it has no front; albums without a vector are
    absent."""
    found: dict[AlbumId, list[Row[int, int, bytes, str]]] = defaultdict(list)
    for start in range(0, len(album_ids), STREAM_ROWS):
        query = (
            select(Cover.album_id, Vector.id, Vector.embedding, Cover.side)
            .join(Vector, Vector.cover_id == Cover.id)
            .where(Cover.album_id.in_(album_ids[start : start + STREAM_ROWS]), Vector.bundle_id == bundle.id)
            .order_by(Cover.album_id, Vector.id)
        )
        for row in session.execute(query):
            found[AlbumId(row.album_id)].append(row)
    shown = [[row for row in rows if row.side == Side.FRONT] or rows for rows in found.values()]
    rows = [row for some in shown for row in some]
    return AlbumVectors(
        album_ids=np.array([row.album_id for row in rows], dtype=np.int64),
        vectors=unpacked([row.embedding for row in rows], bundle.dimension).astype(np.float32),
    )


def of_catalogue(session: Session, bundle: BundleRecord) -> CatalogueVectors:
    """Every front cover's vector with its album's genres and artist, by ascending vector id."""
    rows = session.execute(
        select(
            Vector.embedding,
            Vector.cover_id,
            Cover.album_id,
            Cover.content_hash,
            Cover.path,
            Cover.extra,
            Album.artist_folded,
        )
        .join(Cover, Cover.id == Vector.cover_id)
        .join(Album, Album.id == Cover.album_id)
        .where(Vector.bundle_id == bundle.id, Cover.side == Side.FRONT)
        .order_by(Vector.id)
    ).all()
    genres: dict[int, dict[str, None]] = defaultdict(dict)
    said = select(AlbumGenre.album_id, Genre.name).join(Genre).order_by(AlbumGenre.position)
    for album_id, name in session.execute(said):
        genres[album_id][name] = None
    return CatalogueVectors(
        vectors=unpacked([row.embedding for row in rows], bundle.dimension).astype(np.float32),
        album_ids=np.array([row.album_id for row in rows], dtype=np.int64),
        cover_ids=np.array([row.cover_id for row in rows], dtype=np.int64),
        genres=tuple(tuple(genres[row.album_id]) for row in rows),
        artists=tuple(row.artist_folded for row in rows),
        content_hashes=tuple(ContentHash(row.content_hash) for row in rows),
        paths=tuple(Path(row.path) for row in rows),
        extra=tuple(row.extra for row in rows),
        apart=cover_links.albums_apart(session),
    )


def representative_vectors(session: Session, bundle: BundleRecord) -> RepresentativeVectors:
    """A vector of every album: of its first front cover, or of its first back if it has no front."""
    rows = session.execute(
        select(Cover.album_id, Cover.id, Vector.embedding)
        .join(Vector, Vector.cover_id == Cover.id)
        .where(Vector.bundle_id == bundle.id)
        .order_by(Cover.album_id, Cover.side != Side.FRONT, Cover.id)
        .execution_options(yield_per=STREAM_ROWS)
    )
    first = [next(covers) for _, covers in groupby(rows, key=lambda row: row.album_id)]
    return RepresentativeVectors(
        album_ids=np.array([row.album_id for row in first], dtype=np.int64),
        cover_ids=np.array([row.id for row in first], dtype=np.int64),
        vectors=unpacked([row.embedding for row in first], bundle.dimension).astype(np.float32),
    )


def _pending(bundle: BundleRecord) -> Select[int, str, str, str]:
    query = _without_vector(bundle)
    return query if bundle.has_model else query.where(false())


def _without_vector(bundle: BundleRecord) -> Select[int, str, str, str]:
    made = and_(Vector.cover_id == Cover.id, Vector.bundle_id == bundle.id)
    return (
        select(Cover.id, Cover.file, Cover.path, Cover.content_hash).outerjoin(Vector, made).where(Vector.id.is_(None))
    )


def _id_array(session: Session, query: Select[int]) -> NDArray[np.int64]:
    rows = session.scalars(query.execution_options(yield_per=STREAM_ROWS))
    return np.fromiter(rows, dtype=np.int64)


def _batch(bundle: BundleRecord, vector_ids: list[int], embeddings: list[bytes]) -> VectorBatch:
    return VectorBatch(np.asarray(vector_ids, dtype=np.int64), unpacked(embeddings, bundle.dimension))
