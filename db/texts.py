"""Queries about texts: which covers wait to be read, storing what was read, and what covers say."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from db.leases import Task
from db.letters import lines_of_letters
from db.records import BundleRecord, NewText, TextCounts, TextLine
from db.tables import Cover, CoverText, Vector
from sleeve.vocabulary import AlbumId, CoverId, Fingerprint, Side

_ASKED_AT_ONCE = 8192

_LINES_OF = select(CoverText.cover_id, CoverText.lines).where(
    CoverText.cover_id.in_(bindparam("cover_ids", expanding=True))
)


def reading(reader: Fingerprint | None) -> Task:
    """To be read.

    Args:
        reader: also covers that another reader has read.
    """
    return Task("read", _pending(reader))


def count_pending(session: Session, reader: Fingerprint | None = None) -> int:
    """How many covers wait to be read, as for ``reading``."""
    return session.scalar(_pending(reader).with_only_columns(func.count())) or 0


def counts(session: Session) -> TextCounts:
    """How many covers were read, on how many of them there is nothing to read, and how many wait."""
    read, with_text = session.execute(select(func.count(), func.count(CoverText.letters))).one()
    return TextCounts(read, read - with_text, count_pending(session))


def store(session: Session, reader: Fingerprint, new: Sequence[NewText]) -> int:
    """Store texts in place of older ones; one whose cover was removed or changed meanwhile is dropped. Returns how many
    stayed."""
    wanted = [item.cover_id for item in new]
    found = session.execute(select(Cover.id, Cover.content_hash).where(Cover.id.in_(wanted)))
    current = {row.id: row.content_hash for row in found}
    rows = [
        {
            "cover_id": item.cover_id,
            "reader": reader,
            "lines": [_document(line) for line in item.lines],
            "letters": lines_of_letters([line.text for line in item.lines]),
        }
        for item in new
        if current.get(item.cover_id) == item.content_hash
    ]
    if rows:
        session.execute(delete(CoverText).where(CoverText.cover_id.in_([row["cover_id"] for row in rows])))
        session.execute(insert(CoverText), rows)
    return len(rows)


def of_covers(session: Session, cover_ids: Sequence[CoverId]) -> dict[CoverId, tuple[TextLine, ...]]:
    """The lines of each of these covers, from top to bottom; covers that nobody has read yet are absent."""
    found: dict[CoverId, tuple[TextLine, ...]] = {}
    for start in range(0, len(cover_ids), _ASKED_AT_ONCE):
        wanted = cover_ids[start : start + _ASKED_AT_ONCE]
        rows = session.execute(_LINES_OF, {"cover_ids": wanted})
        found |= {CoverId(row.cover_id): tuple(_line(line) for line in row.lines) for row in rows}
    return found


def of_album(session: Session, bundle: BundleRecord, album_id: AlbumId) -> tuple[TextLine, ...]:
    """The lines of the cover that has the first of the album's vectors, as ``vectors.of_album`` orders them; none if
    nobody has read it yet."""
    first = (
        select(Vector.cover_id)
        .join(Cover, Cover.id == Vector.cover_id)
        .where(Cover.album_id == album_id, Vector.bundle_id == bundle.id)
        .order_by(Cover.side != Side.FRONT, Vector.id)
        .limit(1)
    )
    cover_id = session.scalar(first)
    return () if cover_id is None else of_covers(session, [CoverId(cover_id)]).get(CoverId(cover_id), ())


def _pending(reader: Fingerprint | None) -> Select[int, str, str, str]:
    unread = CoverText.cover_id.is_(None)
    return (
        select(Cover.id, Cover.file, Cover.path, Cover.content_hash)
        .outerjoin(CoverText, CoverText.cover_id == Cover.id)
        .where(unread if reader is None else or_(unread, CoverText.reader != reader))
    )


def _document(line: TextLine) -> dict[str, Any]:
    return {"text": line.text, "box": line.box, "confidence": line.confidence}


def _line(document: dict[str, Any]) -> TextLine:
    return TextLine(document["text"], tuple((x, y) for x, y in document["box"]), document["confidence"])
