"""Three workers with homes of their own share one PostgreSQL, two are killed: every cover is embedded once."""

import random
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.command_home import CommandHome
from tests.crash import sleeve_worker
from tests.factories import write_covers
from tests.forked import Forked
from tests.indexer.artwork.artworks import artwork, cropped

COVERS = 360
ARTWORKS = 6
WITHIN_S = 120.0

CATALOGUE = {
    "vectors": "SELECT c.path, v.embedding FROM vectors v JOIN covers c ON c.id = v.cover_id",
    "texts": "SELECT c.path, t.lines::text FROM texts t JOIN covers c ON c.id = t.cover_id",
    "links": "SELECT a.path, b.path FROM cover_links, covers a, covers b WHERE a.id = first_id AND b.id = second_id",
    "compared": "SELECT path, compared FROM covers",
    "files": "SELECT path, outcome, reason FROM files",
    "leases of the living": "SELECT cover_id FROM leases WHERE holder != ''",
}


def rows(home: CommandHome, query: str) -> list[Any]:
    connection = psycopg2.connect(home.environment["SLEEVE_DATABASE_URL"].replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return sorted(tuple(map(_plain, row)) for row in cursor.fetchall())
    finally:
        connection.close()


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def started(home: CommandHome, *arguments: str, **environment: object) -> Forked:
    more = {name: str(value) for name, value in environment.items()}
    return Forked(list(arguments), {**home.environment, **more}, home.folder, Path(sleeve_worker.__file__))


def catalogue(home: CommandHome) -> dict[str, list[Any]]:
    return {name: rows(home, query) for name, query in CATALOGUE.items()}


def embedded(file: Path) -> dict[int, list[int]]:
    """Cover → the processes that embedded it, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for line in file.read_text().splitlines() if file.exists() else []:
        pid, cover_id = map(int, line.split())
        found[cover_id].append(pid)
    return found


def _has_embedded(log: Path, worker: Forked, covers: int) -> bool:
    return sum(pids.count(worker.pid) for pids in embedded(log).values()) >= covers


def until(said: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not said():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_three_workers_of_which_two_are_killed_embed_every_cover_once(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    write_covers(tmp_path / "covers", {"jazz": COVERS // 2, "rock": COVERS // 2})
    for seed in range(ARTWORKS):
        artwork(seed).save(tmp_path / f"covers/jazz/artwork {seed}.png")
        cropped(artwork(seed)).save(tmp_path / f"covers/rock/cropped {seed}.png")
    alone, shared = (make_home(tmp_path / name, "postgresql") for name in ("alone", "shared"))
    for home in (alone, shared):
        home.sleeve("add", tmp_path / "covers")
    (tmp_path / "covers/rock/000.png").unlink()
    (tmp_path / "covers/rock/001.png").write_bytes(b"no picture")
    for command in ("index", "read"):
        with started(alone, command, EMBEDDED=tmp_path / "embedded alone") as process:
            assert process.wait(WITHIN_S) == 1

    log = tmp_path / "embedded"
    hosts = [tmp_path / f"host{number}" for number in range(3)]
    workers = [started(shared, "index", "--worker", SLEEVE_HOME=host, EMBEDDED=log) for host in hosts]
    moments = random.Random(17)
    lost: dict[int, set[int]] = {}
    try:
        for number in moments.sample(range(3), 2):
            worker, enough = workers[number], moments.randint(10, 60)
            until(partial(_has_embedded, log, worker, enough))
            worker.kill()
            worker.wait()
            holder = (hosts[number] / "versions.id").read_text().strip()
            held = rows(shared, f"SELECT cover_id FROM leases WHERE holder = '{holder}'")
            lost[worker.pid] = {cover_id for (cover_id,) in held}
        until(lambda: {**catalogue(shared), "links": [], "texts": []} == {**catalogue(alone), "links": [], "texts": []})
        until(lambda: len(rows(shared, CATALOGUE["texts"])) == COVERS + 2 * ARTWORKS - 2)
        until(lambda: not rows(shared, CATALOGUE["leases of the living"]))
    finally:
        for worker in workers:
            worker.kill()
            worker.__exit__()
    assert catalogue(shared) == catalogue(alone)
    assert len(rows(alone, CATALOGUE["links"])) == ARTWORKS

    makers = embedded(log)
    assert len(makers) == COVERS + 2 * ARTWORKS - 2
    assert {pid for pids in makers.values() for pid in pids} == {worker.pid for worker in workers}
    for cover_id, pids in makers.items():
        assert all(cover_id in lost.get(pid, ()) for pid in pids[:-1]), "only what died with a worker is made again"
