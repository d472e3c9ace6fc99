"""Services of this build or another one, asked over HTTP."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

HERE = Path(__file__).parents[1]
KEPT_ALIVE_S = 2.0
COMMAND = ("-P", "-c", "from service.cli import main; main()")
"""Python's options for the command `sleeve` of whatever build is on its path."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that runs."""

    pid: int
    address: str

    def resident_mb(self) -> float:
        """Its memory now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def cpu_s(self) -> float:
        """The processor time that it has used."""
        return cpu_s(self.pid)


class Connection:
    """One connection to a service."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._used = 0.0

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[float, bytes]:
        """Send a request; the ms until all of the answer was there, and its body."""
        if perf_counter() - self._used > KEPT_ALIVE_S:  # the service closes a connection that is not used
            self._connection.close()
            self._connection.connect()
        started = perf_counter()
        headers = {} if body is None else {"Content-Type": kind}
        self._connection.request(method, f"/api/v1{path}", body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        self._used = perf_counter()
        took_ms = 1000 * (self._used - started)
        assert answer.status == 200, data
        return took_ms, data

    def similar(self, k: int, album_id: int) -> float:
        """Ask by an album, check, and return the ms."""
        took_ms, data = self.ask("POST", f"/similar?k={k}", json.dumps({"album_id": album_id}).encode())
        assert len(json.loads(data)["neighbours"]) == k
        return took_ms


def cpu_s(pid: int) -> float:
    """The processor time that the threads of a process have used, to the nanosecond."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def environment_of(checkout: Path, home: Path, database: str | None = None) -> dict[str, str]:
    """What a process needs to be of this build, over this home."""
    environment = {**os.environ, "SLEEVE_HOME": str(home), "PYTHONPATH": str(checkout)}
    environment.pop("SLEEVE_DATABASE_URL", None)
    return environment if database is None else {**environment, "SLEEVE_DATABASE_URL": database}


@contextmanager
def serving(checkout: Path, home: Path, database: str | None = None) -> Iterator[Service]:
    """A service of one worker."""
    command = [sys.executable, *COMMAND, "serve", "--port", "0"]
    environment = environment_of(checkout, home, database)
    with subprocess.Popen(command, env=environment, cwd=checkout, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield Service(process.pid, process.stderr.readline().split()[2])
        finally:
            process.terminate()
