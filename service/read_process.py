"""``indexer.jobs.read`` in a process of its own: `python -m service.read_process PARENT`, run by the service only."""

import logging
import subprocess
import sys

from indexer.home import Home
from indexer.jobs.read import read
from indexer.progress import Silent
from service.background import begin, start_in_background
from sleeve.errors import BusyError, SleeveError
from sleeve.settings import read_settings

_log = logging.getLogger(__name__)


def start_reading(home: Home) -> "subprocess.Popen[bytes]":
    """Start the process. It ends when every cover is read; with exit code 1 if one could not be, or all could not."""
    return start_in_background(home, __name__)


def main() -> None:
    """Run the job."""
    begin()
    try:
        with Home(read_settings()) as home:
            home.set_up()
            report = read(home, Silent())
    except BusyError:
        sys.exit(0)
    except SleeveError as error:
        _log.warning("covers cannot be read: %s", error)
        sys.exit(1)
    sys.exit(1 if report.rejected else 0)


if __name__ == "__main__":
    main()
