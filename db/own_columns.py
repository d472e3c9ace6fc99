"""Queries about the further columns of tables that are declared, so that filters may ask for their values."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, desc, func, select
from sqlalchemy.orm import Session

from db.records import MAX_NAME_CHARACTERS, CatalogueFilter, ColumnCondition, Comparison, DeclaredColumn
from db.tables import ColumnValue, Cover, OwnColumn, write_values
from db.typed_cells import RANGES, fault
from sleeve.errors import CatalogueError, NotFoundError
from sleeve.vocabulary import ColumnKind

_ROWS = 4096

NAMED_FAULTS = 5
"""Covers that are named because their cells do not fit a column's kind."""


def called(name: str) -> str:
    """A column's name as ``Cover.extra`` has it."""
    return "".join(character for character in name if character.isprintable()).strip()[:MAX_NAME_CHARACTERS].lower()


def declared(session: Session) -> list[DeclaredColumn]:
    """The declared columns, by name."""
    covers = func.count(ColumnValue.cover_id.distinct())
    query = select(OwnColumn.name, OwnColumn.kind, covers).outerjoin(ColumnValue).group_by(OwnColumn.id)
    rows = session.execute(query.order_by(OwnColumn.name))
    return [DeclaredColumn(name, ColumnKind(kind), count) for name, kind, count in rows]


def kinds(session: Session) -> dict[str, ColumnKind]:
    """The declared columns and their kinds, by name."""
    rows = session.execute(select(OwnColumn.name, OwnColumn.kind).order_by(OwnColumn.name))
    return {name: ColumnKind(kind) for name, kind in rows}


def met(session: Session) -> dict[str, int]:
    """Every further column that sources have, declared or not → of how many covers they say something in it."""
    rows = session.scalars(select(Cover.extra).execution_options(yield_per=_ROWS))
    return dict(sorted(Counter(name for extra in rows for name in extra).items()))


def declare(session: Session, name: str, kind: ColumnKind) -> int:
    """Declare a column, or change its kind; returns how many covers have a value in it.

    Raises:
        CatalogueError: some cells hold nothing of this kind; nothing is declared.
    """
    session.execute(delete(OwnColumn).where(OwnColumn.name == name))
    column = OwnColumn(name=name, kind=kind)
    session.add(column)
    session.flush()
    count, faults, named = 0, 0, list[str]()
    rows = session.execute(
        select(Cover.id, Cover.file, Cover.extra).order_by(Cover.id).execution_options(yield_per=_ROWS)
    )
    for some in rows.partitions():
        said = {row.id: {name: row.extra[name]} for row in some if name in row.extra}
        for row in some:
            if row.id in said and (wrong := fault(kind, row.extra[name])):
                faults += 1
                named += [f"{row.file} ({wrong})"] if faults <= NAMED_FAULTS else []
        count += len(said)
        write_values(session.connection(), [column], said)
    if faults:
        more = f" and {faults - len(named)} more" if faults > len(named) else ""
        raise CatalogueError(f"{name} is not declared, because of {', '.join(named)}{more}")
    return count


def forget(session: Session, name: str) -> int:
    """Let a column no longer be declared; what sources say in it stays. Returns how many covers had a value in it.

    Raises:
        NotFoundError: it is not declared.
    """
    covers = {one.name: one.covers for one in declared(session)}
    if name not in covers:
        raise not_declared(name, list(covers))
    session.execute(delete(OwnColumn).where(OwnColumn.name == name))
    return covers[name]


def not_declared(name: str, names: Sequence[str]) -> NotFoundError:
    """What says that a filter or a person asks for a column that is not declared."""
    known = f"declared are {', '.join(names)}" if names else "none is declared"
    return NotFoundError(f"there is no declared column {name}; {known} (see `sleeve columns`)")


def widest(session: Session, columns: int) -> list[CatalogueFilter]:
    """Of the columns that say something of most covers, the filter each that is likely to let through most: the
    commonest value, or the lower half of numbers and dates."""
    found = sorted(declared(session), key=lambda one: -one.covers)[:columns]
    return [CatalogueFilter(where=(one,)) for column in found if (one := _widest(session, column)) is not None]


def _widest(session: Session, column: DeclaredColumn) -> ColumnCondition | None:
    column_id = select(OwnColumn.id).where(OwnColumn.name == column.name).scalar_subquery()
    rows = select(ColumnValue.said).where(ColumnValue.column_id == column_id)
    if column.kind in RANGES:
        middle = rows.order_by(ColumnValue.number, ColumnValue.folded).offset(column.covers // 2)
        said, comparison = session.scalar(middle.limit(1)), Comparison.AT_MOST
    else:
        common = rows.group_by(ColumnValue.said).order_by(desc(func.count()), ColumnValue.said)
        said, comparison = session.scalar(common.limit(1)), Comparison.EQUAL
    return None if said is None else ColumnCondition(column.name, comparison, said)
