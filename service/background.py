"""Jobs of the service in processes of their own, which leave processor, memory and locks to the queries."""

import os
import subprocess
import sys
from threading import Timer

from indexer.home import Home
from sleeve.platform import BACKGROUND, end_with, lower_priority

BEGIN_WITHIN_S = 60.0
"""How long the process may take to say that it has begun: it has the lowest priority, and much to import."""

END_WITHIN_S = 10.0
"""How long a process may take to end once it was asked to."""

_BEGUN = b"begun\n"


def start_in_background(
    home: Home, module: str, *arguments: str, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """Start a module on one core and at the lowest priority, with this home as its settings' home.

    Its ``main`` calls ``begin`` before anything else.
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
        [sys.executable, "-m", module, str(os.getpid()), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        creationflags=BACKGROUND,
    )


def has_begun(process: "subprocess.Popen[bytes]") -> bool:
    """Wait until a process says that its work has begun (``say_begun``); false if it ended before, or is ended because
    it did not begin in time."""
    assert process.stdout is not None
    # Its end ends the reading as well.
    late = Timer(BEGIN_WITHIN_S, process.kill)
    late.start()
    with process.stdout as lines:
        begun = lines.readline() == _BEGUN
    late.cancel()
    return begun


def say_begun() -> None:
    """Say on stdout, which is a pipe to the process that started this one, that the work has begun."""
    sys.stdout.buffer.write(_BEGUN)
    sys.stdout.flush()


def end(process: "subprocess.Popen[bytes]") -> None:
    """Make a process end, and wait until it has."""
    process.terminate()
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def begin() -> None:
    """Leave the processor to others, and stop once the process that started this one has ended, however it did."""
    lower_priority()
    end_with(int(sys.argv[1]))
