"""The schema's state: is it current, and bring it there (Alembic runs underneath)."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from db.database import Database
from db.errors import CatalogueError


def upgrade(database: Database) -> str:
    """Bring the schema to the newest revision and return that; harmless when it is there already.

    Two processes that upgrade at once take turns. Either the whole upgrade is done or none of it.
    """
    config = _config()
    with database.writing() as session:
        connection = session.connection()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest_revision()


def ensure_current(database: Database, *, create: bool) -> None:
    """Make sure that the schema is the one this code was written for.

    Args:
        database: the catalogue.
        create: set up an empty database instead of refusing it.

    Raises:
        CatalogueError: the schema is older or newer, or missing and ``create`` is false.
    """
    with database.reading() as session:
        connection = session.connection()
        found = current_revision(connection)
        empty = found is None and not inspect(connection).get_table_names()
    if found == newest_revision():
        return
    if empty and create:
        upgrade(database)
    elif empty:
        raise CatalogueError(f"the database {database} is empty; run `sleeve db upgrade` first")
    elif found is not None and found not in _known_revisions():
        raise CatalogueError(f"the database {database} is of a newer Sleeve (revision {found}); update Sleeve")
    else:
        raise CatalogueError(f"the database {database} is of an older Sleeve; run `sleeve db upgrade`")


def current_revision(connection: Connection) -> str | None:
    """The revision that the database says it has, or None."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision that this code was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise CatalogueError("no migrations are installed with Sleeve; install it again")
    return head


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
