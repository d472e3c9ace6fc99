"""``sleeve columns forget``: let filters no longer ask for a further column of tables."""

from db import own_columns
from indexer.home import Home
from indexer.progress import Progress


def forget_column(home: Home, progress: Progress, name: str) -> int:
    """Let a column no longer be declared; what sources say in it stays. Returns how many covers had a value in it.

    Raises:
        NotFoundError: it is not declared.
    """
    progress.start("Forgetting its values", 1)
    with home.database.writing() as session:
        covers = own_columns.forget(session, own_columns.called(name))
    progress.advance(1)
    return covers
