"""``indexer.jobs.map`` in a process of its own: `python -m service.map_process PARENT`, run by the service only."""

import logging
import subprocess
import sys

from indexer.files import is_locked
from indexer.home import Home
from indexer.jobs.map import draw_map
from indexer.progress import Silent
from service.answers.opening import open_answers
from service.background import begin, start_in_background
from sleeve.errors import BusyError, SleeveError
from sleeve.settings import read_settings

_log = logging.getLogger(__name__)


def start_drawing(home: Home) -> "subprocess.Popen[bytes]":
    """Start the process, which draws the map with the predicted genre of each album.

    Raises:
        BusyError: another process draws it.
    """
    if is_locked(home.map_lock):
        raise BusyError("the map is being drawn already; wait until that is done")
    return start_in_background(home, __name__)


def main() -> None:
    """Run the job."""
    begin()
    try:
        with Home(read_settings()) as home:
            home.set_up()
            draw_map(home, Silent(), open_answers(home).classifier.likeliest)
    except BusyError:
        sys.exit(0)
    except SleeveError as error:
        _log.warning("the map cannot be drawn: %s", error)
        sys.exit(1)


if __name__ == "__main__":
    main()
