"""Whole answers, next to the design that a user would pick instead: `python -m benchmarks.answers HOME`.

HOME is a home with an index; it is only read, and copied into a PostgreSQL of this run (the tests' own). The peer keeps
the same vectors in that PostgreSQL, as `halfvec` with pgvector's HNSW index (`ef_search` 64), and answers by one query
for id, title, artist and year. All take turns, one question at a time, so that a busy moment hits all of them: the bare
index, `similar` by album and by vector in a process, and by album over HTTP, on SQLite and on PostgreSQL. Then many
clients ask at once. A statement is a SELECT that reaches the database.

`--drawn N` measures a catalogue of N vectors that are drawn like those of HOME. `--other CHECKOUT OTHER_HOME` measures
another build as well, in the same turns, over a home of its own with the same covers.
"""

import argparse
import http.client
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psycopg2

K = 20
ASKED = 500
ROWS_A_STEP = 5_000
EF_SEARCH = 64
WARM_UP = 20
KEPT_ALIVE_S = 2.0
HERE = Path(__file__).parent.parent


class Asker:
    """A process of one build that answers questions one at a time and says what each took."""

    def __init__(self, checkout: Path, home: Path, database: str | None) -> None:
        environment = _environment(checkout, home, database)
        # Not the file of this build: another may answer otherwise. And not its folder first, which has an `http`.
        command = [sys.executable, "-P", str(checkout / "benchmarks/answers.py"), "--ask"]
        self._process = subprocess.Popen(
            command, env=environment, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, *question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(question, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)

    def resident_mb(self) -> float:
        return _resident_mb(self._process.pid)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def answer_questions() -> None:
    """What an ``Asker`` runs, with the modules of its own build."""
    from sqlalchemy import event, insert, select

    from db.database import Database
    from db.migration import upgrade
    from db.tables import Album, Base
    from indexer.home import open_home
    from service.answers.opening import open_answers
    from service.answers.records import SimilarRequest
    from sleeve.settings import read_settings

    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with open_home(read_settings()) as home:
        search = open_answers(home).search
        request, statements = SimilarRequest(K), [0]

        def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements[0] += statement.lstrip("( ").startswith(("SELECT", "WITH"))

        event.listen(home.database.engine, "before_cursor_execute", count)

        def timed(ask: Callable[[], Any]) -> tuple[float, float, int, int]:
            statements[0] = 0
            started, cpu = perf_counter(), time.process_time()
            found = ask()
            return 1000 * (perf_counter() - started), 1000 * (time.process_time() - cpu), statements[0], found

        def by_album(album_id: Any) -> int:
            return len(search.by_album(album_id, request).neighbours)

        def by_vector(vector: Any) -> int:
            return len(search.by_vectors(search.snapshot(), vector, request).neighbours)

        def copy(url: Any) -> None:
            with Database(url) as target:
                upgrade(target)
                with home.database.reading() as source, target.writing() as session:
                    for table in reversed(Base.metadata.sorted_tables):
                        session.execute(table.delete())
                    for table in Base.metadata.sorted_tables:
                        rows = source.execute(select(table)).mappings()
                        while some := rows.fetchmany(ROWS_A_STEP):
                            session.execute(insert(table), [dict(row) for row in some])

        while True:
            try:
                kind, *rest = pickle.load(questions)
            except EOFError:
                return
            reply: Any = None
            if kind == "albums":
                with home.database.reading() as session:
                    reply = list(session.scalars(select(Album.id).order_by(Album.id)))
            elif kind == "vectors":
                index = search.snapshot().version.index
                reply = index.vectors(index.ids[rest[0]]).astype(np.float32)
            elif kind == "copy":
                copy(rest[0])
            elif kind == "index":
                index = search.snapshot().version.index
                reply = timed(partial(_hits, index, rest[0]))
            elif kind == "album":
                reply = timed(partial(by_album, rest[0]))
            elif kind == "vector":
                reply = timed(partial(by_vector, rest[0]))
            pickle.dump(reply, answers)
            answers.flush()


def _hits(index: Any, vector: Any) -> int:
    return len(index.search(vector, K).ids[0])


class Connection:
    """One connection to a service."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._used = 0.0

    def similar(self, album_id: int) -> float:
        """Ask, check, and return the ms."""
        if perf_counter() - self._used > KEPT_ALIVE_S:  # the service closes a connection that is not used
            self._connection.close()
            self._connection.connect()
        started = perf_counter()
        body = json.dumps({"album_id": album_id})
        self._connection.request("POST", f"/api/v1/similar?k={K}", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        data = answer.read()
        self._used = perf_counter()
        took_ms = 1000 * (perf_counter() - started)
        assert answer.status == 200, data
        assert len(json.loads(data)["neighbours"]) == K
        return took_ms


class PgVector:
    """The peer: a table with the vectors and what an answer shows."""

    def __init__(self, url: Any, asker: Asker, count: int) -> None:
        self._connection = psycopg2.connect(host=url.query["host"], user=url.username, dbname=url.database)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        dimension = asker.ask("vectors", np.arange(1)).shape[1]
        self._cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        self._cursor.execute(f"CREATE TABLE peer (id bigint PRIMARY KEY, embedding halfvec({dimension}))")
        for start in range(0, count, ROWS_A_STEP):
            rows = asker.ask("vectors", np.arange(start, min(start + ROWS_A_STEP, count)))
            self._cursor.executemany(
                "INSERT INTO peer VALUES (%s, %s)", [(start + n, _halfvec(row)) for n, row in enumerate(rows)]
            )
        # What the vectors are of: the same rows that an answer of Sleeve shows.
        self._cursor.execute(
            "CREATE TABLE shown AS SELECT place.n AS id, albums.id AS album_id, title, artist, year FROM "
            "(SELECT row_number() OVER (ORDER BY id) - 1 AS n, cover_id FROM vectors) AS place "
            "JOIN covers ON covers.id = place.cover_id JOIN albums ON albums.id = covers.album_id"
        )
        self._cursor.execute("ALTER TABLE shown ADD PRIMARY KEY (id)")
        self._cursor.execute("CREATE INDEX ON shown (album_id)")
        self._cursor.execute("SET maintenance_work_mem = '2GB'")
        self._cursor.execute("CREATE INDEX ON peer USING hnsw (embedding halfvec_cosine_ops)")
        self._cursor.execute("ANALYZE")
        self._cursor.execute(f"SET hnsw.ef_search = {EF_SEARCH}")

    def by_album(self, album_id: int) -> float:
        own = "(SELECT embedding FROM peer JOIN shown USING (id) WHERE album_id = %s ORDER BY id LIMIT 1)"
        return self._ask(own, album_id)

    def by_vector(self, vector: Any) -> float:
        return self._ask(f"%s::halfvec({vector.shape[1]})", _halfvec(vector[0]))

    def _ask(self, query: str, value: object) -> float:
        near = f"SELECT id, embedding <=> {query} AS away FROM peer ORDER BY embedding <=> {query} LIMIT {K + 1}"
        started = perf_counter()
        self._cursor.execute(
            "SELECT album_id, title, artist, year, 1 - away AS similarity "
            f"FROM ({near}) AS near JOIN shown USING (id) ORDER BY away",
            (value, value),
        )
        found = self._cursor.fetchall()
        took_ms = 1000 * (perf_counter() - started)
        assert len(found) == K + 1, len(found)
        return took_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--drawn", type=int, help="vectors to draw; by default those of HOME are used")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the many clients ask")
    parser.add_argument("--without-peer", action="store_true")
    parser.add_argument("--other", type=Path, nargs=2, metavar=("CHECKOUT", "OTHER_HOME"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_done:
        builds = {"this build": (HERE, asked.home)}
        if asked.drawn:
            builds["this build"] = (HERE, _drawn_home(asked.home, asked.drawn, Path(folder)))
        if asked.other:
            builds["other build"] = (asked.other[0].resolve(), asked.other[1])
        _run(asked, builds, until_done)


def _run(asked: argparse.Namespace, builds: Mapping[str, tuple[Path, Path]], until_done: ExitStack) -> None:
    from tests.postgres import postgres_server

    server = until_done.enter_context(postgres_server(connections=200))
    askers: dict[str, Asker] = {}
    services: dict[str, tuple[int, str]] = {}
    peer = None
    for build, (checkout, home) in builds.items():
        url = server.empty_database()
        for database in (None, url):
            name = f"{build}, {'SQLite' if database is None else 'PostgreSQL'}"
            address = None if database is None else database.render_as_string(hide_password=False)
            askers[name] = asker = Asker(checkout, home, address)
            until_done.callback(asker.close)
            if database is None:
                asker.ask("copy", url)
                ids = asker.ask("albums")
            services[name] = until_done.enter_context(_serving(checkout, home, address))
        if peer is None and not asked.without_peer:
            peer = PgVector(url, asker, len(ids))
    random = np.random.default_rng(3)
    chosen = [int(ids[place]) for place in random.integers(0, len(ids), ASKED)]
    vectors = next(iter(askers.values())).ask("vectors", np.sort(random.integers(0, len(ids), ASKED)))
    noise = random.standard_normal(vectors.shape).astype(np.float32) * 0.01
    vectors = (vectors + noise) / np.linalg.norm(vectors + noise, axis=1, keepdims=True)
    _print_turns(asked.requests, chosen, vectors, askers, services, peer)
    _print_many(asked.clients, asked.seconds, chosen, services)
    print("\nMB resident: " + ", ".join(f"{name} {_resident_mb(pid):.0f}" for name, (pid, _) in services.items()))


def _print_turns(
    count: int,
    albums: Sequence[int],
    vectors: Any,
    askers: Mapping[str, Asker],
    services: Mapping[str, tuple[int, str]],
    peer: PgVector | None,
) -> None:
    connections = {name: Connection(address) for name, (_, address) in services.items()}
    times: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    statements: dict[str, list[int]] = defaultdict(list)
    for number in range(-WARM_UP, count):
        album, vector = albums[number % len(albums)], vectors[[number % len(vectors)]]
        took: dict[str, float] = {}
        if peer is not None:
            took["pgvector, by album"] = peer.by_album(album)
            took["pgvector, by vector"] = peer.by_vector(vector)
        for name, asker in askers.items():
            for kind, question in (("index", vector), ("album", album), ("vector", vector)):
                what = f"{name}: {'bare index' if kind == 'index' else f'similar by {kind}'}"
                took[what], cpu_ms, asked, found = asker.ask(kind, question)
                assert kind == "index" or found == K, (what, found)
                if number >= 0:
                    cpu[what].append(cpu_ms)
                    statements[what].append(asked)
        for name, connection in connections.items():
            took[f"{name}: similar by album over HTTP"] = connection.similar(album)
        if number >= 0:
            for what, ms in took.items():
                times[what].append(ms)
    base = float(np.median(times["pgvector, by album"])) if peer is not None else float("nan")
    print("| one question at a time | p50 ms | p99 ms | over pgvector's p50 | answers/s | CPU ms | statements |")
    print("|---|---|---|---|---|---|---|")
    for what, taken in times.items():
        p50, p99 = np.percentile(taken, [50, 99])
        used = f"{np.median(cpu[what]):.2f}" if what in cpu else ""
        asked_of = f"{np.mean(statements[what]):.2f} (most {max(statements[what])})" if what in statements else ""
        rate = 1000 * len(taken) / sum(taken)
        print(f"| {what} | {p50:.2f} | {p99:.2f} | {p50 / base:.2f} | {rate:.0f} | {used} | {asked_of} |", flush=True)


def _print_many(clients: int, seconds: float, albums: Sequence[int], services: Mapping[str, tuple[int, str]]) -> None:
    print(f"\n| {clients} clients at once | answers/s | p50 ms | p99 ms | CPU ms an answer |\n|---|---|---|---|---|")
    for name, (pid, address) in services.items():
        until = perf_counter() + seconds

        def ask(number: int, address: str = address, until: float = until) -> list[float]:
            connection, times = Connection(address), list[float]()
            while perf_counter() < until:
                times.append(connection.similar(albums[(number + len(times)) % len(albums)]))
            return times

        cpu_s = _cpu_s(pid)
        with ThreadPoolExecutor(clients) as pool:
            times = [ms for some in pool.map(ask, range(clients)) for ms in some]
        used_ms = 1000 * (_cpu_s(pid) - cpu_s) / len(times)
        p50, p99 = np.percentile(times, [50, 99])
        print(f"| {name} | {len(times) / seconds:.0f} | {p50:.0f} | {p99:.0f} | {used_ms:.2f} |", flush=True)


def _drawn_home(like: Path, count: int, folder: Path) -> Path:
    """A home with this many albums of one cover each, without images, whose vectors are like another home's."""
    from sqlalchemy import insert, select

    from benchmarks.clustered_vectors import Generator, read_vectors
    from db import bundles
    from db.tables import Album, AlbumGenre, Cover, Genre, Vector, packed
    from indexer.home import Home, open_home
    from sleeve.settings import Settings

    with Home(Settings(home=like)) as home:
        bundle = home.require_live().bundle
    generator = Generator(read_vectors(like))
    with open_home(Settings(home=folder / "home")) as home:
        with home.database.writing() as session:
            record = bundles.register(
                session, bundle.fingerprint, name=bundle.name, dimension=bundle.dimension, manifest={}
            )
            session.execute(insert(Genre), [{"name": f"genre {number}"} for number in range(13)])
            genres = list(session.scalars(select(Genre.id)))
        done = 0
        for batch in generator.batches(count):
            ids = range(done + 1, done + 1 + len(batch))
            done += len(batch)
            with home.database.writing() as session:
                session.execute(
                    insert(Album), [{"id": n, "title": f"album {n}", "artist": f"by {n % 999}"} for n in ids]
                )
                covers = [
                    {"id": n, "album_id": n, "side": "front", "file": f"/n/{n}.jpg", "path": f"/n/{n}.jpg"} for n in ids
                ]
                session.execute(insert(Cover), [{**row, "content_hash": f"{row['id']:064d}"} for row in covers])
                labels = [{"album_id": n, "genre_id": genres[n % 13], "source": "folder"} for n in ids]
                session.execute(insert(AlbumGenre), labels)
                rows = [
                    {"cover_id": n, "bundle_id": record.id, "embedding": packed(v)}
                    for n, v in zip(ids, batch, strict=True)
                ]
                session.execute(insert(Vector), rows)
        started = perf_counter()
        refresh = home.versions.refresh(record)
        print(f"{count} drawn vectors: {refresh.version.kind} index in {perf_counter() - started:.0f} s", flush=True)
    return folder / "home"


def _environment(checkout: Path, home: Path, database: str | None) -> dict[str, str]:
    environment = {**os.environ, "SLEEVE_HOME": str(home), "PYTHONPATH": str(checkout)}
    environment.pop("SLEEVE_DATABASE_URL", None)
    return environment if database is None else {**environment, "SLEEVE_DATABASE_URL": database}


@contextmanager
def _serving(checkout: Path, home: Path, database: str | None) -> Iterator[tuple[int, str]]:
    """The service's process id and address."""
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", "0"]
    environment = _environment(checkout, home, database)
    with subprocess.Popen(command, env=environment, cwd=checkout, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.pid, process.stderr.readline().split()[2]
        finally:
            process.terminate()


def _halfvec(vector: Any) -> str:
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks_per_s: int = getattr(os, "sysconf")("SC_CLK_TCK")  # noqa: B009 - Windows has none
    return (int(fields[11]) + int(fields[12])) / ticks_per_s


if __name__ == "__main__":
    if sys.argv[1:] == ["--ask"]:
        answer_questions()
    else:
        main()
