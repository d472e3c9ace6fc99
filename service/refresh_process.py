"""Bringing the index up to date in a process of its own, which leaves processor, memory and locks to the queries.

    python -m service.refresh_process HANDLE [--rebuild]

Run by the service only. HANDLE is the home's lock, held since before the process began and until it ends. Nothing is
embedded.
"""

import os
import subprocess
import sys

from db.errors import SleeveError, VectorIndexError
from db.settings import Settings, read_settings
from indexer.index_job import Job, one_at_a_time, told
from service.assembly import open_catalogue

_LOWEST_PRIORITY = 19
_REBUILD = "--rebuild"


def start_refresh(settings: Settings, *, rebuild: bool) -> "subprocess.Popen[bytes]":
    """Start the process on one core and at the lowest priority; its progress is ``index_job.last_job``.

    Raises:
        IndexBusyError: somebody is at work on the index already.
    """
    environment = {
        **os.environ,
        "SLEEVE_HOME": str(settings.folder),
        "SLEEVE_DATABASE_URL": settings.url.render_as_string(hide_password=False),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with one_at_a_time(settings.folder) as handle:
        Job(settings.folder)
        command = [sys.executable, "-m", "service.refresh_process", str(handle), *([_REBUILD] if rebuild else [])]
        return subprocess.Popen(
            command, env=environment, pass_fds=(handle,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


def main() -> None:
    """Refresh the live bundle's index; exit code 1 says that the job's state tells why not."""
    os.nice(_LOWEST_PRIORITY)
    settings = read_settings()
    try:
        with told(settings.folder) as progress, open_catalogue(settings) as catalogue:
            live = catalogue.versions.live()
            if live is None:
                raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
            catalogue.versions.refresh(live.bundle, rebuild=_REBUILD in sys.argv, progress=progress)
    except SleeveError:
        sys.exit(1)
    finally:
        # Who is told that the work is done may begin some more at once, and not when this process has ended.
        os.close(int(sys.argv[1]))


if __name__ == "__main__":
    main()
