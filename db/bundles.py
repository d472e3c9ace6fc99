"""Queries about the bundles that vectors were made with."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.records import BundleRecord
from db.tables import RegisteredBundle, Vector
from sleeve.vocabulary import Fingerprint


def register(
    session: Session,
    fingerprint: Fingerprint,
    *,
    name: str,
    dimension: int,
    manifest: dict[str, Any],
    has_model: bool = True,
) -> BundleRecord:
    """The bundle with this fingerprint, made known if it was not."""
    found = find(session, fingerprint)
    if found is not None:
        return found
    row = RegisteredBundle(
        fingerprint=fingerprint, name=name, dimension=dimension, manifest=manifest, has_model=has_model
    )
    session.add(row)
    session.flush()
    return bundle_record(row)


def find(session: Session, fingerprint: Fingerprint) -> BundleRecord | None:
    """The bundle with this fingerprint, or None."""
    row = session.scalar(select(RegisteredBundle).where(RegisteredBundle.fingerprint == fingerprint))
    return None if row is None else bundle_record(row)


def without_model(session: Session) -> list[Mapping[str, Any]]:
    """The manifests of all bundles without a model, the oldest first."""
    query = select(RegisteredBundle.manifest).where(~RegisteredBundle.has_model).order_by(RegisteredBundle.id)
    return list(session.scalars(query))


def vector_counts(session: Session) -> dict[Fingerprint, int]:
    """How many vectors there are of each bundle that has any."""
    rows = session.execute(
        select(RegisteredBundle.fingerprint, func.count())
        .join(Vector, Vector.bundle_id == RegisteredBundle.id)
        .group_by(RegisteredBundle.fingerprint)
    )
    return {Fingerprint(fingerprint): count for fingerprint, count in rows}


def bundle_record(row: RegisteredBundle) -> BundleRecord:
    """A row as the record that leaves this package."""
    return BundleRecord(row.id, Fingerprint(row.fingerprint), row.name, row.dimension, row.has_model)
