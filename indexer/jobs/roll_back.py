"""``sleeve index rollback``: go back to the index version before the live one, or to another that is kept."""

from dataclasses import dataclass, replace

from db import vectors
from db.records import IndexVersionRecord
from indexer.home import Home
from indexer.jobs.running import one_at_a_time
from indexer.progress import Progress
from sleeve.errors import BundleError


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The version that is live again, and the covers that wait to be embedded by its bundle."""

    version: IndexVersionRecord
    pending: int


def roll_back(home: Home, progress: Progress, folder: str | None = None) -> RolledBack:
    """Make the version before the live one live again.

    Args:
        folder: of another version that is kept, which is to be live instead; it may be newer.

    Raises:
        NotFoundError: there is none.
        BundleError: its bundle is not there any more.
        VectorIndexError: its files are missing or damaged; ``BusyError`` if another process is at work on the index.
    """
    with one_at_a_time(home):
        before = home.versions.previous() if folder is None else home.versions.named(folder)
        if home.shelf.of(before.bundle.fingerprint) is None:
            raise BundleError(
                f"index {before.folder} is of the bundle {before.bundle.name}, which is not there any more; "
                "put it back first"
            )
        progress.start("Checking the index", before.count)
        home.versions.switch(before)
        progress.advance(before.count)
    with home.database.reading() as session:
        return RolledBack(replace(before, live=True), vectors.count_pending(session, before.bundle))
