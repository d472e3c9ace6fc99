"""``sleeve index --worker``: index what is added and read it, until stopped."""

import logging
from time import monotonic, sleep
from typing import NoReturn

from db import vectors
from indexer.home import Home
from indexer.jobs.index import index
from indexer.jobs.read import read
from indexer.progress import Progress
from sleeve.errors import BusyError, SleeveError

REST_AFTER_FAILURE_S = 600.0
"""How long no cover is read after one could not be."""

_log = logging.getLogger(__name__)


def work(home: Home, progress: Progress, *, every_s: float) -> NoReturn:
    """Run ``index`` again and again until stopped, and ``read`` whenever every cover can be found; whatever fails is
    logged and tried again the next time.

    Args:
        every_s: the pause after each run, seconds.
    """
    reads_from_s = monotonic()
    while True:
        try:
            index(home, progress)
            if monotonic() >= reads_from_s and not _read(home, progress):
                reads_from_s = monotonic() + REST_AFTER_FAILURE_S
        except SleeveError as error:
            _log.warning("%s; trying again in %g s", error, every_s)
        sleep(every_s)


def _read(home: Home, progress: Progress) -> bool:
    """Read until a new cover waits to be embedded; returns whether every cover could be read."""
    left = _count_pending(home)
    try:
        return not read(home, progress, stops=lambda: _count_pending(home) > left).rejected
    except BusyError:
        # A service of this home reads already.
        return True


def _count_pending(home: Home) -> int:
    bundle = home.require_live().bundle
    with home.database.reading() as session:
        return vectors.count_pending(session, bundle)
