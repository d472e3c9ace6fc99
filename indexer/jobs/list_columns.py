"""``sleeve columns``: the further columns of tables."""

from collections.abc import Mapping

from db import own_columns
from indexer.home import Home
from indexer.progress import Progress
from sleeve.vocabulary import ColumnKind


def list_columns(home: Home, progress: Progress) -> tuple[Mapping[str, ColumnKind], Mapping[str, int]]:
    """The declared columns with their kinds; and every column that sources have → of how many covers they say something
    in it."""
    progress.start("Reading the catalogue", 1)
    with home.database.reading() as session:
        return own_columns.kinds(session), own_columns.met(session)
