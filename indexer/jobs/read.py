"""``sleeve read``: the text of every cover that nobody has read yet; it parts covers of one series."""

from collections.abc import Callable

from db import texts
from indexer.artwork import part_series
from indexer.files import locked
from indexer.home import Home
from indexer.images.leased import Holder
from indexer.progress import Progress
from indexer.reading import ReadReport, read_pending, reader_fingerprint
from sleeve.errors import BusyError


def read(
    home: Home,
    progress: Progress,
    *,
    again: bool = False,
    holder: Holder | None = None,
    stops: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Read the covers that wait for it, together with whoever else reads those of this catalogue.

    The networks are loaded only if there is such a cover.

    Args:
        again: also those that another reader has read.
        holder: who reads next to others of this home; without it, one process of a home reads.
        stops: is asked now and then whether to leave the rest to a later run.

    Raises:
        BusyError: another process reads the covers of this home.
        ReaderError: what reads texts is missing or damaged.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    if holder is not None:
        return _read(home, progress, holder, again=again, stops=stops)
    busy = BusyError(f"another `sleeve read` is at work in {home.folder}; wait until it ends")
    with locked(home.reading_lock, busy):
        return _read(home, progress, home.holder(), again=again, stops=stops)


def _read(home: Home, progress: Progress, holder: Holder, *, again: bool, stops: Callable[[], bool]) -> ReadReport:
    with home.database.reading() as session:
        pending = texts.count_pending(session, reader_fingerprint(home.reader_files) if again else None)
    if not pending:
        return ReadReport()
    report = read_pending(
        home.database, home.reader(), progress, threads=home.threads, holder=holder, again=again, stops=stops
    )
    part_series(home.database)
    return report
