"""Building and searching at sizes: `python -m benchmarks.scale VECTORS [--counts 100000 1000000] [--kinds hnsw ivf]`.

VECTORS is an .npy file of real vectors, or a home whose database has some. As many as are wanted are drawn like them
(``clustered_vectors``), and a table a size is printed as Markdown. Every build and every search runs in a process of
its own, so that memory and cold start are its own. Queries are drawn like the vectors and are none of them; the truth
is a brute-force product in fp32. Of a home, what is drawn around a cover has its genre, and searches within one genre
are measured too.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.clustered_vectors import (
    ROWS_A_STEP,
    Generator,
    local_intrinsic_dimensionality,
    read_genres,
    read_vectors,
)
from indexer import vector_index
from indexer.vector_index import IndexKind
from indexer.vector_index.gate import fit_and_measure
from sleeve.vocabulary import Fingerprint

K = 20
QUERIES = 300
FILTERED_QUERIES = 100
SHARES = (0.5, 0.1, 0.01, 0.001)
LEAST_OF_GENRE = 50
FINGERPRINT = Fingerprint("0" * 64)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Built:
    """What a build cost."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Searched:
    """What searches found and took, on the clock and of the processor; ``missing`` counts answers with fewer than k
    although k exist."""

    recall: float
    p50_ms: float
    p99_ms: float
    cpu_p50_ms: float
    cpu_p99_ms: float
    missing: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A worker that opens an index and searches it under each filter."""

    seconds: float
    cpu_seconds: float
    resident_bytes: int
    width: str
    searched: Sequence[Searched]


def main() -> None:
    """Draw, build, search, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--kinds", type=IndexKind, nargs="+", help="by default the kind for the count")
    asked = parser.parse_args()
    real, genres = (read_vectors(asked.vectors), None) if asked.vectors.suffix == ".npy" else read_genres(asked.vectors)
    mixed = real[np.random.default_rng(1).permutation(len(real))]
    lid = local_intrinsic_dimensionality(mixed[500:20_500], mixed[:500])
    print(f"{len(real)} real vectors, d = {real.shape[1]}, LID {lid:.1f} among {min(len(real) - 500, 20_000):,}\n")
    for count in asked.counts:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Generator(real), genres, count, asked.kinds or [vector_index.kind_for(count)], Path(folder))


def _measure(
    generator: Generator, genres: NDArray[np.str_] | None, count: int, kinds: Sequence[IndexKind], folder: Path
) -> None:
    drawn = np.lib.format.open_memmap(folder / "v.npy", "w+", np.float16, (count, generator.dimension))
    random = np.random.default_rng(3)
    centres = random.integers(generator.count, size=count)
    for start in range(0, count, ROWS_A_STEP):
        drawn[start : start + ROWS_A_STEP] = generator.draw_around(centres[start : start + ROWS_A_STEP])
    drawn.flush()
    masks = {"all": np.ones(count, dtype=np.bool_)} | {f"{share:.1%}": random.random(count) < share for share in SHARES}
    if genres is not None:
        names, covers = np.unique(genres[genres != ""], return_counts=True)
        masks |= {name: genres[centres] == name for name in names[covers >= LEAST_OF_GENRE]}
    np.save(folder / "masks.npy", np.stack(list(masks.values())))
    queries = generator.draw(QUERIES)
    lid = local_intrinsic_dimensionality(drawn[:20_000].astype(np.float32), queries[:500])
    np.save(folder / "queries.npy", queries)
    np.save(folder / "least.npy", _least(drawn, queries, list(masks.values())))
    print(f"## {count:,} vectors like them, LID {lid:.1f} among 20,000\n")
    print("| kind | build s (CPU s) | peak MB building | bytes a vector | open s (CPU s) | resident MB |")
    print("|---|---|---|---|---|---|")
    opened: dict[IndexKind, Opened] = {}
    for kind in kinds:
        built = _alone(_build, folder, kind)
        opened[kind] = worker = _alone(_search, folder, kind)
        print(
            f"| {kind} {worker.width} | {built.seconds:.1f} ({built.cpu_seconds:.1f}) | {built.peak_bytes / 1e6:.0f} "
            f"| {built.file_bytes / count:.0f} | {worker.seconds:.2f} ({worker.cpu_seconds:.2f}) "
            f"| {worker.resident_bytes / 1e6:.0f} |"
        )
    print(f"\n| kind | allowed | recall@{K} | p50, p99 ms | of the processor | answers too short |")
    print("|---|---|---|---|---|---|")
    for kind, worker in opened.items():
        for name, found in zip(masks, worker.searched, strict=True):
            print(
                f"| {kind} | {name} | {found.recall:.4f} | {found.p50_ms:.2f}, {found.p99_ms:.2f} "
                f"| {found.cpu_p50_ms:.2f}, {found.cpu_p99_ms:.2f} | {found.missing} |"
            )
    print(flush=True)


def _least(
    drawn: NDArray[np.float16], queries: NDArray[np.float32], masks: Sequence[NDArray[np.bool_]]
) -> NDArray[np.float32]:
    """(masks, q) the exact k-th highest similarity among the vectors of each mask."""
    best = np.full((len(masks), len(queries), K), -np.inf, dtype=np.float32)
    for start in range(0, len(drawn), ROWS_A_STEP):
        products = queries @ drawn[start : start + ROWS_A_STEP].astype(np.float32).T
        for number, mask in enumerate(masks):
            asked = len(queries) if mask.all() else FILTERED_QUERIES
            some = products[:asked, mask[start : start + ROWS_A_STEP]]
            both = np.concatenate([best[number, :asked], some], axis=1)
            best[number, :asked] = np.partition(both, -K, axis=1)[:, -K:]
    return np.asarray(best.min(axis=2))


def _alone(job: Callable[[Path, IndexKind], Answer], folder: Path, kind: IndexKind) -> Answer:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(job, folder, kind).result()


def _build(folder: Path, kind: IndexKind) -> Built:
    drawn = np.load(folder / "v.npy", mmap_mode="r")
    # Mapped pages that were read count as resident, so each batch is read like the database's: from a file.
    steps = range(0, len(drawn), ROWS_A_STEP)
    started, cpu_started = perf_counter(), process_time()
    with (folder / "v.npy").open("rb") as file:
        file.seek(drawn.offset)
        row_bytes = drawn.shape[1] * 2
        batches = (
            (
                np.arange(start, min(start + ROWS_A_STEP, len(drawn)), dtype=np.int64) + 1,
                np.frombuffer(file.read(ROWS_A_STEP * row_bytes), np.float16).reshape(-1, drawn.shape[1]),
            )
            for start in steps
        )
        index = vector_index.build(kind, drawn.shape[1], batches, expected=len(drawn))
    fit_and_measure(index)
    vector_index.write(index, folder / kind, fingerprint=FINGERPRINT, recall=None)
    seconds, cpu_seconds = perf_counter() - started, process_time() - cpu_started
    file_bytes = sum(file.stat().st_size for file in (folder / kind).iterdir())
    return Built(seconds, cpu_seconds, _peak_bytes(), file_bytes)


def _search(folder: Path, kind: IndexKind) -> Opened:
    started, cpu_started = perf_counter(), process_time()
    index = vector_index.open_folder(folder / kind, expected_fingerprint=FINGERPRINT)
    seconds, cpu_seconds = perf_counter() - started, process_time() - cpu_started
    queries, least = np.load(folder / "queries.npy"), np.load(folder / "least.npy")
    drawn = np.load(folder / "v.npy", mmap_mode="r")
    found = []
    for number, mask in enumerate(np.load(folder / "masks.npy", mmap_mode="r")):
        allowed = None if mask.all() else np.flatnonzero(mask) + 1
        some = queries if allowed is None else queries[:FILTERED_QUERIES]
        times, cpu_times, hits = [], [], []
        for query in some:
            begun, cpu_begun = perf_counter(), thread_time()
            hits.append(index.search(query[np.newaxis], K, allowed).ids[0])
            times.append(1000 * (perf_counter() - begun))
            cpu_times.append(1000 * (thread_time() - cpu_begun))
        ids = np.stack(hits)
        found.append(_graded(drawn, some, ids, least[number], times, cpu_times))
    resident = _peak_bytes()
    width = "" if index.width_name is None else f"({index.width_name} {index.arguments[index.width_name]})"
    return Opened(seconds, cpu_seconds, resident, width, found)


def _peak_bytes() -> int:
    """The most memory this process has had; ``ru_maxrss`` would count its parent's, as it was when it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _graded(
    drawn: NDArray[np.float16],
    queries: NDArray[np.float32],
    ids: NDArray[np.int64],
    least: NDArray[np.float32],
    times: list[float],
    cpu_times: list[float],
) -> Searched:
    right = missing = possible = 0
    for query, row, bar in zip(queries, ids, least, strict=False):
        kept = row[row > 0]
        right += int((drawn[kept - 1].astype(np.float32) @ query >= bar - 1e-5).sum())
        possible += K if np.isfinite(bar) else len(kept)
        missing += bool(np.isfinite(bar)) and len(kept) < K
    recall = right / possible if possible else 1.0
    (p50, p99), (cpu_p50, cpu_p99) = (np.percentile(taken, [50, 99]) for taken in (times, cpu_times))
    return Searched(recall, float(p50), float(p99), float(cpu_p50), float(cpu_p99), missing)


if __name__ == "__main__":
    main()
