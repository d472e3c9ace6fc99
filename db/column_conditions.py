"""What a filter asks of declared columns, as a condition of a query."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from db.own_columns import not_declared
from db.records import ColumnCondition, Comparison
from db.tables import Album, ColumnValue, Cover, OwnColumn
from db.typed_cells import RANGES, Value, values_of
from sleeve.errors import QueryError
from sleeve.vocabulary import ColumnKind

_BEHIND = "~"
"""Sorts behind whatever else a date that begins alike has."""


def says(session: Session, where: Sequence[ColumnCondition]) -> ColumnElement[bool]:
    """The condition that one cover of an album says all of this.

    Raises:
        NotFoundError: a column is not declared.
        QueryError: a value is of another kind than its column, or cannot be compared so.
    """
    columns = {one.name: one for one in session.scalars(select(OwnColumn)).all()}
    # Of each condition all covers are found at once: a join would compare each cover of one with each of another.
    covers = [
        select(ColumnValue.cover_id).where(
            ColumnValue.column_id == columns[one.column].id,
            _fits(ColumnKind(columns[one.column].kind), one.comparison, value),
        )
        for one in where
        for value in _asked(one, columns)
    ]
    return Album.id.in_(select(Cover.album_id).where(*(Cover.id.in_(some) for some in covers)))


def _asked(one: ColumnCondition, columns: Mapping[str, OwnColumn]) -> list[Value]:
    if one.column not in columns:
        raise not_declared(one.column, sorted(columns))
    kind = ColumnKind(columns[one.column].kind)
    if one.comparison is not Comparison.EQUAL and kind not in RANGES:
        raise QueryError(f"{one}: {one.column} is {kind}, which can only be compared with =")
    try:
        return values_of(kind, one.value)
    except ValueError as error:
        raise QueryError(f"{one}: the value {error}") from error


def _fits(kind: ColumnKind, comparison: Comparison, value: Value) -> ColumnElement[bool]:
    if kind is ColumnKind.TEXT:
        return and_(ColumnValue.folded == value.folded)
    side: Any = ColumnValue.folded if kind is ColumnKind.DATE else ColumnValue.number
    first = value.folded if kind is ColumnKind.DATE else value.number
    # All days of 1990 are equal to 1990, and none of them is above it.
    last = f"{first}{_BEHIND}" if kind is ColumnKind.DATE else first
    found: dict[Comparison, ColumnElement[bool]] = {
        Comparison.BELOW: side < first,
        Comparison.AT_MOST: side <= last,
        Comparison.EQUAL: and_(side >= first, side <= last),
        Comparison.AT_LEAST: side >= first,
        Comparison.ABOVE: side > last,
    }
    return found[comparison]
