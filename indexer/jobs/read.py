"""``sleeve read``: the text of every cover that nobody has read yet; it parts covers of one series."""

from collections.abc import Callable

from db import texts
from indexer.artwork import part_series
from indexer.files import locked
from indexer.home import Home
from indexer.progress import Progress
from indexer.reading import ReadReport, read_pending, reader_fingerprint
from sleeve.errors import BusyError


def read(
    home: Home, progress: Progress, *, again: bool = False, stops: Callable[[], bool] = lambda: False
) -> ReadReport:
    """Read the covers that wait for it. The networks are loaded only if there is such a cover.

    Args:
        again: also those that another reader has read.
        stops: is asked now and then whether to leave the rest to a later run.

    Raises:
        BusyError: another process reads the covers of this home.
        ReaderError: what reads texts is missing or damaged.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    busy = BusyError(f"another `sleeve read` is at work in {home.folder}; wait until it ends")
    with locked(home.reading_lock, busy):
        with home.database.reading() as session:
            pending = texts.count_pending(session, reader_fingerprint(home.reader_files) if again else None)
        if not pending:
            return ReadReport()
        report = read_pending(home.database, home.reader(), progress, threads=home.threads, again=again, stops=stops)
        part_series(home.database)
        return report
