"""Images by URL that are being written: the next run knows that a run that was killed wrote them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Cover, File
from sleeve.vocabulary import Outcome, Rejection


def begin(session: Session, paths: Sequence[str]) -> None:
    """Note that files are about to be written at free paths; registering them notes how that ended."""
    known = {row.path: row for row in session.scalars(select(File).where(File.path.in_(paths)))}
    for path in paths:
        row = known.get(path) or File(path=path)
        row.outcome, row.reason, row.detail = Outcome.REJECTED, Rejection.INTERRUPTED, "add it again"
        session.add(row)


def interrupted(session: Session, paths: Sequence[str]) -> set[str]:
    """Those of these paths that a run began to write and did not register."""
    wanted = File.path.in_(paths) & (File.outcome == Outcome.REJECTED) & (File.reason == Rejection.INTERRUPTED)
    return set(session.scalars(select(File.path).where(wanted)))


def stored(session: Session, paths: Sequence[str]) -> set[str]:
    """Those of these paths that have a cover whose file Sleeve wrote."""
    return set(session.scalars(select(Cover.path).where(Cover.path.in_(paths), Cover.stored)))
