"""``sleeve columns declare``: let filters ask for a further column of tables."""

from db import own_columns
from indexer.home import Home
from indexer.progress import Progress
from indexer.sources import COLUMNS
from indexer.sources.table_cells import OWN_PREFIX
from sleeve.errors import CatalogueError
from sleeve.vocabulary import ColumnKind


def declare_column(home: Home, progress: Progress, name: str, kind: ColumnKind) -> int:
    """Declare a column, or change its kind; returns how many covers have a value in it.

    Raises:
        CatalogueError: no further column can have this name, or some cells hold nothing of this kind; nothing changed.
    """
    called = own_columns.called(name)
    if not called or called in COLUMNS or called.startswith(OWN_PREFIX) or set(called) & set("<>="):
        raise CatalogueError(f"{name} cannot be declared: it is a column of Sleeve's own, or no name of a column")
    progress.start("Reading what is said in it", 1)
    with home.database.writing() as session:
        found = own_columns.declare(session, called, kind)
    progress.advance(1)
    return found
