"""A database that one writer holds: whoever reads is answered, and whoever writes is asked to come back."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg2
import pytest

from db.database import _WRITER_LOCK
from tests.command_home import CommandHome
from tests.factories import write_covers

WRITERS = 46
HELD_S = 8.0


def _hold(home: CommandHome, held: threading.Event, free: threading.Event) -> None:
    """Hold the lock of writers, as a stuck process does."""
    url = home.environment.get("SLEEVE_DATABASE_URL")
    if url is None:
        lite = sqlite3.connect(Path(home.environment["SLEEVE_HOME"]) / "sleeve.sqlite3", isolation_level=None)
        lite.execute("BEGIN IMMEDIATE")
        held.set()
        free.wait(HELD_S)
        lite.execute("ROLLBACK")
        lite.close()
    else:
        server = psycopg2.connect(url.replace("+psycopg2", ""))
        server.cursor().execute("SELECT pg_advisory_lock(%s)", (_WRITER_LOCK,))
        held.set()
        free.wait(HELD_S)
        server.close()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_stuck_writer_stops_nobody(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str
) -> None:
    home = make_home(tmp_path, engine)
    if engine == "postgresql":
        home.sleeve("db", "upgrade")
    write_covers(tmp_path / "covers", {"jazz": 3})
    home.sleeve("add", "covers")
    home.sleeve("index")
    held, free = threading.Event(), threading.Event()
    with (
        home.serving() as address,
        httpx.Client(base_url=address, timeout=60) as client,
        ThreadPoolExecutor(48) as pool,
    ):
        holder = pool.submit(_hold, home, held, free)
        held.wait(10)
        changes = [pool.submit(client.patch, "/api/v1/albums/1", json={"year": 1900 + n}) for n in range(WRITERS)]
        time.sleep(3)
        reads = ("/healthz", "/readyz", "/api/v1/albums", "/api/v1/albums/1", "/", "/api/v1/index")
        assert [client.get(path, timeout=5).status_code for path in reads] == [200] * len(reads)
        assert client.post("/api/v1/similar", json={"album_id": 1}, timeout=5).status_code == 200
        free.set()
        holder.result()
        answers = [change.result() for change in changes]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {200, 503}, "nothing else, above all no 500"
        assert len(answers) - len(refused) >= 4, "those that waited their turn were heard"
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert client.patch("/api/v1/albums/1", json={"year": 1969}).json()["year"] == 1969
