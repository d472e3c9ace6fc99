"""Jobs of the service in processes of their own, which leave processor, memory and locks to the queries."""

import os
import subprocess
import sys

from indexer.home import Home
from sleeve.platform import BACKGROUND


def start_in_background(
    home: Home, module: str, *arguments: str, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """Start a module on one core and at the lowest priority, with this home as its settings' home.

    Its ``main`` calls ``sleeve.platform.lower_priority`` before anything else.
    """
    environment = {
        **os.environ,
        "SLEEVE_HOME": str(home.folder),
        "SLEEVE_DATABASE_URL": home.database.url.render_as_string(hide_password=False),
        "SLEEVE_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        creationflags=BACKGROUND,
    )
