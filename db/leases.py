"""Queries about leases: which covers wait for a task and are free, who works on them, and until when.

Writers take turns (``db.database``), so no two processes are given the same cover. Times are of the database's clock:
those of the processes may differ.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, and_, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.orm import Session

from db.records import HashedCover
from db.tables import Cover, Lease
from sleeve.vocabulary import ContentHash, CoverId

LEASE_S = 60
"""How long a lease lasts unless it is renewed: after that, others get the covers of a process that is gone."""

REST_S = 600
"""How long a cover that failed is not tried again, unless a person asks for it."""

_NOBODY = ""
"""Holds the leases of covers that failed."""

_ASKED_AT_ONCE = 8192

_NOW_S: dict[str, ColumnElement[float]] = {
    "postgresql": literal_column("extract(epoch FROM clock_timestamp())::double precision", Double),
    "sqlite": literal_column("(julianday('now') - 2440587.5) * 86400.0", Double),
}


@dataclass(frozen=True, slots=True)
class Task:
    """What covers wait for.

    Attributes:
        waiting: selects the covers that wait, by columns of ``Cover``.
    """

    name: str
    waiting: Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Ended:
    """Covers that a holder of leases is done with.

    Attributes:
        failed: those of the covers that nobody tries again for ``REST_S``.
    """

    task: Task
    holder: str
    covers: Sequence[HashedCover]
    failed: Collection[CoverId]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of the covers that wait for a task: whether one is free, and how many others work on."""

    is_free: bool
    held: int


def take(
    session: Session, task: Task, holder: str, *, after: CoverId, limit: int, elsewhere: Collection[str]
) -> list[HashedCover]:
    """Lease the next covers that wait and are free, by ascending id past ``after``.

    Args:
        session: a writing session.
        holder: who works on them.
        elsewhere: covers with a path that begins with one of these are left out.
    """
    query = _free(session, task, elsewhere).with_only_columns(Cover.id, Cover.file, Cover.path, Cover.content_hash)
    rows = session.execute(query.where(Cover.id > after).order_by(Cover.id).limit(limit)).all()
    covers = [HashedCover(CoverId(row.id), row.file, row.path, ContentHash(row.content_hash)) for row in rows]
    _lease(session, task, holder, covers, LEASE_S)
    return covers


def finish(session: Session, ended: Ended) -> set[CoverId]:
    """End leases, and return the covers that the holder still had: what became of all others does not count.

    Args:
        session: the writing session that stores what became of them.
    """
    held: set[CoverId] = set()
    for start in range(0, len(ended.covers), _ASKED_AT_ONCE):
        wanted = Lease.cover_id.in_([cover.cover_id for cover in ended.covers[start : start + _ASKED_AT_ONCE]])
        mine = and_(wanted, Lease.task == ended.task.name, Lease.holder == ended.holder)
        held |= {CoverId(found) for found in session.scalars(select(Lease.cover_id).where(mine))}
        session.execute(delete(Lease).where(mine))
    failed = held.intersection(ended.failed)
    _lease(session, ended.task, _NOBODY, [cover for cover in ended.covers if cover.cover_id in failed], REST_S)
    return held


def renew(session: Session, task: Task, holder: str) -> None:
    """Make the leases of a holder last ``LEASE_S`` from now on."""
    until_s = _now_s(session) + LEASE_S
    session.execute(update(Lease).where(Lease.task == task.name, Lease.holder == holder).values(until_s=until_s))


def give_back(session: Session, task: Task, holder: str) -> None:
    """End every lease of a holder."""
    session.execute(delete(Lease).where(Lease.task == task.name, Lease.holder == holder))


def try_again(session: Session, task: Task) -> None:
    """Let the covers that failed be tried again at once."""
    give_back(session, task, _NOBODY)


def waiting(session: Session, task: Task, elsewhere: Collection[str]) -> Waiting:
    """What waits for a task, for a process that holds no lease."""
    is_free = session.execute(_free(session, task, elsewhere).with_only_columns(Cover.id).limit(1)).first() is not None
    others = _leased(session, task) & (Lease.holder != _NOBODY)
    held = session.scalar(task.waiting.join(Lease, others).with_only_columns(func.count()))
    return Waiting(is_free, held or 0)


def count(session: Session, task: Task, beginning: str) -> int:
    """How many of the covers that wait have a path with this beginning."""
    return session.scalar(task.waiting.where(_begins(beginning)).with_only_columns(func.count())) or 0


def _free(session: Session, task: Task, elsewhere: Collection[str]) -> Select[*tuple[Any, ...]]:
    query = task.waiting.outerjoin(Lease, _leased(session, task)).where(Lease.cover_id.is_(None))
    return query.where(~or_(*map(_begins, elsewhere))) if elsewhere else query


def _leased(session: Session, task: Task) -> ColumnElement[bool]:
    """The lease of a cover, if it runs and is about what the cover shows now."""
    same = and_(Lease.cover_id == Cover.id, Lease.content_hash == Cover.content_hash)
    return and_(same, Lease.task == task.name, Lease.until_s > _now_s(session))


def _begins(beginning: str) -> ColumnElement[bool]:
    return func.substr(Cover.path, 1, len(beginning)) == beginning


def _lease(session: Session, task: Task, holder: str, covers: Sequence[HashedCover], for_s: float) -> None:
    if not covers:
        return
    ids = [cover.cover_id for cover in covers]
    session.execute(delete(Lease).where(Lease.cover_id.in_(ids), Lease.task == task.name))
    until_s = session.scalar(select(_now_s(session) + for_s))
    rows = [
        {
            "cover_id": cover.cover_id,
            "task": task.name,
            "content_hash": cover.content_hash,
            "holder": holder,
            "until_s": until_s,
        }
        for cover in covers
    ]
    session.execute(insert(Lease), rows)


def _now_s(session: Session) -> ColumnElement[float]:
    """Seconds since 1970 by the database's clock."""
    return _NOW_S[session.get_bind().dialect.name]
