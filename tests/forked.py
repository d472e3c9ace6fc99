"""The console script in a process of its own, forked off one that has loaded what it imports: most of a second less.

What is forked runs the installed script, or one that a test names, with arguments, environment, folder and pipes of
its own, takes signals, and ends as any process does.

    python -m tests.forked DESCRIPTOR

is the process that has loaded everything; ``Forked`` starts it once a session. It runs no thread, since threads are not
forked with the rest, and it ends when nobody is left who could ask it.
"""

import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self, TextIO

from indexer.models.backbone import load_openvino

SLEEVE = Path(sys.executable).parent / "sleeve"
_LOADED = (
    "service.cli",
    "service.http.app",
    "service.actions.tagging",
    "alembic.command",
    "psycopg2",
    "scipy.optimize",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "threadpoolctl",
    "uvicorn.supervisors",
)
"""What commands import, much of it late."""

_WITHOUT_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""OpenBLAS and PyArrow start threads where they are loaded."""

_MAX_ORDER_BYTES = 1 << 17


class Forked:
    """A running ``sleeve``, to be used as a ``subprocess.Popen`` of text."""

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, script: Path = SLEEVE
    ) -> None:
        order = json.dumps([[str(script), *arguments], dict(environment), str(folder)]).encode()
        self._told, tells = socket.socketpair()
        (out, its_out), (err, its_err) = os.pipe(), os.pipe()
        _send(order, [its_out, its_err, tells.fileno()])
        tells.close()
        os.close(its_out)
        os.close(its_err)
        self.stdout: TextIO = os.fdopen(out, encoding="utf-8")
        self.stderr: TextIO = os.fdopen(err, encoding="utf-8")
        self.returncode: int | None = None
        first = self._told.recv(1 << 8)
        assert first, "nothing can be forked: see what `python -m tests.forked 0` says"
        self.pid = int(first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # A reader that gave up waiting reads on until the process ends.
        self.wait()
        self.stdout.close()
        self.stderr.close()

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(timeout=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(SLEEVE), timeout or 0)
            self.returncode = int(self._told.recv(1 << 8))
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        end = None if timeout is None else time.monotonic() + timeout
        told: dict[TextIO, str] = {}
        streams = (self.stdout, self.stderr)
        readers = [Thread(target=lambda it=it: told.update({it: it.read()}), daemon=True) for it in streams]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(None if end is None else max(0.0, end - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(str(SLEEVE), timeout or 0)
        self.__exit__(None, None, None)
        return told[self.stdout], told[self.stderr]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        if sys.platform == "win32":
            raise NotImplementedError
        self.send_signal(signal.SIGKILL)


def _send(order: bytes, descriptors: list[int]) -> None:
    if sys.platform == "win32":
        raise NotImplementedError
    socket.send_fds(_loaded(), [order], descriptors)


@cache
def _loaded() -> socket.socket:
    """Where to ask the process that has loaded everything."""
    if sys.platform == "win32":
        raise NotImplementedError
    asks, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with asked:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(asked.fileno())],
            cwd=Path(__file__).parents[1],
            env={**os.environ, **_WITHOUT_THREADS},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[asked.fileno()],
        )

    def end() -> None:
        asks.close()
        process.wait()

    atexit.register(end)
    return asks


def _answer(asked: socket.socket) -> list[str]:
    """Fork for each order a process that waits for the one that it forks; returns, in the latter, what it runs."""
    if sys.platform == "win32":
        raise NotImplementedError
    while True:
        order, descriptors, _, _ = socket.recv_fds(asked, _MAX_ORDER_BYTES, 3)
        if not order:
            sys.exit()
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    asked.close()
    out, err, tells = descriptors
    pid = os.fork()
    if pid != 0:
        os.close(out)
        os.close(err)
        os.write(tells, str(pid).encode())
        _, status = os.waitpid(pid, 0)
        os.write(tells, str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.close(tells)
    for descriptor, stream in ((out, 1), (err, 2)):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments, environment, folder = json.loads(order)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    return list(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _LOADED:
        import_module(name)
    load_openvino()
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a thread would be missing in what is forked"
    gc.freeze()
    sys.argv = _answer(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_path(sys.argv[0], run_name="__main__")
