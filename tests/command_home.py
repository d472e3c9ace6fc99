"""A home of a test: the command line over it, the service over real HTTP, and what its database holds."""

import json
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import URL, make_url, text

from db.database import Database
from tests.forked import SLEEVE, Forked


def _hears_ctrl_c() -> None:
    """A shell's background job, and so what it starts, ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class CommandHome:
    """Where a test's ``sleeve`` lives: its folder and its environment."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    as_script: bool = False
    """Whether each command is the console script started anew, as a person does, and not forked."""

    def start(self, *arguments: object) -> "Forked | subprocess.Popen[str]":
        said = list(map(str, arguments))
        if not self.as_script:
            return Forked(said, self.environment, self.folder)
        return subprocess.Popen(
            [SLEEVE, *said],
            env=dict(self.environment),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            preexec_fn=_hears_ctrl_c,
        )

    def sleeve(self, *arguments: object, code: int = 0, timeout_s: float = 300) -> "subprocess.CompletedProcess[str]":
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=timeout_s)
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


def execute(home: CommandHome, statement: str) -> None:
    """Change a home's database behind its back."""
    url = home.environment.get("SLEEVE_DATABASE_URL")
    default = URL.create("sqlite", database=str(Path(home.environment["SLEEVE_HOME"]) / "sleeve.sqlite3"))
    with Database(make_url(url) if url else default) as database, database.writing() as session:
        session.execute(text(statement))


def vectors_of(home: CommandHome) -> dict[str, np.ndarray]:
    """File → vector, straight out of the database."""
    query = "SELECT c.file, v.embedding FROM vectors v JOIN covers c ON c.id = v.cover_id"
    url = home.environment.get("SLEEVE_DATABASE_URL")
    if url:
        import psycopg2

        connection = psycopg2.connect(url.replace("+psycopg2", ""))
        cursor = connection.cursor()
        cursor.execute(query)
        rows = cursor.fetchall()
    else:
        connection = sqlite3.connect(Path(home.environment["SLEEVE_HOME"]) / "sleeve.sqlite3")
        rows = connection.execute(query).fetchall()
    connection.close()
    return {file: np.frombuffer(bytes(embedding), "<f2").astype(np.float32) for file, embedding in rows}
