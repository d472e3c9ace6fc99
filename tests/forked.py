"""The console script in a process of its own, forked off one that has loaded what it imports.

An interpreter started anew spends 1.8 s of a processor on ``sleeve status``, a forked one 0.3 s, and the suite runs it
some four hundred times.
"""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self, TextIO
from unittest.mock import patch

SLEEVE = Path(sys.executable).parent / "sleeve"

_WITHOUT_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""OpenBLAS and PyArrow start threads when they are loaded, and threads are not forked."""


class Forked:
    """A running ``sleeve``, to be used as a ``subprocess.Popen`` of text."""

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, script: Path = SLEEVE
    ) -> None:
        (out, its_out), (err, its_err) = (_server().Pipe(duplex=False) for _ in range(2))
        order = ([str(script), *arguments], dict(environment), folder, its_out, its_err)
        self._process: BaseProcess = _server().Process(target=_run, args=order)
        self._process.start()
        its_out.close()
        its_err.close()
        self.stdout, self.stderr = (_text_of(pipe) for pipe in (out, err))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        self.stdout.close()
        self.stderr.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(SLEEVE), timeout or 0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it writes until it ends; if it takes longer it is killed."""
        with ThreadPoolExecutor(2) as readers:
            out, err = (readers.submit(stream.read) for stream in (self.stdout, self.stderr))
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self.__exit__()
        return out.result(), err.result()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


@cache
def _server() -> Any:
    """The process that has loaded everything, and ends with this one. Windows has no such context, and no such type."""
    server: Any = get_context("forkserver")
    server.set_forkserver_preload(["tests.loaded"])
    with patch.dict(os.environ, _WITHOUT_THREADS):
        forkserver.ensure_running()
    return server


def _text_of(pipe: Connection) -> TextIO:
    stream = os.fdopen(os.dup(pipe.fileno()), encoding="utf-8")
    pipe.close()
    return stream


def _run(command: list[str], environment: dict[str, str], folder: Path, out: Connection, err: Connection) -> None:
    for pipe, stream in ((out, 1), (err, 2)):
        os.dup2(pipe.fileno(), stream)
        pipe.close()
    with open(os.devnull) as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    sys.stdin = os.fdopen(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = command
    runpy.run_path(command[0], run_name="__main__")
