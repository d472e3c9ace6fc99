"""The connection to the catalogue: one engine, two scopes (``reading``, ``writing``), the only place that commits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, FunctionElement, Select, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from sleeve.errors import BusyError, CatalogueError, SettingsError, first_line

LOCK_TIMEOUT_S = 60
"""How long a writer waits for another writer before it gives up."""

POOL_CONNECTIONS, MORE_CONNECTIONS = 8, 36
"""Connections of a process: those kept open, and those opened in addition while many threads read at once."""

CONNECTION_TIMEOUT_S = 10
"""How long a thread waits for a connection."""

WAITING_WRITERS = 4
"""Threads of a process that may write or wait for another process's write at once; each holds a connection."""

TURN_TIMEOUT_S = 2.0
"""How long any further thread waits to be one of them: a stuck writer elsewhere must not hold up those that read."""

_SQLITE_CAUSES = {
    "disk I/O error": "its disk fails, or is a network share without the shared memory that SQLite needs; keep "
    "SLEEVE_HOME on a local disk, or name a PostgreSQL in SLEEVE_DATABASE_URL",
    "database or disk is full": "the disk is full",
    "attempt to write a readonly database": "it may be read but not written by this user",
}
"""What SQLite's words come from, and what helps."""

_UTF8 = "UTF8"

_WRITER_LOCK = 0x51EE7E
"""PostgreSQL advisory lock that admits one writer at a time, as SQLite does by nature."""


def database_url(address: str | None, default_file: Path) -> URL:
    """The URL of a catalogue's database, with its driver named.

    Args:
        address: as ``SLEEVE_DATABASE_URL`` gives it; None for SQLite in ``default_file``.

    Raises:
        SettingsError: the address cannot be read, or names a database that Sleeve does not support.
    """
    if address is None:
        return URL.create("sqlite", database=str(default_file))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # of a port that is no number
        raise SettingsError(
            "SLEEVE_DATABASE_URL is not a database URL (postgresql://user:password@host/name)"
        ) from error
    backend = url.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        if address.partition("?")[0].count("@") > (url.username is not None):
            # What is taken for the host or the name may be a piece of the password, so it is not repeated.
            raise SettingsError("SLEEVE_DATABASE_URL has an @ too many; in a password, @ is written %40")
        return url.set(drivername="postgresql+psycopg2")
    if backend == "sqlite":
        if url.host is not None:
            raise SettingsError("SLEEVE_DATABASE_URL names a host; a SQLite database is sqlite:////PATH/OF/ITS/FILE")
        return url
    raise SettingsError(f"SLEEVE_DATABASE_URL names {backend}; Sleeve supports postgresql and sqlite")


class Database:
    """An engine and the two ways to use it.

    Writers take turns on both engines (SQLite's write lock, an advisory lock on PostgreSQL), so a writer may read,
    decide and write without another changing its mind in between. Transactions are short: one for each batch.
    """

    def __init__(self, url: URL) -> None:
        self.engine = _create_engine(url)
        self.url = url
        self._turns = BoundedSemaphore(WAITING_WRITERS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __str__(self) -> str:
        """Its address without password and options, one of which may be a password: what messages call it."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing.

        Raises:
            CatalogueError: the database cannot be reached.
        """
        with self._translated(), Session(self.engine) as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """A connection for one ``Prepared`` statement: the statement alone sees one consistent state, so it needs no
        transaction, which would take longer than itself.

        Raises:
            CatalogueError: the database cannot be reached.
        """
        with self._translated(), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def writing(self, *, rebuilding: bool = False) -> Iterator[Session]:
        """A session that commits when its block ends well and rolls back when it does not.

        Args:
            rebuilding: tables are replaced; SQLite would delete what refers to their rows.

        Raises:
            CatalogueError: the database cannot be reached, is full, or stays locked for ``LOCK_TIMEOUT_S``; or many
                wait for that already.
        """
        with self._turn(), self._translated(), Session(self.engine) as session, session.begin():
            session.connection(execution_options={"writing": True, "rebuilding": rebuilding})
            if self.engine.dialect.name == "postgresql":
                session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            yield session

    @contextmanager
    def only_one(self, work: str, busy: BusyError) -> Iterator[None]:
        """Hold a lock of the database by which hosts take turns at some work; it goes with the process, however that
        ends. A SQLite is of one host, whose own locks are enough.

        Raises:
            BusyError: as given, if another holds it.
        """
        if self.engine.dialect.name == "sqlite":
            yield
            return
        key = {"key": int.from_bytes(sha256(work.encode()).digest()[:8], signed=True)}
        with self.asking() as connection:
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
                raise busy
            try:
                yield
            finally:
                # A connection that broke has let go of it.
                with suppress(DatabaseError):
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    def check(self) -> None:
        """Ask the database for an answer.

        Raises:
            CatalogueError: it cannot be reached.
        """
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=TURN_TIMEOUT_S):
            raise CatalogueError("too many changes wait for the database, which another process holds; try again later")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            said = first_line(error.orig or error)
            raise CatalogueError(f"the database {self} cannot be used: {_SQLITE_CAUSES.get(said, said)}") from error
        except PoolTimeoutError as error:
            raise CatalogueError(f"every connection to the database {self} is in use; try again later") from error
        except DatabaseError as error:
            if self.engine.dialect.name == "sqlite" and "not a database" in str(error.orig):
                raise CatalogueError(f"{self.url.database} is not a SQLite database") from error
            if error.statement is None:  # nothing was asked yet
                raise CatalogueError(
                    f"the database {self} cannot be used: {first_line(error.orig or error)}"
                ) from error
            raise


class Prepared:
    """A statement that reads, built once and handed to the driver as it is. Columns come as the driver has them.

    SQLAlchemy's own way from a statement to its rows takes several times as long as a short statement itself.
    """

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


def _create_engine(url: URL) -> Engine:
    pool: dict[str, Any] = {
        "pool_size": POOL_CONNECTIONS,
        "max_overflow": MORE_CONNECTIONS,
        "pool_timeout": CONNECTION_TIMEOUT_S,
        "hide_parameters": True,
    }
    if url.get_backend_name() != "sqlite":
        connect = {"connect_timeout": 10, "client_encoding": _UTF8}
        engine = create_engine(url, pool_pre_ping=True, connect_args=connect, **pool)
        event.listen(engine, "connect", _check_encoding)
        return engine
    if url.database:
        try:
            # A catalogue is nobody else's business.
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogueError(f"cannot make the folder of {url.database}: {error.strerror}") from error
    engine = create_engine(_as_it_may_be_used(url), connect_args={"timeout": LOCK_TIMEOUT_S}, **pool)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _as_it_may_be_used(url: URL) -> URL:
    """The URL, or one that only reads if the file is where nothing can be written (a read-only mount or folder).

    SQLite itself cannot even read there, because it keeps its shared memory next to the file.

    Raises:
        CatalogueError: what was written last is not in the file yet.
    """
    file = Path(url.database or "")
    if not url.database or not file.is_file() or os.access(file.parent, os.W_OK):
        return url
    log = file.with_name(f"{file.name}-wal")
    if log.is_file() and log.stat().st_size:
        raise CatalogueError(
            f"{file} may only be read, and what was written to it last waits in {log.name}; run `sleeve status` once "
            "where the home can be written to"
        )
    return url.set(database=f"file:{quote(str(file))}", query={"immutable": "1", "uri": "true"})


def _check_encoding(connection: Any, _record: object) -> None:
    """Refuse a PostgreSQL that cannot store every name, before anything is written to it."""
    encoding = connection.get_parameter_status("server_encoding")
    if encoding != _UTF8:
        raise CatalogueError(
            f"the database is in the encoding {encoding}, which cannot store every name; make one in UTF-8 "
            "(createdb --encoding UTF8 --template template0 NAME)"
        )


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes would fail at once, whatever the timeout, if another wrote meanwhile;
    # a writer therefore takes the lock at its beginning.
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if options.get('rebuilding') else 'ON'}")
    writing = options.get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
