"""``sleeve index --worker``: index what is added, until stopped."""

import logging
from time import sleep
from typing import NoReturn

from indexer.home import Home
from indexer.jobs.index import index
from indexer.progress import Progress
from sleeve.errors import SleeveError

_log = logging.getLogger(__name__)


def work(home: Home, progress: Progress, *, every_s: float) -> NoReturn:
    """Run ``index`` again and again until stopped; whatever fails is logged and tried again the next time.

    Args:
        every_s: the pause after each run, seconds.
    """
    while True:
        try:
            index(home, progress)
        except SleeveError as error:
            _log.warning("%s; trying again in %g s", error, every_s)
        sleep(every_s)
