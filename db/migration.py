"""The schema's state: is it current, and bring it there (Alembic runs underneath).

Alembic is imported when it is needed only: every command asks whether the schema is current, and almost always it is.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from db.database import Database
from migrations import NEWEST
from sleeve.errors import CatalogueError

if TYPE_CHECKING:
    from alembic.config import Config

_REVISIONS_TABLE = "alembic_version"


def upgrade(database: Database) -> str:
    """Bring the schema to the newest revision and return that; harmless when it is there already.

    Two processes that upgrade at once take turns. Either the whole upgrade is done or none of it.

    Raises:
        CatalogueError: the schema is of a newer Sleeve.
    """
    from alembic import command

    config = _config()
    with database.writing(rebuilding=True) as session:
        connection = session.connection()
        _, found = _tables_and_revision(connection)
        if found is not None and found not in _known_revisions():
            raise _newer(database, found)
        config.attributes["connection"] = connection
        command.upgrade(config, NEWEST)
    return NEWEST


def ensure_current(database: Database, *, create: bool) -> None:
    """Make sure that the schema is the one this code was written for.

    Args:
        database: the catalogue.
        create: set up an empty database instead of refusing it.

    Raises:
        CatalogueError: the schema is older or newer, or missing and ``create`` is false.
    """
    with database.reading() as session:
        tables, found = _tables_and_revision(session.connection())
    if found == NEWEST:
        return
    if not tables and create:
        upgrade(database)
    elif not tables:
        raise CatalogueError(f"the database {database} is empty; run `sleeve db upgrade` first")
    elif found is not None and found not in _known_revisions():
        raise _newer(database, found)
    else:
        raise CatalogueError(f"the database {database} is of an older Sleeve; run `sleeve db upgrade`")


def _tables_and_revision(connection: Connection) -> tuple[list[str], str | None]:
    tables = inspect(connection).get_table_names()
    return tables, current_revision(connection) if _REVISIONS_TABLE in tables else None


def _newer(database: Database, revision: str) -> CatalogueError:
    return CatalogueError(f"the database {database} is of a newer Sleeve (revision {revision}); update Sleeve")


def current_revision(connection: Connection) -> str | None:
    """The revision that a database with a table of revisions says it has, or None."""
    return connection.execute(text(f"SELECT version_num FROM {_REVISIONS_TABLE}")).scalar()


def _known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
