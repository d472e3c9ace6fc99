"""Queries about links: which fronts wait to be compared, which show one artwork, and whose albums they are.

A link is about two pictures and not about a bundle: it stays while both covers keep their content and side.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from db.leases import Task
from db.records import BundleRecord, FrontVectors, HashedCover
from db.tables import Album, Cover, CoverLink, Vector, unpacked
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side

_ASKED_AT_ONCE = 8192


def comparing(bundle: BundleRecord) -> Task:
    """To be compared, once there is a vector of this bundle."""
    return Task("compare", _pending(bundle))


def count_pending(session: Session, bundle: BundleRecord) -> int:
    """How many fronts with a vector of this bundle were not compared yet."""
    return session.scalar(_pending(bundle).with_only_columns(func.count())) or 0


def pending(
    session: Session, bundle: BundleRecord, *, after: CoverId, limit: int, album_id: AlbumId | None = None
) -> FrontVectors:
    """Fronts that were not compared yet, with their vectors, by ascending id from the first one past ``after``.

    Args:
        album_id: only those of this album.
    """
    query = _pending(bundle).where(Cover.id > after).order_by(Cover.id).limit(limit)
    return _fronts(session, bundle, query if album_id is None else query.where(Cover.album_id == album_id))


def with_vectors(session: Session, bundle: BundleRecord, covers: Sequence[HashedCover]) -> FrontVectors:
    """Those of these fronts that still wait to be compared, with their vectors, by ascending id."""
    wanted = Cover.id.in_([cover.cover_id for cover in covers])
    return _fronts(session, bundle, _pending(bundle).where(wanted).order_by(Cover.id))


def fronts(session: Session, vector_ids: Sequence[int]) -> dict[int, HashedCover]:
    """The front that each vector was made of; vectors of backs and those that are gone are absent."""
    found: dict[int, HashedCover] = {}
    for start in range(0, len(vector_ids), _ASKED_AT_ONCE):
        query = (
            select(Vector.id, Cover.id.label("cover_id"), Cover.file, Cover.path, Cover.content_hash)
            .join(Cover, Cover.id == Vector.cover_id)
            .where(Vector.id.in_(vector_ids[start : start + _ASKED_AT_ONCE]), Cover.side == Side.FRONT)
        )
        for row in session.execute(query):
            found[row.id] = HashedCover(CoverId(row.cover_id), row.file, row.path, ContentHash(row.content_hash))
    return found


def titles(session: Session, cover_ids: Sequence[CoverId]) -> dict[CoverId, str | None]:
    """The title of each cover's album."""
    found: dict[CoverId, str | None] = {}
    for start in range(0, len(cover_ids), _ASKED_AT_ONCE):
        query = select(Cover.id, Album.title).join(Album, Album.id == Cover.album_id)
        rows = session.execute(query.where(Cover.id.in_(cover_ids[start : start + _ASKED_AT_ONCE])))
        found |= {CoverId(row.id): row.title for row in rows}
    return found


def record(
    session: Session, compared: Sequence[HashedCover], same: Iterable[tuple[HashedCover, HashedCover]]
) -> list[tuple[CoverId, CoverId]]:
    """Write down which fronts were compared and which pairs show one artwork; return the pairs that are new.

    A cover that was removed meanwhile, or has other content by now, is left out with its pairs; so it is compared
    again when it is embedded again.

    Args:
        session: a writing session.
    """
    pairs = {tuple(sorted(pair, key=lambda cover: cover.cover_id)) for pair in same}
    current = _current(session, {*compared, *chain.from_iterable(pairs)})
    found = {(first.cover_id, second.cover_id) for first, second in pairs if {first, second} <= current}
    done = [cover.cover_id for cover in compared if cover in current]
    session.execute(update(Cover).where(Cover.id.in_(done)).values(compared=True))
    known = select(CoverLink.first_id, CoverLink.second_id).where(CoverLink.first_id.in_([pair[0] for pair in found]))
    new = sorted(found - {(CoverId(row.first_id), CoverId(row.second_id)) for row in session.execute(known)})
    if new:
        session.execute(insert(CoverLink), [{"first_id": first, "second_id": second} for first, second in new])
    return new


def forget(session: Session, cover: Cover) -> None:
    """The cover shows something else from now on: its links go, and it waits to be compared."""
    session.execute(delete(CoverLink).where(or_(CoverLink.first_id == cover.id, CoverLink.second_id == cover.id)))
    cover.compared = False


def turn(session: Session, cover: Cover) -> None:
    """The cover has become another side: it waits to be compared. That a person told it from others stays true."""
    of_cover = or_(CoverLink.first_id == cover.id, CoverLink.second_id == cover.id)
    session.execute(delete(CoverLink).where(of_cover, CoverLink.same))
    cover.compared = False


def remove(session: Session, pairs: Iterable[tuple[CoverId, CoverId]]) -> None:
    """Take these links back; both covers stay compared. What a person said of them stays."""
    for first, second in pairs:
        these = (CoverLink.first_id == first) & (CoverLink.second_id == second)
        session.execute(delete(CoverLink).where(these, CoverLink.by_hand.is_(False)))


def take_back(session: Session, covers: Iterable[tuple[CoverId, CoverId]]) -> None:
    """Forget what a person said of these pairs of covers."""
    for one, other in covers:
        these = (CoverLink.first_id == min(one, other)) & (CoverLink.second_id == max(one, other))
        session.execute(delete(CoverLink).where(these, CoverLink.by_hand))


def decide(session: Session, covers: Iterable[tuple[CoverId, CoverId]], *, same: bool, by_hand: bool = True) -> None:
    """Write down that a person (or, not ``by_hand``, their pixels) says whether these pairs show the same artwork."""
    for one, other in covers:
        pair = (min(one, other), max(one, other))
        link = session.get(CoverLink, pair) or CoverLink(first_id=pair[0], second_id=pair[1])
        link.same, link.by_hand = same, by_hand
        session.add(link)
    session.flush()


def pairs(session: Session, *, same: bool = True) -> list[tuple[CoverId, CoverId]]:
    """All pairs that show one artwork, or of which a person says that they do not; the older cover first, sorted."""
    rows = session.execute(
        select(CoverLink.first_id, CoverLink.second_id)
        .where(CoverLink.same.is_(same))
        .order_by(CoverLink.first_id, CoverLink.second_id)
    )
    return [(CoverId(row.first_id), CoverId(row.second_id)) for row in rows]


def albums_apart(session: Session) -> frozenset[tuple[AlbumId, AlbumId]]:
    """The pairs of albums of which a person says that they do not show one artwork, the older one first.

    Albums of which two covers are linked are not among them.
    """
    one, other = aliased(Cover), aliased(Cover)
    covers_of = (
        select(one.album_id.label("first"), other.album_id.label("second"), CoverLink.same)
        .select_from(CoverLink)
        .join(one, one.id == CoverLink.first_id)
        .join(other, other.id == CoverLink.second_id)
        .where(one.album_id != other.album_id)
    )
    parted = session.execute(covers_of.where(CoverLink.same.is_(False))).all()
    if not parted:
        return frozenset()
    linked = {frozenset((row.first, row.second)) for row in session.execute(covers_of.where(CoverLink.same))}
    pairs = {(min(row.first, row.second), max(row.first, row.second)) for row in parted}
    return frozenset((AlbumId(a), AlbumId(b)) for a, b in pairs if frozenset((a, b)) not in linked)


def _fronts(session: Session, bundle: BundleRecord, query: Select[int, str, str, str, bytes]) -> FrontVectors:
    rows = session.execute(query).all()
    return FrontVectors(
        covers=tuple(HashedCover(CoverId(row.id), row.file, row.path, ContentHash(row.content_hash)) for row in rows),
        vectors=unpacked([row.embedding for row in rows], bundle.dimension).astype(np.float32),
    )


def _current(session: Session, covers: set[HashedCover]) -> set[HashedCover]:
    """Those that are still in the catalogue, as fronts of the same content."""
    query = select(Cover.id, Cover.content_hash).where(
        Cover.id.in_([cover.cover_id for cover in covers]), Cover.side == Side.FRONT
    )
    contents = {row.id: row.content_hash for row in session.execute(query)}
    return {cover for cover in covers if contents.get(cover.cover_id) == cover.content_hash}


def _pending(bundle: BundleRecord) -> Select[int, str, str, str, bytes]:
    return (
        select(Cover.id, Cover.file, Cover.path, Cover.content_hash, Vector.embedding)
        .join(Vector, Vector.cover_id == Cover.id)
        .where(Vector.bundle_id == bundle.id, Cover.side == Side.FRONT, Cover.compared.is_(False))
    )
