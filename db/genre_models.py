"""Queries about the heads, text opinions and calibrations that were fitted to the catalogue's labels."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.records import BundleRecord, GenreModelRecord
from db.tables import GenreModelRow, RegisteredBundle
from sleeve.vocabulary import Fingerprint


def newest(session: Session, bundle: BundleRecord) -> GenreModelRecord | None:
    """The model that answers for this bundle, or None when none was fitted yet."""
    row = session.scalar(
        select(GenreModelRow).where(GenreModelRow.bundle_id == bundle.id).order_by(GenreModelRow.id.desc()).limit(1)
    )
    return None if row is None else _record(row)


def newest_id(session: Session, fingerprint: Fingerprint) -> int | None:
    """The id of the model that answers for this bundle; quicker than the model."""
    query = select(GenreModelRow.id).join(RegisteredBundle).where(RegisteredBundle.fingerprint == fingerprint)
    return session.scalar(query.order_by(GenreModelRow.id.desc()).limit(1))


def store(
    session: Session,
    bundle: BundleRecord,
    *,
    head: bytes,
    calibration: bytes,
    text_opinion: bytes | None,
    metrics: Mapping[str, float],
) -> GenreModelRecord:
    """Keep a model; from its commit on it is the one that answers."""
    row = GenreModelRow(
        bundle_id=bundle.id, head=head, calibration=calibration, text_opinion=text_opinion, metrics=dict(metrics)
    )
    session.add(row)
    session.flush()
    return _record(row)


def _record(row: GenreModelRow) -> GenreModelRecord:
    return GenreModelRecord(row.id, row.head, row.calibration, row.text_opinion, row.metrics, row.fitted_at)
