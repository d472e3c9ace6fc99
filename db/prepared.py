"""Statements that are built once and handed to the driver as they are.

SQLAlchemy's own way from a statement to its rows takes several times as long as a short statement itself.
"""

from typing import Any

from sqlalchemy import Connection, FunctionElement, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """A statement that reads; its columns come as the driver has them."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, dict[str, Any], list[str] | None]] = {}

    def rows(self, connection: Connection, **parameters: object) -> list[tuple[Any, ...]]:
        """All rows. No transaction is begun for it.

        Raises:
            DBAPIError: as SQLAlchemy's own way.
        """
        dialect = connection.dialect
        text, constants, order = self._compiled.get(dialect.name) or self._compile(connection)
        values = {**constants, **parameters}
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, values if order is None else [values[name] for name in order])
            return cursor.fetchall()  # type: ignore[return-value]
        except dialect.loaded_dbapi.Error as error:
            base = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(text, None, error, base, hide_parameters=True, dialect=dialect) from error
        finally:
            cursor.close()

    def rows_in(self, session: Session, **parameters: object) -> list[tuple[Any, ...]]:
        """As ``rows``, of what the session's transaction sees, its own changes included."""
        session.flush()
        return self.rows(session.connection(), **parameters)

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any], list[str] | None]:
        compiled = self._statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)
        order = list(compiled.positiontup) if compiled.positiontup is not None else None
        found = (compiled.string, dict(compiled.params), order)
        self._compiled[connection.dialect.name] = found
        return found


class is_listed(FunctionElement[bool]):  # noqa: N801 - named like the functions of SQLAlchemy
    """Whether a number is in a list, given as JSON: one parameter, so that the statement is the same for any length."""

    inherit_cache = True


@compiles(is_listed, "sqlite")
def _in_json(element: is_listed, compiler: SQLCompiler, **options: Any) -> str:
    number, listed = (compiler.process(part, **options) for part in element.clauses)
    return f"{number} IN (SELECT value FROM json_each({listed}))"


@compiles(is_listed, "postgresql")
def _in_array(element: is_listed, compiler: SQLCompiler, **options: Any) -> str:
    number, listed = (compiler.process(part, **options) for part in element.clauses)
    return f"{number} = ANY (CAST(translate({listed}, '[]', '{{}}') AS BIGINT[]))"
