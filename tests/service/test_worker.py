"""``sleeve index --worker`` as a process of its own, as a container runs it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers

SHORT_PAUSE = """
import sys
import service.cli.index
service.cli.index.WORKER_PAUSE_S = 0.2
sys.argv = ["sleeve", "index", "--worker"]
service.cli.main()
"""


@pytest.fixture
def home(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> CommandHome:
    return make_home(tmp_path, "sqlite")


@contextmanager
def working(home: CommandHome) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", SHORT_PAUSE]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=dict(home.environment), stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read(home: CommandHome) -> dict[str, int]:
    """How many covers were read, once none waits."""
    deadline = time.monotonic() + 60
    while (texts := home.json("status")["texts"])["pending"]:
        assert time.monotonic() < deadline, texts
        time.sleep(0.2)
    return dict(texts)


def eventually(home: CommandHome, expected: dict[str, Any]) -> None:
    deadline = time.monotonic() + 60
    while True:
        status = home.json("status")
        live = next((version for version in status["versions"] if version["live"]), {"count": 0})
        if {"covers": status["covers"], "pending": status["pending"], "vectors": live["count"]} == expected:
            return
        assert time.monotonic() < deadline, status
        time.sleep(0.2)


@pytest.mark.slow
def test_it_indexes_what_is_added_and_stops_when_asked(home: CommandHome) -> None:
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("add", "covers")
    with working(home) as worker:
        eventually(home, {"covers": 4, "pending": 0, "vectors": 4})
        write_cover(home.folder / "covers/jazz/new.png", seed=99)
        home.sleeve("add", "covers")
        eventually(home, {"covers": 5, "pending": 0, "vectors": 5})
        assert read(home)["read"] == 5
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=10)
    assert worker.returncode == 128 + signal.SIGTERM
    assert (out, err) == ("", "")
    assert home.json("index")["embedded"] == 0, "nothing is held or half done"


@pytest.mark.slow
def test_it_waits_for_what_is_missing_and_says_so(home: CommandHome) -> None:
    write_covers(home.folder / "covers", {"jazz": 2})
    home.sleeve("add", "covers")
    bundle = Path(home.environment["SLEEVE_BUNDLE"])
    elsewhere = CommandHome(home.folder, {**home.environment, "SLEEVE_BUNDLE": str(home.folder / "bundle")})
    with working(elsewhere) as worker:
        assert worker.stderr is not None
        assert "trying again" in worker.stderr.readline()
        (home.folder / "bundle").symlink_to(bundle)
        eventually(home, {"covers": 2, "pending": 0, "vectors": 2})
