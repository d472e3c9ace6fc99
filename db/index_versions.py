"""Queries about index versions. Promotion moves the live mark in the caller's transaction."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.bundles import bundle_record
from db.records import BundleRecord, IndexVersionRecord
from db.tables import IndexVersion, RegisteredBundle


def live(session: Session) -> IndexVersionRecord | None:
    """The version that answers, or None before the first."""
    found = [version for version in versions(session) if version.live]
    return found[0] if found else None


def versions(session: Session) -> list[IndexVersionRecord]:
    """Every version, newest first."""
    rows = session.execute(
        select(IndexVersion, RegisteredBundle)
        .join(RegisteredBundle, RegisteredBundle.id == IndexVersion.bundle_id)
        .order_by(IndexVersion.id.desc())
    )
    return [_record(version, bundle) for version, bundle in rows]


def promote(
    session: Session, bundle: BundleRecord, *, folder: str, kind: str, count: int, recall: float
) -> IndexVersionRecord:
    """Record a finished version and make it the live one."""
    session.execute(update(IndexVersion).where(IndexVersion.live).values(live=False))
    row = IndexVersion(bundle_id=bundle.id, folder=folder, kind=kind, count=count, recall=recall, live=True)
    session.add(row)
    session.flush()
    return _record(row, session.get_one(RegisteredBundle, bundle.id))


def forget(session: Session, version_ids: Collection[int]) -> None:
    """Drop versions whose folders are to go; the live one stays whatever is asked."""
    session.execute(delete(IndexVersion).where(IndexVersion.id.in_(version_ids), ~IndexVersion.live))


def _record(version: IndexVersion, bundle: RegisteredBundle) -> IndexVersionRecord:
    return IndexVersionRecord(
        id=version.id,
        bundle=bundle_record(bundle),
        folder=version.folder,
        kind=version.kind,
        count=version.count,
        recall=version.recall,
        live=version.live,
        created_at=version.created_at,
    )
