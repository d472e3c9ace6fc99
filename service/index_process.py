"""``indexer.jobs.index`` in a process of its own, which leaves processor, memory and locks to the queries.

    python -m service.index_process PARENT [--rebuild]

Run by the service only; the settings come from the environment. One line on stdout says that the work has begun.
"""

import logging
import subprocess
import sys

from indexer.files import is_locked
from indexer.home import Home
from indexer.jobs.bring_up_to_date import bring_up_to_date
from indexer.jobs.running import busy_error, job
from indexer.progress import Progress
from service.background import begin, has_begun, say_begun, start_in_background
from sleeve.errors import BundleError, BusyError, OutputError, SleeveError, VectorIndexError
from sleeve.settings import read_settings

_log = logging.getLogger(__name__)

_REBUILD = "--rebuild"
_BUSY_EXIT = 3
_UNWRITTEN_EXIT = 4


def start_index(home: Home, *, rebuild: bool) -> "subprocess.Popen[bytes]":
    """Start the process on one core and at the lowest priority, and wait until it has begun.

    ``indexer.jobs.running.last_job`` says how far it is.

    Raises:
        BusyError: another process is at work on the index.
        OutputError: nobody could see how far it is, because the disk refused.
        VectorIndexError: it ended before it began, or did not begin in time.
    """
    if is_locked(home.index_lock):
        raise busy_error()
    process = start_in_background(home, __name__, *([_REBUILD] if rebuild else []), stdout=subprocess.PIPE)
    if not has_begun(process):
        raise _reason(process.wait())
    return process


def _reason(exit_code: int) -> SleeveError:
    if exit_code == _BUSY_EXIT:
        return busy_error()
    if exit_code == _UNWRITTEN_EXIT:
        return OutputError("the work on the index was not begun: the disk is full, or cannot be written to")
    return VectorIndexError("the work on the index could not begin; the log says why")


def main() -> None:
    """Run the job; exit code 1 if it failed (the job's state says why), 3 if another process is at work, 4 if its
    state cannot be written."""
    begin()
    try:
        with Home(read_settings()) as home, job(home) as reported:
            if not reported.is_written:
                sys.exit(_UNWRITTEN_EXIT)
            say_begun()
            home.set_up()
            _mend(home, reported, rebuild=_REBUILD in sys.argv)
    except BusyError:
        sys.exit(_BUSY_EXIT)
    except SleeveError as error:
        _log.error("%s", error)
        sys.exit(1)


def _mend(home: Home, progress: Progress, *, rebuild: bool) -> None:
    try:
        bring_up_to_date(home, progress, rebuild=rebuild)
    except BundleError as error:
        live = home.live()
        if live is None:
            raise
        # An index is built of vectors alone, so it is mended even if the model that made them is gone.
        _log.warning("covers that wait cannot be embedded: %s", error)
        home.versions.refresh(live.bundle, rebuild=rebuild, progress=progress)


if __name__ == "__main__":
    main()
