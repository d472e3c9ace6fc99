"""Covers of a music server: which of its albums the catalogue has, and which the server does not have any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables import Cover, File, Statement
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, LabelSource, Outcome, Rejection

SERVER, ALBUM, ART = "subsonic_server", "subsonic_album", "subsonic_cover_art"
"""Under which a cover's ``extra`` has the server's address, and the server's ids of the album and its picture."""

NOT_THERE = "not on the server any more"

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ServerCover:
    """What is said of a path where the picture of a server's album is kept.

    Attributes:
        art: the server's id of the picture.
        is_kept: whether Sleeve wrote the picture there; not if it is a copy of another cover.
    """

    cover_id: CoverId
    art: str | None
    content_hash: ContentHash
    is_kept: bool


def known(session: Session, server: str) -> dict[str, ServerCover]:
    """What the catalogue has of a server, by path. Reads all that servers say."""
    query = select(Statement.path, Statement.extra, Cover.id, Cover.content_hash, Cover.path.label("at"), Cover.stored)
    named = Statement.extra[SERVER].as_string() == server
    rows = session.execute(query.join(Cover).where(Statement.source == LabelSource.SERVER, named))
    return {
        row.path: ServerCover(
            CoverId(row.id), row.extra.get(ART), ContentHash(row.content_hash), row.stored and row.at == row.path
        )
        for row in rows
    }


def albums_on(session: Session, server: str, album_ids: Sequence[AlbumId]) -> dict[AlbumId, list[str]]:
    """The server's ids of each of these albums, at most a few hundred; albums that are not of the server are absent."""
    found: dict[AlbumId, list[str]] = {}
    named = (Statement.source == LabelSource.SERVER) & (Statement.extra[SERVER].as_string() == server)
    query = select(Cover.album_id, Statement.extra).join(Statement, Statement.cover_id == Cover.id)
    for row in session.execute(query.where(named, Cover.album_id.in_(album_ids)).order_by(Cover.id, Statement.path)):
        found.setdefault(AlbumId(row.album_id), []).append(row.extra[ALBUM])
    return found


def mark_gone(session: Session, paths: Sequence[str]) -> None:
    """Note that the server does not have the covers at these paths any more. Offering them again undoes it."""
    for start in range(0, len(paths), _AT_ONCE):
        here = File.path.in_(paths[start : start + _AT_ONCE]) & File.cover_id.is_not(None)
        session.execute(
            update(File).where(here).values(outcome=Outcome.REJECTED, reason=str(Rejection.MISSING), detail=NOT_THERE)
        )


def gone(session: Session) -> set[str]:
    """The paths of covers that their server had no more when it was last asked."""
    is_gone = (File.reason == str(Rejection.MISSING)) & (File.detail == NOT_THERE)
    return set(session.scalars(select(File.path).where(File.outcome == Outcome.REJECTED, is_gone)))
