"""A real standalone Milvus for the tests, from the package milvus.

It listens on all addresses, whatever its settings say, and its first password is known to everyone. So it is only
started where there is no network but the loopback: `unshare --net`.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

from tests.loopback import bring_up, is_alone

# Of a process that uses gRPC, what it forks is ended by gRPC now and then, before it becomes another program.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

PORT = 19530
HEALTH_PORT = 9091
START_S = 90.0
_DEATH_SIGNAL_OPTION = 1


def why_not() -> str:
    """Why no server can be started here; empty if one can."""
    if find_spec("milvus") is None or find_spec("pymilvus") is None:
        return "the packages milvus and pymilvus are not installed"
    if not is_alone():
        return "there are other networks than the loopback; run it with `unshare --net`"
    return ""


class MilvusProcess:
    """A server of its own folder, gone with the process that started it."""

    def __init__(self, folder: Path) -> None:
        from milvus import MilvusServerConfig, _initialize_data_files

        bring_up()
        self._folder = folder
        config = MilvusServerConfig(data_dir=str(folder), authorization_enabled=True)
        config.set("authorization_enabled", True)
        config.set("proxy.http.enabled", False)
        # A small collection is flushed and loaded in the time that these leave.
        config.set("dataCoord.segment.assignmentExpiration", 200)
        config.set("queryCoord.checkInterval", 50)
        config.set("queryCoord.distPullInterval", 50)
        config.resolve()
        _initialize_data_files(str(folder))
        self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(timeout=30)

    def start_again(self) -> None:
        self._start()

    @property
    def resident_mb(self) -> float:
        """What it has in memory."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._process.pid

    def _start(self) -> None:
        program = self._folder / "bin" / "milvus"
        environment = {
            **os.environ,
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(HEALTH_PORT),
            "MILVUS_RUN_DIR": str(self._folder / "run"),
            "LD_LIBRARY_PATH": str(program.parent),
        }
        environment.pop("OMP_NUM_THREADS", None)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(program), "run", "standalone"],
                cwd=self._folder,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
            )
        deadline = time.monotonic() + START_S
        while not is_healthy():
            assert self._process.poll() is None, (self._folder / "log").read_text()[-3000:]
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.1)


def is_healthy() -> bool:
    """Whether a server runs."""
    connection = HTTPConnection("127.0.0.1", HEALTH_PORT, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return b"OK" in connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL_OPTION, signal.SIGKILL)


@contextmanager
def milvus_server() -> Iterator[MilvusProcess]:
    """A running server with its first user, ``root`` with the password ``Milvus``."""
    folder = Path(tempfile.mkdtemp(prefix="sleeve-milvus-"))
    try:
        server = MilvusProcess(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
