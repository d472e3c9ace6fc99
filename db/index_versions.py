"""Queries about index versions. Promotion moves the live mark in the caller's transaction."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from db.records import BundleRecord, IndexVersionRecord
from db.tables import IndexVersion, RegisteredBundle
from sleeve.vocabulary import Fingerprint

# Columns, not objects: the live version is asked for before every search.
_VERSIONS = (
    select(
        IndexVersion.id,
        IndexVersion.folder,
        IndexVersion.kind,
        # Rows have a method of the name.
        IndexVersion.count.label("vectors"),
        IndexVersion.recall,
        IndexVersion.live,
        IndexVersion.created_at,
        IndexVersion.bundle_id,
    )
    .add_columns(RegisteredBundle.fingerprint, RegisteredBundle.name, RegisteredBundle.dimension)
    .join(RegisteredBundle, RegisteredBundle.id == IndexVersion.bundle_id)
)


def live(session: Session) -> IndexVersionRecord | None:
    """The version that answers, or None before the first."""
    found = session.execute(_VERSIONS.where(IndexVersion.live)).first()
    return None if found is None else _record(found)


def versions(session: Session) -> list[IndexVersionRecord]:
    """Every version, newest first."""
    return [_record(row) for row in session.execute(_VERSIONS.order_by(IndexVersion.id.desc()))]


def previous(session: Session) -> IndexVersionRecord | None:
    """The version that was live before the live one, or None."""
    known = versions(session)
    answering = next((version.id for version in known if version.live), 0)
    return next((version for version in known if version.id < answering), None)


def promote(
    session: Session, bundle: BundleRecord, *, folder: str, kind: str, count: int, recall: float
) -> IndexVersionRecord:
    """Record a finished version and make it the live one.

    Versions newer than the one that was live are forgotten: they were rolled back from.
    """
    before = live(session)
    if before is not None:
        session.execute(delete(IndexVersion).where(IndexVersion.id > before.id))
    session.execute(update(IndexVersion).where(IndexVersion.live).values(live=False))
    row = IndexVersion(bundle_id=bundle.id, folder=folder, kind=kind, count=count, recall=recall, live=True)
    session.add(row)
    session.flush()
    return _record(session.execute(_VERSIONS.where(IndexVersion.id == row.id)).one())


def switch(session: Session, version_id: int) -> None:
    """Move the live mark to a version that is kept."""
    session.execute(update(IndexVersion).where(IndexVersion.live).values(live=False))
    session.execute(update(IndexVersion).where(IndexVersion.id == version_id).values(live=True))


def forget(session: Session, version_ids: Collection[int]) -> None:
    """Drop versions whose folders are to go; the live one stays whatever is asked."""
    session.execute(delete(IndexVersion).where(IndexVersion.id.in_(version_ids), ~IndexVersion.live))


def _record(row: Row[Any]) -> IndexVersionRecord:
    return IndexVersionRecord(
        id=row.id,
        bundle=BundleRecord(row.bundle_id, Fingerprint(row.fingerprint), row.name, row.dimension),
        folder=row.folder,
        kind=row.kind,
        count=row.vectors,
        recall=row.recall,
        live=row.live,
        created_at=row.created_at,
    )
