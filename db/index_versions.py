"""Queries about index versions. Promotion moves the live mark in the caller's transaction.

A version belongs to the home that has its files, or to the server that has its tables: its *owner*. The owner of
versions from before homes had ids is empty.
"""

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
    .add_columns(
        RegisteredBundle.fingerprint, RegisteredBundle.name, RegisteredBundle.dimension, RegisteredBundle.has_model
    )
    .join(RegisteredBundle, RegisteredBundle.id == IndexVersion.bundle_id)
)


def live(session: Session, owner: str) -> IndexVersionRecord | None:
    """The version that answers in a home, or None before its first."""
    query = _VERSIONS.where(IndexVersion.live, IndexVersion.owner.in_({owner, ""}))
    found = session.execute(query.order_by(IndexVersion.owner.desc())).first()
    return None if found is None else _record(found)


def newest_elsewhere(session: Session, owner: str) -> IndexVersionRecord | None:
    """The newest version that answers in another home, or None."""
    query = _VERSIONS.where(IndexVersion.live, IndexVersion.owner != owner).order_by(IndexVersion.id.desc())
    found = session.execute(query).first()
    return None if found is None else _record(found)


def versions(session: Session, owner: str) -> list[IndexVersionRecord]:
    """Every version of a home, newest first."""
    query = _VERSIONS.where(IndexVersion.owner == owner).order_by(IndexVersion.id.desc())
    return [_record(row) for row in session.execute(query)]


def folders(session: Session) -> set[str]:
    """The folders of all versions of all homes."""
    return set(session.scalars(select(IndexVersion.folder)))


def previous(session: Session, owner: str) -> IndexVersionRecord | None:
    """The version that was live before the live one in a home, or None."""
    known = versions(session, owner)
    answering = next((version.id for version in known if version.live), 0)
    return next((version for version in known if version.id < answering), None)


def adopt(session: Session, owner: str, folders: Collection[str]) -> None:
    """Make the versions in these folders this home's, if they have no owner yet."""
    without_owner = update(IndexVersion).where(IndexVersion.owner == "", IndexVersion.folder.in_(folders))
    session.execute(without_owner.values(owner=owner))


def announce(session: Session, owner: str, bundle: BundleRecord, *, folder: str, kind: str) -> None:
    """Record that a version is being made, under an owner who answers nothing."""
    session.add(
        IndexVersion(owner=owner, bundle_id=bundle.id, folder=folder, kind=kind, count=0, recall=0.0, live=False)
    )


def promote(
    session: Session,
    owner: str,
    bundle: BundleRecord,
    *,
    folder: str,
    kind: str,
    count: int,
    recall: float,
    leftovers: str | None = None,
) -> IndexVersionRecord:
    """Record a finished version, which may have been announced, and make it the live one of its owner.

    Versions of this owner newer than the one that was live are forgotten: they were rolled back from.
    """
    session.execute(delete(IndexVersion).where(IndexVersion.folder == folder))
    known = versions(session, owner)
    before = next((version for version in known if version.live), None)
    if before is not None:
        forget(session, [version.id for version in known if version.id > before.id], leftovers)
    session.execute(update(IndexVersion).where(IndexVersion.owner == owner, IndexVersion.live).values(live=False))
    row = IndexVersion(
        owner=owner, bundle_id=bundle.id, folder=folder, kind=kind, count=count, recall=recall, live=True
    )
    session.add(row)
    session.flush()
    return _record(session.execute(_VERSIONS.where(IndexVersion.id == row.id)).one())


def switch(session: Session, owner: str, version_id: int) -> None:
    """Move the live mark of a home to a version of it that is kept."""
    own = update(IndexVersion).where(IndexVersion.owner == owner)
    session.execute(own.where(IndexVersion.live).values(live=False))
    session.execute(own.where(IndexVersion.id == version_id).values(live=True))


def forget(session: Session, version_ids: Collection[int], leftovers: str | None = None) -> None:
    """Drop versions whose folders are to go; the live one stays whatever is asked.

    Args:
        leftovers: the owner who is to keep their names until they are gone; None for nobody.
    """
    forgotten = (IndexVersion.id.in_(version_ids), ~IndexVersion.live)
    if leftovers is None:
        session.execute(delete(IndexVersion).where(*forgotten))
    else:
        session.execute(update(IndexVersion).where(*forgotten).values(owner=leftovers))


def _record(row: Row[Any]) -> IndexVersionRecord:
    return IndexVersionRecord(
        id=row.id,
        bundle=BundleRecord(row.bundle_id, Fingerprint(row.fingerprint), row.name, row.dimension, row.has_model),
        folder=row.folder,
        kind=row.kind,
        count=row.vectors,
        recall=row.recall,
        live=row.live,
        created_at=row.created_at,
    )
