"""A home with a tiny bundle, the command line over it, and the service over real HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import PostgresServer
from tests.tiny_bundle import write_tiny_bundle

SLEEVE = Path(sys.executable).parent / "sleeve"


@dataclass(frozen=True, slots=True)
class Home:
    """Where a test's ``sleeve`` lives: its folder and its environment."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [SLEEVE, *map(str, arguments)],
            env=dict(self.environment),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def sleeve(self, *arguments: object, code: int = 0) -> "subprocess.CompletedProcess[str]":
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == code, (arguments, process.returncode, out, err)
        assert "Traceback" not in err
        return subprocess.CompletedProcess(list(map(str, arguments)), process.returncode, out, err)

    @contextmanager
    def serving(self, *options: object) -> Iterator[str]:
        """The service's address while it runs."""
        process = self.start("serve", "--port", 0, *options)
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://\S+", line)
        assert address, line + process.stderr.read()
        try:
            yield address[0]
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        assert "Traceback" not in err, err

    def json(self, *arguments: object, code: int = 0) -> Any:
        return json.loads(self.sleeve(*arguments, "--json", code=code).stdout)


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny").folder


@pytest.fixture(scope="session")
def make_home(tiny_bundle: Path, request: pytest.FixtureRequest) -> Callable[[Path, str], Home]:
    """Makes a home in a folder over an empty database of an engine."""

    def make(folder: Path, engine: str) -> Home:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SLEEVE_")},
            "SLEEVE_HOME": str(folder / "home"),
            "SLEEVE_BUNDLE": str(tiny_bundle),
        }
        if engine == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            environment["SLEEVE_DATABASE_URL"] = server.database().render_as_string(hide_password=False)
        folder.mkdir(parents=True, exist_ok=True)
        return Home(folder, environment)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, make_home: Callable[[Path, str], Home], tmp_path: Path) -> Home:
    return make_home(tmp_path, request.param)
