"""Whole answers, next to the design that a user would pick instead: `python -m benchmarks.answers HOME`.

HOME is a home with an index; it is only read, and copied into a PostgreSQL of this run (the tests' own). The peer keeps
the same vectors in that PostgreSQL, as `halfvec` with pgvector's HNSW index (`ef_search` 64), and answers by one query
for id, title, artist and year. All take turns of ten questions each, so that a busy moment hits all of them, and each
has its own memory warm as it would be in use: the bare index, `similar` by album and by vector in a process, and by
album over HTTP, on SQLite and on PostgreSQL. Every album is asked with once before any is asked with again. Then many
clients ask at once. A statement is a SELECT that reaches the database. Processor time is that of both ends, but in a
process without a PostgreSQL's own; on a busy machine it means more than the time on the clock.

`--drawn N` measures a catalogue of N vectors that are drawn like those of HOME. `--other CHECKOUT OTHER_HOME` measures
the service of another build as well, in the same turns, over a home of its own with the same covers.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from benchmarks.answers.asker import Asker, Taken
from benchmarks.answers.drawn import draw_home
from benchmarks.answers.peer import PgVector
from benchmarks.own_database import require_own_database
from benchmarks.services import HERE, Connection, Service, environment_of, serving
from tests.postgres import postgres_server

K = 20
TURN = 10
WARM_UP = 20
PEER = "pgvector, by album"

Ask = Callable[[int, Any], Taken]
"""An album and a vector → what the answer took."""


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
    require_own_database()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_done:
        home = draw_home(asked.home, asked.drawn, Path(folder)) if asked.drawn else asked.home
        url = until_done.enter_context(postgres_server(connections=200)).empty_database()
        address = url.render_as_string(hide_password=False)
        askers, services = dict[str, Asker](), dict[str, Service]()
        for name, database in (("SQLite", None), ("PostgreSQL", address)):
            if database is not None:
                askers["SQLite"].ask("copy", url)
            askers[name] = asker = Asker(environment_of(HERE, home, database))
            until_done.callback(asker.close)
            services[name] = until_done.enter_context(serving(HERE, home, database))
        if asked.other:
            checkout, other_home = asked.other
            services["other build, SQLite"] = until_done.enter_context(serving(checkout.resolve(), other_home))
        ids, vectors = _questions(askers["SQLite"], asked.requests)
        peer = None if asked.without_peer else PgVector(url, askers["SQLite"], len(askers["SQLite"].ask("albums")))
        _print_turns(ids, vectors, _contestants(askers, services, peer))
        _print_many(asked.clients, asked.seconds, ids, services)
        memory = (f"{name} {service.resident_mb():.0f}" for name, service in services.items())
        print(f"\nMB resident: {', '.join(memory)}")


def _questions(asker: Asker, count: int) -> tuple[list[int], Any]:
    """Albums in a random order, and as many vectors that are near to some of the index but none of them."""
    random = np.random.default_rng(3)
    ids = asker.ask("albums")
    chosen = [int(ids[place]) for place in random.permutation(len(ids))[: WARM_UP + count]]
    vectors = asker.ask("vectors", np.sort(random.integers(0, len(ids), len(chosen))))
    vectors += random.standard_normal(vectors.shape).astype(np.float32) * 0.01
    return chosen, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _contestants(askers: Mapping[str, Asker], services: Mapping[str, Service], peer: PgVector | None) -> dict[str, Ask]:
    found = dict[str, Ask]()
    if peer is not None:
        found[PEER] = lambda album, _: peer.by_album(K, album)
        found["pgvector, by vector"] = lambda _, vector: peer.by_vector(K, vector)
    for name, asker in askers.items():
        found[f"{name}: bare index"] = partial(_ask_index, asker)
        found[f"{name}: similar by album"] = partial(_ask_album, asker)
        found[f"{name}: similar by vector"] = partial(_ask_vector, asker)
    for name, service in services.items():
        found[f"{name}: similar by album over HTTP"] = partial(_ask_service, service, Connection(service.address))
    return found


def _ask_index(asker: Asker, _album: int, vector: Any) -> Taken:
    return asker.ask("index", K, vector)  # type: ignore[no-any-return]


def _ask_album(asker: Asker, album: int, _vector: Any) -> Taken:
    return asker.ask("album", K, album)  # type: ignore[no-any-return]


def _ask_vector(asker: Asker, _album: int, vector: Any) -> Taken:
    return asker.ask("vector", K, vector)  # type: ignore[no-any-return]


def _ask_service(service: Service, connection: Connection, album: int, _vector: Any) -> Taken:
    before_s = service.cpu_s() + thread_time()
    ms = connection.similar(K, album)
    return Taken(ms, 1000 * (service.cpu_s() + thread_time() - before_s), 0, K)


def _print_turns(albums: Sequence[int], vectors: Any, contestants: Mapping[str, Ask]) -> None:
    taken = defaultdict[str, list[Taken]](list)
    for start in range(0, len(albums), TURN):
        for name, ask in contestants.items():
            taken[name] += [ask(albums[n], vectors[[n]]) for n in range(start, min(start + TURN, len(albums)))]
    peer = [(one.ms, one.cpu_ms) for one in taken[PEER][WARM_UP:]] or [(np.nan, np.nan)]
    peer_ms, peer_cpu_ms = np.median(peer, axis=0)
    print("| one at a time | p50 ms (over pgvector's) | p99 ms | answers/s | CPU ms (over pgvector's) | statements |")
    print("|---|---|---|---|---|---|")
    for name in contestants:
        some = taken[name][WARM_UP:]
        assert all(one.found == K for one in some), name
        ms, cpu_ms, statements = (np.array([getattr(one, of) for one in some]) for of in ("ms", "cpu_ms", "statements"))
        p50, p99, used = np.median(ms), np.percentile(ms, 99), np.median(cpu_ms)
        asked = f"{statements.mean():.2f} (most {statements.max()})" if statements.any() else ""
        print(
            f"| {name} | {p50:.2f} ({p50 / peer_ms:.2f}) | {p99:.2f} | {1000 / ms.mean():.0f} "
            f"| {used:.2f} ({used / peer_cpu_ms:.2f}) | {asked} |",
            flush=True,
        )


def _print_many(clients: int, seconds: float, albums: Sequence[int], services: Mapping[str, Service]) -> None:
    print(f"\n| {clients} clients at once | answers/s | p50 ms | p99 ms | CPU ms an answer |\n|---|---|---|---|---|")
    for name, service in services.items():
        until = perf_counter() + seconds

        def ask(number: int, service: Service = service, until: float = until) -> list[float]:
            connection, times = Connection(service.address), list[float]()
            while perf_counter() < until:
                times.append(connection.similar(K, albums[(number + len(times)) % len(albums)]))
            return times

        cpu_s = service.cpu_s()
        with ThreadPoolExecutor(clients) as pool:
            times = [ms for some in pool.map(ask, range(clients)) for ms in some]
        used_ms = 1000 * (service.cpu_s() - cpu_s) / len(times)
        p50, p99 = np.percentile(times, [50, 99])
        print(f"| {name} | {len(times) / seconds:.0f} | {p50:.0f} | {p99:.0f} | {used_ms:.2f} |", flush=True)


if __name__ == "__main__":
    main()
