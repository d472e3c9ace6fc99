"""``indexer.jobs.map`` in a process of its own: `python -m service.map_process PARENT`, run by the service only."""

import logging
import subprocess
import sys

from indexer.files import is_locked
from indexer.home import Home
from indexer.jobs.map import draw_map
from indexer.progress import Silent
from service.answers.opening import open_answers
from service.background import begin, has_begun, say_begun, start_in_background
from sleeve.errors import BusyError, SleeveError, VectorIndexError
from sleeve.settings import read_settings

_log = logging.getLogger(__name__)


def start_drawing(home: Home) -> "subprocess.Popen[bytes]":
    """Start the process, which draws the map with the predicted genre of each album, and wait until it has begun.

    Raises:
        BusyError: another process draws it.
        VectorIndexError: it ended before it began, or did not begin in time.
    """
    if is_locked(home.map_lock):
        raise BusyError("the map is being drawn already; wait until that is done")
    process = start_in_background(home, __name__, stdout=subprocess.PIPE)
    if not has_begun(process):
        process.wait()
        raise VectorIndexError("the map could not be drawn; the log says why")
    return process


class _FirstStep(Silent):
    """Says with the first step that the work has begun: by then the lock is held."""

    def __init__(self) -> None:
        self._is_first = True

    def start(self, task: str, total: int) -> None:
        if self._is_first:
            say_begun()
        self._is_first = False


def main() -> None:
    """Run the job; exit code 1 if it failed, which the log says, or if another process draws the map."""
    begin()
    try:
        with Home(read_settings()) as home:
            home.set_up()
            draw_map(home, _FirstStep(), open_answers(home).classifier.likeliest)
    except SleeveError as error:
        _log.warning("the map cannot be drawn: %s", error)
        sys.exit(1)


if __name__ == "__main__":
    main()
