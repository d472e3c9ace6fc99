"""What a person decides about covers and artworks, against what sources and pixels say; it is kept from then on."""

from collections.abc import Iterable, Sequence
from itertools import combinations, product

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import removed_files
from db.albums import cover_record
from db.cover_links import decide, take_back
from db.labels import found
from db.offered import forget_rejected, within
from db.records import CoverRecord
from db.settling import settle
from db.tables import Album, Cover, File
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, CoverId, Side

_ASKED_AT_ONCE = 500


def decide_artwork(session: Session, cover_ids: Sequence[CoverId], *, same: bool) -> None:
    """Say that all of these covers show the same artwork, or that no two of them do, also when they are compared again.

    Raises:
        NotFoundError: one of them does not exist, or is a back and cannot show the artwork of a front.
    """
    covers = covers_of_ids(session, cover_ids)
    back = next((cover for cover in covers if cover.side != Side.FRONT), None)
    if same and back is not None:
        raise NotFoundError(f"cover {back.id} is a back; name fronts")
    decide(session, list(combinations([CoverId(cover.id) for cover in covers], 2)), same=same)


def decide_albums_artwork(session: Session, one: AlbumId, other: AlbumId, *, same: bool, by_hand: bool = True) -> None:
    """Say whether two albums have the same artwork: their first fronts; if not, none of their fronts.

    Args:
        by_hand: false to forget what a person said before: the pair is linked as if pixels had said so, or is not.

    Raises:
        NotFoundError: one of them does not exist, or has no front.
    """
    fronts = [[CoverId(c.id) for c in found(session, a).covers if c.side == Side.FRONT] for a in (one, other)]
    if not all(fronts):
        raise NotFoundError(f"album {other if fronts[0] else one} has no front")
    pairs = list(product(fronts[0], fronts[1])) if one != other else []
    if same or not by_hand:
        take_back(session, pairs)
    if same or by_hand:
        decide(session, pairs[:1] if same else pairs, same=same, by_hand=by_hand)


def covers_at(session: Session, paths: Iterable[str]) -> list[CoverId]:
    """The covers at these absolute paths, or below them.

    Raises:
        NotFoundError: there is none at one of them.
    """
    ids: dict[CoverId, None] = {}
    for path in paths:
        of_path = _covers_within(session, path)
        if not of_path:
            raise NotFoundError(f"the catalogue has no cover at {path}")
        ids |= dict.fromkeys(of_path)
    return list(ids)


def removable_at(session: Session, paths: Iterable[str]) -> tuple[list[CoverId], int]:
    """The covers at these absolute paths, or below them, and the number of rejected files there, which are forgotten.

    Raises:
        NotFoundError: there is neither at one of them.
    """
    covers: dict[CoverId, None] = {}
    rejected = 0
    for path in paths:
        of_path, forgotten = _covers_within(session, path), forget_rejected(session, path)
        if not (of_path or forgotten):
            raise NotFoundError(f"the catalogue has no cover at {path}, and nothing there was rejected")
        covers |= dict.fromkeys(of_path)
        rejected += forgotten
    return list(covers), rejected


def _covers_within(session: Session, path: str) -> list[CoverId]:
    found = session.scalars(select(Cover.id).where(within(Cover.path, path)).order_by(Cover.id))
    return [CoverId(cover_id) for cover_id in found]


def all_paths(session: Session) -> list[tuple[CoverId, str]]:
    """Every cover and each path where it is, or was: its own, and those of its copies."""
    own = session.execute(select(Cover.id, Cover.path).order_by(Cover.id))
    copies = session.execute(select(File.cover_id, File.path).where(File.cover_id.is_not(None)))
    return list(dict.fromkeys((CoverId(row[0] or 0), row[1]) for rows in (own, copies) for row in rows))


def stored_of(session: Session, cover_ids: Sequence[CoverId]) -> list[CoverRecord]:
    """Those of these covers whose files Sleeve wrote."""
    return [cover_record(cover) for cover in covers_of_ids(session, cover_ids) if cover.stored]


def remove_covers(session: Session, cover_ids: Sequence[CoverId], *, may_return: bool = False) -> list[AlbumId]:
    """Forget covers with all that belongs to them; returns the albums that have none left and are forgotten too.

    Args:
        may_return: they are not left out when their files are added again.

    Raises:
        NotFoundError: one of them does not exist; nothing is removed.
    """
    covers = covers_of_ids(session, cover_ids)
    if not may_return:
        removed_files.remember(session, cover_ids)
    album_ids = sorted({cover.album_id for cover in covers})
    for start in range(0, len(cover_ids), _ASKED_AT_ONCE):
        some = cover_ids[start : start + _ASKED_AT_ONCE]
        session.execute(delete(File).where(File.cover_id.in_(some)))
        session.execute(delete(Cover).where(Cover.id.in_(some)))
    session.expire_all()
    gone: list[AlbumId] = []
    for album_id in album_ids:
        album = session.get_one(Album, album_id)
        if album.members:
            album.unsettled = True
        else:
            gone.append(AlbumId(album_id))
            session.delete(album)
    session.flush()
    while settle(session):
        pass
    return gone


def covers_of_ids(session: Session, cover_ids: Sequence[CoverId]) -> list[Cover]:
    """These covers.

    Raises:
        NotFoundError: one of them does not exist.
    """
    covers: list[Cover] = []
    for start in range(0, len(cover_ids), _ASKED_AT_ONCE):
        covers += session.scalars(select(Cover).where(Cover.id.in_(cover_ids[start : start + _ASKED_AT_ONCE])))
    missing = sorted(set(cover_ids) - {cover.id for cover in covers})
    if missing:
        raise NotFoundError(f"there is no cover {', '.join(map(str, missing))}")
    return covers
