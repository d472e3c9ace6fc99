"""``sleeve status --rejected``: the files that were offered and are no covers, and why."""

from db import offered
from db.records import RejectedFile
from indexer.home import Home
from indexer.progress import Progress


def list_rejected(home: Home, progress: Progress) -> list[RejectedFile]:
    """Every rejected file, by path.

    Raises:
        CatalogueError: the database cannot be used.
    """
    progress.start("Reading the catalogue", 1)
    with home.database.reading() as session:
        return offered.rejected(session)
