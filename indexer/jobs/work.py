"""``sleeve index --worker``: index what is added and read it, until stopped, together with all other workers."""

import logging
from collections.abc import Mapping
from time import sleep
from typing import NoReturn

from indexer.home import Home
from indexer.jobs.share import share
from indexer.progress import Progress
from sleeve.errors import SleeveError

_log = logging.getLogger(__name__)


def work(home: Home, progress: Progress, *, every_s: float) -> NoReturn:
    """``share`` again and again until stopped; whatever fails is logged and tried again the next time.

    Args:
        every_s: the pause after each round, seconds.
    """
    known: Mapping[str, int] = {}
    while True:
        try:
            elsewhere = share(home, progress).elsewhere
            for place in elsewhere.keys() - known.keys():
                _log.warning("%s cannot be seen from this host; the covers there are left to other workers", place)
            known = elsewhere
        except SleeveError as error:
            _log.warning("%s; trying again in %g s", error, every_s)
        sleep(every_s)
