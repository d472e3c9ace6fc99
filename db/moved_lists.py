"""A list whose table is gone, and which is there again under another name: its rows are the same rows."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.removed_files import hash_of_entry
from db.tables import Entry, RemovedFile, Statement

_SHARE = 1 / 2
"""Of the rows that are looked at, or of those that the list had, so many must be in both."""


def follow(session: Session, place: str, paths: Sequence[str], is_gone: Callable[[str], bool]) -> None:
    """If a list is known by another place that is gone, know it by this one from now on; a list that is there is not
    looked at twice.

    Args:
        session: a writing session.
        place: of the list that is read.
        paths: of the first rows in it, at most a batch.
        is_gone: whether there is no table at a place any more.
    """
    if session.scalar(select(Entry.id).where(Entry.place == place).limit(1)) is not None:
        return
    had = session.execute(select(Entry.place, func.count().label("rows")).group_by(Entry.place).order_by(Entry.place))
    rows_of = {row.place: row.rows for row in had if is_gone(row.place)}
    keys = [path.removeprefix(place) for path in paths]
    shared = {old: _count(session, [old + key for key in keys]) for old in rows_of}
    old = max(shared, key=lambda one: shared[one], default=None)
    if old is not None and shared[old] >= _SHARE * min(len(paths), rows_of[old]):
        _move(session, old, place)


def _count(session: Session, paths: Sequence[str]) -> int:
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.path.in_(paths))) or 0


def _at(place: str, path: InstrumentedAttribute[str], old: str) -> ColumnElement[str]:
    return literal(place).concat(func.substr(path, len(old) + 1))


def _move(session: Session, old: str, place: str) -> None:
    entries = select(Entry.id).where(Entry.place == old)
    session.execute(
        update(Statement).where(Statement.entry_id.in_(entries)).values(path=_at(place, Statement.path, old))
    )
    session.execute(update(Entry).where(Entry.place == old).values(path=_at(place, Entry.path, old), place=place))
    begins = f"{old}:"
    removed = session.scalars(select(RemovedFile).where(func.substr(RemovedFile.path, 1, len(begins)) == begins)).all()
    for row in removed:
        if row.content_hash == hash_of_entry(row.path):
            path = place + row.path[len(old) :]
            session.add(RemovedFile(path=path, content_hash=hash_of_entry(path)))
            session.delete(row)
    session.flush()
    session.expire_all()
