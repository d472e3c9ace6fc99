"""What a person removed: it is left out when its file is added again, also from another place, until a person asks."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import insert, select, union
from sqlalchemy.orm import Session

from db.tables import Cover, Entry, File, RemovedFile, Statement
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, LabelSource

_ASKED_AT_ONCE = 500


def remember(session: Session, cover_ids: Sequence[CoverId]) -> None:
    """Leave these covers and their copies out from now on, except for those that only a person has offered."""
    for start in range(0, len(cover_ids), _ASKED_AT_ONCE):
        some = cover_ids[start : start + _ASKED_AT_ONCE]
        offered = select(Statement.cover_id).where(Statement.source != LabelSource.HAND, Statement.cover_id.in_(some))
        own = select(Cover.path, Cover.content_hash).where(Cover.id.in_(offered))
        copies = select(File.path, Cover.content_hash).join(Cover, Cover.id == File.cover_id)
        rows = session.execute(union(own, copies.where(Cover.id.in_(offered)))).all()
        hashes = {row.content_hash for row in rows}
        known = {(row.path, row.content_hash) for row in of_contents(session, hashes)}
        new = [{"path": row.path, "content_hash": row.content_hash} for row in rows if tuple(row) not in known]
        if new:
            session.execute(insert(RemovedFile), new)


def remember_entries(session: Session, album_ids: Sequence[AlbumId]) -> None:
    """Leave the entries of these albums out when their lists are added again."""
    paths = list(session.scalars(select(Entry.path).where(Entry.album_id.in_(album_ids))))
    known = {row.path for row in of_contents(session, map(hash_of_entry, paths))}
    if new := [{"path": path, "content_hash": hash_of_entry(path)} for path in paths if path not in known]:
        session.execute(insert(RemovedFile), new)


def hash_of_entry(path: str) -> ContentHash:
    """What stands for the content of an entry: a row is the same row whatever is in its cells."""
    return ContentHash(sha256(path.encode()).hexdigest())


def of_contents(session: Session, content_hashes: Iterable[str]) -> list[RemovedFile]:
    """What was removed with these contents, by path."""
    wanted = RemovedFile.content_hash.in_(content_hashes)
    return list(session.scalars(select(RemovedFile).where(wanted).order_by(RemovedFile.path)))
