"""``sleeve index prune``: delete the index versions that are not needed any more."""

from indexer.home import Home
from indexer.jobs.running import one_at_a_time
from indexer.progress import Progress
from indexer.vector_index.shelf import Pruned


def prune(home: Home, progress: Progress) -> Pruned:
    """Delete all index versions but the live one and the one before it, and what crashes left.

    Raises:
        BusyError: another process is at work on the index.
    """
    with one_at_a_time(home):
        return home.versions.prune(progress)
