"""An index in files, in PostgreSQL with pgvector and in Milvus, over the same vectors:
`unshare --net .venv/engines/bin/python -m benchmarks.engines HOME [--count 100000]`.

As many vectors as are wanted are drawn like those of HOME (``clustered_vectors``), each with the genre of the cover
that it is drawn around. Each server is a real one, started for this run (`make test-engines` sets up what it needs).
Each index is an HNSW graph, built and gated as `sleeve index` does it. Then all answer the same questions, ten in turn,
so that a busy moment hits all of them: without a filter, under random ones and within each genre. The truth is a
brute-force product. Processor time is that of the asking thread and of the server. Last, every tenth vector is gone
from the database, and each is asked until it has found k that are not.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time, thread_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.clustered_vectors import Generator, read_genres
from benchmarks.scale import FINGERPRINT
from benchmarks.services import cpu_s
from db import bundles
from db.database import Database
from db.records import BundleRecord
from indexer import vector_index
from indexer.vector_index import Batch, IndexKind, SearchableIndex
from indexer.vector_index.gate import fit_and_measure
from indexer.vector_index.servers.opening import server_of
from indexer.vector_index.servers.server_shelf import ServerShelf
from tests.milvus import PORT, MilvusProcess, milvus_server
from tests.postgres import postgres_server

K = 20
QUERIES = 200
TURN = 10
ROWS_A_STEP = 8192
SHARES = (0.5, 0.1, 0.01, 0.001)
LEAST_OF_GENRE = 50
GONE_SHARE = 0.1
DELETED = "all, 10 % deleted"
SPARE_HITS = 8
MILVUS_URL = f"milvus://root:Milvus@127.0.0.1:{PORT}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """(n, d) vectors under the ids from 1, what each filter allows, and (q, d) queries."""

    vectors: NDArray[np.float16]
    filters: Mapping[str, NDArray[np.int64] | None]
    queries: NDArray[np.float32]

    def batches(self) -> Iterator[Batch]:
        for start in range(0, len(self.vectors), ROWS_A_STEP):
            some = self.vectors[start : start + ROWS_A_STEP]
            yield np.arange(start + 1, start + 1 + len(some)), some

    def least(self, allowed: NDArray[np.int64] | None) -> NDArray[np.float32]:
        """(q,) the similarity of the k-th nearest that a filter allows; -inf if there are fewer."""
        among = self.vectors if allowed is None else self.vectors[allowed - 1]
        if len(among) < K:
            return np.full(len(self.queries), -np.inf, np.float32)
        products = self.queries @ among.astype(np.float32).T
        return np.asarray(np.partition(products, -K, axis=1)[:, -K])


@dataclass(slots=True)
class Contestant:
    """An index, and the processor time of what is behind it."""

    index: SearchableIndex
    server_cpu_s: Callable[[], float]
    built: str
    memory: str
    times: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    hits: dict[str, list[NDArray[np.int64]]] = field(default_factory=dict)

    def ask(self, name: str, query: NDArray[np.float32], allowed: NDArray[np.int64] | None) -> None:
        before_s, started = self.server_cpu_s() + thread_time(), perf_counter()
        found = self.index.search(query, K, allowed).ids[0]
        taken = (1000 * (perf_counter() - started), 1000 * (self.server_cpu_s() + thread_time() - before_s))
        self.times.setdefault(name, []).append(taken)
        self.hits.setdefault(name, []).append(found)

    def ask_after_deletes(self, name: str, query: NDArray[np.float32], gone: NDArray[np.bool_]) -> None:
        before_s, started = self.server_cpu_s() + thread_time(), perf_counter()
        wanted = K + SPARE_HITS
        while True:
            found = self.index.search(query, wanted).ids[0]
            left = found[~gone[found - 1]][:K]
            if len(left) == K:
                break
            wanted *= 4
        taken = (1000 * (perf_counter() - started), 1000 * (self.server_cpu_s() + thread_time() - before_s))
        self.times.setdefault(name, []).append(taken)
        self.hits.setdefault(name, []).append(left)


def main() -> None:
    """Draw, build, ask in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    asked = parser.parse_args()
    drawn = _draw(asked.home, asked.count)
    gates = [ids for ids in drawn.filters.values() if ids is not None and len(ids) > 0.02 * asked.count]
    with ExitStack() as until_done:
        folder = Path(until_done.enter_context(tempfile.TemporaryDirectory()))
        postgres = until_done.enter_context(postgres_server())
        milvus = until_done.enter_context(milvus_server())
        database = until_done.enter_context(Database(postgres.database()))
        with database.writing() as session:
            dimension = drawn.vectors.shape[1]
            bundle = bundles.register(session, FINGERPRINT, name="drawn", dimension=dimension, manifest={})
        contestants = {
            "files": _in_files(drawn, gates, folder / "version"),
            "pgvector": _in_postgres(drawn, gates, database, bundle),
            "Milvus": _in_milvus(drawn, gates, database, bundle, milvus),
        }
        left = _ask_all(drawn, contestants)
        _print(drawn, contestants, {**drawn.filters, DELETED: left})


def _draw(home: Path, count: int) -> Drawn:
    real, genres = read_genres(home)
    generator, random = Generator(real), np.random.default_rng(3)
    centres = random.integers(generator.count, size=count)
    vectors = np.empty((count, generator.dimension), np.float16)
    for start in range(0, count, ROWS_A_STEP):
        vectors[start : start + ROWS_A_STEP] = generator.draw_around(centres[start : start + ROWS_A_STEP])
    filters: dict[str, NDArray[np.int64] | None] = {"all": None}
    filters |= {f"{share:.1%}, random": np.flatnonzero(random.random(count) < share) + 1 for share in SHARES}
    names, covers = np.unique(genres[genres != ""], return_counts=True)
    filters |= {name: np.flatnonzero(genres[centres] == name) + 1 for name in names[covers >= LEAST_OF_GENRE]}
    return Drawn(vectors, filters, generator.draw(QUERIES))


def _in_files(drawn: Drawn, gates: list[NDArray[np.int64]], folder: Path) -> Contestant:
    started, used_s = perf_counter(), process_time()
    made = vector_index.build(IndexKind.HNSW, drawn.vectors.shape[1], drawn.batches())
    built_s = perf_counter() - started
    recall = fit_and_measure(made, gates)
    vector_index.write(made, folder, fingerprint=FINGERPRINT, recall=recall)
    took_s, used_s = perf_counter() - started, process_time() - used_s
    index = vector_index.open_folder(folder, expected_fingerprint=FINGERPRINT)
    size_mb = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    return Contestant(
        index, lambda: 0.0, _built(index, built_s, took_s, used_s, recall), f"{size_mb:.0f} in each process"
    )


def _in_postgres(drawn: Drawn, gates: list[NDArray[np.int64]], database: Database, bundle: BundleRecord) -> Contestant:
    with database.asking() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    server = server_of("pgvector", database)
    index, built = _on_server(drawn, gates, ServerShelf(database, server), bundle, lambda: cpu_s(backend))
    with database.asking() as connection:
        size = connection.exec_driver_sql(
            "SELECT max(pg_total_relation_size(oid)) FROM pg_class WHERE relname ~ '^sleeve_'"
        )
        memory = f"{int(size.scalar_one()) / 1e6:.0f} of tables, in the server's cache"
    return Contestant(index, lambda: cpu_s(backend), built, memory)


def _in_milvus(
    drawn: Drawn, gates: list[NDArray[np.int64]], database: Database, bundle: BundleRecord, milvus: MilvusProcess
) -> Contestant:
    before_mb = milvus.resident_mb
    shelf = ServerShelf(database, server_of(MILVUS_URL, database))
    index, built = _on_server(drawn, gates, shelf, bundle, lambda: cpu_s(milvus.pid))
    memory = f"{milvus.resident_mb:.0f} in the server ({before_mb:.0f} empty)"
    return Contestant(index, lambda: cpu_s(milvus.pid), built, memory)


def _on_server(
    drawn: Drawn,
    gates: list[NDArray[np.int64]],
    shelf: ServerShelf,
    bundle: BundleRecord,
    server_cpu_s: Callable[[], float],
) -> tuple[SearchableIndex, str]:
    started, used_s = perf_counter(), process_time() + server_cpu_s()
    index = shelf.build(bundle, IndexKind.HNSW, drawn.batches())
    built_s = perf_counter() - started
    recall = fit_and_measure(index, gates)
    shelf.keep(index, bundle, recall)
    used_s = process_time() + server_cpu_s() - used_s
    return index, _built(index, built_s, perf_counter() - started, used_s, recall)


def _built(index: SearchableIndex, built_s: float, took_s: float, used_s: float, recall: float) -> str:
    (width,) = [value for name, value in index.arguments.items() if name == index.width_name]
    return f"{built_s:.0f} + {took_s - built_s:.0f} ({used_s:.0f}) | {width} | {recall:.4f}"


def _ask_all(drawn: Drawn, contestants: Mapping[str, Contestant]) -> NDArray[np.int64]:
    """Ask everything in turns; returns the ids that were left when some were deleted."""
    gone = np.random.default_rng(4).random(len(drawn.vectors)) < GONE_SHARE
    for start in range(0, QUERIES, TURN):
        for name, allowed in drawn.filters.items():
            for contestant in contestants.values():
                for number in range(start, start + TURN):
                    contestant.ask(name, drawn.queries[number : number + 1], allowed)
        for contestant in contestants.values():
            for number in range(start, start + TURN):
                contestant.ask_after_deletes(DELETED, drawn.queries[number : number + 1], gone)
    return np.flatnonzero(~gone) + 1


def _print(
    drawn: Drawn, contestants: Mapping[str, Contestant], filters: Mapping[str, NDArray[np.int64] | None]
) -> None:
    print(f"{len(drawn.vectors):,} vectors, d = {drawn.vectors.shape[1]}\n")
    print("| index | build + gate, s (CPU s) | width | recall of the gate | MB |\n|---|---|---|---|---|")
    for name, contestant in contestants.items():
        print(f"| {name} | {contestant.built} | {contestant.memory} |")
    print(f"\n| allowed | {' | '.join(f'{name}: recall@{K}, p50, p99, CPU ms' for name in contestants)} | too short |")
    print("|---" * (len(contestants) + 2) + "|")
    for name, allowed in filters.items():
        least, cells, short = drawn.least(allowed), [], 0
        reachable = len(drawn.vectors) if allowed is None else len(allowed)
        for contestant in contestants.values():
            right = 0
            for query, bar, found in zip(drawn.queries, least, contestant.hits[name], strict=True):
                kept = found[found > 0]
                short += len(kept) < min(K, reachable)
                right += int((drawn.vectors[kept - 1].astype(np.float32) @ query >= bar - 1e-5).sum())
            ms, cpu_ms = np.array(contestant.times[name]).T
            recall = right / (QUERIES * min(K, reachable))
            p50, p99 = np.percentile(ms, [50, 99])
            cells.append(f"{recall:.4f}, {p50:.2f}, {p99:.1f}, {np.median(cpu_ms):.2f}")
        print(f"| {name} | {' | '.join(cells)} | {short} |", flush=True)


if __name__ == "__main__":
    main()
