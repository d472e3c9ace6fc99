"""What sources offer besides covers, and what a source that is read again no longer offers."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.records import OtherFiles, RejectedFile
from db.tables import Cover, File, OtherFilesRow
from sleeve.vocabulary import Outcome, Rejection

_AT_ONCE = 500

_Item = TypeVar("_Item")


def claim(session: Session, source: str, paths: Sequence[str]) -> None:
    """Keep which source offered these paths that are no covers, at most a batch of them."""
    if paths:
        session.execute(update(File).where(File.path.in_(paths)).values(source=source))


def forget_not_met(session: Session, source: str, still: Set[str]) -> None:
    """Forget how files of a source, or below it, ended that are no covers and none of ``still``: they are gone, or
    mended.

    What the catalogue has a cover of stays, whatever became of its file.
    """
    belongs = or_(File.source == source, within(File.path, source))
    rejected = (File.outcome == Outcome.REJECTED) & (File.reason != Rejection.INTERRUPTED)
    without_cover = select(File.path).where(
        or_(rejected, File.outcome == Outcome.REMOVED), File.cover_id.is_(None), belongs
    )
    gone = [path for path in session.scalars(without_cover) if path not in still]
    for some in _lists(gone):
        session.execute(delete(File).where(File.path.in_(some)))


def forget_rejected(session: Session, place: str) -> int:
    """Forget what was rejected at a path or below it, and say how many files that is; covers stay."""
    at = within(File.path, place)
    rejected = (File.outcome == Outcome.REJECTED) & File.cover_id.is_(None) & at
    count = session.scalar(select(func.count()).select_from(File).where(rejected)) or 0
    session.execute(delete(File).where(rejected))
    return count


def forget_gone(session: Session, present: Callable[[str], bool], *, everywhere: bool = False) -> None:
    """Forget what was no cover in sources that are gone.

    Args:
        present: whether there is something at a path.
        everywhere: look for each folder with files that are no covers, too, which takes long on a network.
    """
    found = {source for source in session.scalars(select(File.source).distinct()) if source is not None}
    if everywhere:
        found.update(session.scalars(select(OtherFilesRow.place).distinct()))
    for place in sorted(found):
        if not present(place):
            forget_not_met(session, place, frozenset())
            set_others(session, place, ())


def set_others(session: Session, source: str, others: Iterable[OtherFiles]) -> None:
    """Keep what a source met besides covers, in place of what it met before.

    Args:
        others: each place and kind once.
    """
    place = OtherFilesRow.place
    session.execute(delete(OtherFilesRow).where(within(place, source)))
    rows = ({"place": other.place, "kind": other.kind, "files": other.files} for other in others)
    for some in _lists(rows):
        session.execute(insert(OtherFilesRow), some)


def others(session: Session) -> Mapping[str, int]:
    """How many files of each kind are not covers, the commonest kind first."""
    total = func.sum(OtherFilesRow.files)
    rows = session.execute(
        select(OtherFilesRow.kind, total).group_by(OtherFilesRow.kind).order_by(total.desc(), OtherFilesRow.kind)
    )
    return {row[0]: int(row[1]) for row in rows}


def rejected(session: Session) -> list[RejectedFile]:
    """Every file that was rejected, by path."""
    query = select(File.path, File.reason, File.detail).where(File.outcome == Outcome.REJECTED).order_by(File.path)
    return [RejectedFile(row.path, row.path, Rejection(row.reason), row.detail or "") for row in session.execute(query)]


def within(path: InstrumentedAttribute[str], place: str) -> ColumnElement[bool]:
    """Whether a path is a place or in it: in a folder or archive, or a row of a table. LIKE takes ``A`` for ``a``."""
    inside, row = place.rstrip(os.sep) + os.sep, f"{place}:"
    return or_(path == place, *(func.substr(path, 1, len(begins)) == begins for begins in (inside, row)))


def covers_within(session: Session, place: str) -> list[str]:
    """The paths of the covers at a place or below it."""
    return list(session.scalars(select(Cover.path).where(within(Cover.path, place))))


def _lists(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    remaining = iter(items)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some
