"""The statements that reach a database, counted where the driver takes them."""

from collections.abc import Callable
from typing import Any

from psycopg2.extensions import cursor
from sqlalchemy import event

from db.database import Database

_PING = "SELECT 1"
"""With it the pool looks whether a connection is still there."""


def watch_statements(database: Database, seen: Callable[[str], None]) -> None:
    """Call ``seen`` with each statement from now on, those that begin a transaction included."""

    class WatchedCursor(cursor):  # type: ignore[misc]
        def execute(self, query: Any, vars: Any = None) -> None:
            if query != _PING:
                seen(str(query))
            super().execute(query, vars)

    def watch(connection: Any, _record: object) -> None:
        if database.engine.dialect.name == "postgresql":
            connection.cursor_factory = WatchedCursor
        else:
            connection.set_trace_callback(seen)

    event.listen(database.engine, "connect", watch)
    database.engine.dispose()  # so that every connection is a new one
