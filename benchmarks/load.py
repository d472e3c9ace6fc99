"""A service under steady load while its catalogue and index change: `python -m benchmarks.load [--covers 5000]`.

A home is filled with vectors drawn like real ones for two bundles (there are no images of them) and with some drawn
covers. Images are then asked for over HTTP at a fixed rate, whether answers come or not (an open loop), quietly and
while covers are added, the index is rebuilt, and the bundle is switched; those commands run with `nice`, as an operator
would run them next to a service. Printed are p50 and p99 of each phase and their ratio to the quiet one, failed
requests, how long an embedded cover takes to be found, and what adding 1 % costs against a full build.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.clustered_vectors import Generator, read_vectors
from benchmarks.own_database import require_own_database
from db import bundles, vectors
from db.database import Database
from db.records import BundleRecord, CoverFile, InspectedFile, NewVector
from db.registration import register
from indexer.home import Home
from indexer.models.backbone import Backbone
from service.demo import draw_catalogue
from sleeve.settings import Settings
from sleeve.vocabulary import ContentHash, CoverId, LabelSource

BUNDLES = ("sleeve-lite0", "efficientnet-lite0-imagenet")
ROWS_A_STEP = 4096
SLEEVE = Path(sys.executable).parent / "sleeve"


class Load:
    """Requests at a fixed rate from threads; what each took, in ms, or None if it failed."""

    def __init__(self, client: httpx.Client, images: Sequence[bytes], rate: float) -> None:
        self._client = client
        self._images = images
        self._rate = rate
        self._pool = ThreadPoolExecutor(32)

    def during(self, work: Callable[[], object], least_s: float) -> list[float | None]:
        """Ask until the work is done and at least so long."""
        with ThreadPoolExecutor(1) as worker:
            working = worker.submit(work)
            asked: list[Future[float | None]] = []
            started = perf_counter()
            while not working.done() or perf_counter() - started < least_s:
                due = started + len(asked) / self._rate
                time.sleep(max(0.0, due - perf_counter()))
                asked.append(self._pool.submit(self._ask, self._images[len(asked) % len(self._images)], due))
            working.result()
        return [one.result() for one in asked]

    def _ask(self, image: bytes, due: float) -> float | None:
        try:
            answer = self._client.post("/api/v1/similar", files={"image": ("q.jpg", image)})
        except httpx.TransportError:
            return None
        whole = answer.status_code == 200 and len(answer.json()["neighbours"]) == 10
        # From when it was due: a request that waits for its turn is slow, not unasked.
        return 1000 * (perf_counter() - due) if whole else None


def main() -> None:
    """Fill a home, serve it, load it, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--covers", type=int, default=100_000, help="vectors without an image")
    parser.add_argument("--drawn", type=int, default=300, help="albums with images; a third is added under load")
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="of quiet")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--like", type=Path, nargs="+", help="an .npy of real vectors for each of the two bundles")
    asked = parser.parse_args()
    require_own_database()
    with tempfile.TemporaryDirectory() as folder:
        _run(asked, Path(folder))


def _run(asked: argparse.Namespace, folder: Path) -> None:
    settings = Settings(home=folder / "home", bundle="")
    environment = {**os.environ, "SLEEVE_HOME": str(settings.home), "SLEEVE_BUNDLE": ""}
    drawn = draw_catalogue(folder / "drawn", albums=asked.drawn)
    drawn.manifest.unlink()
    paths = sorted(drawn.folder.glob("*/*.*"))
    later = paths[: len(paths) // 3]
    for path in later:
        target = folder / "later" / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
    later = sorted((folder / "later").iterdir())
    sleeve = _runner(environment)
    sleeve("add", folder / "drawn")
    for number, name in enumerate(BUNDLES):
        like = None if asked.like is None else read_vectors(asked.like[number])
        _fill(settings, name, asked.covers, like)
    _print_cost_of_a_hundredth(settings, asked.covers)
    sleeve("bundles", "use", BUNDLES[1])
    sleeve("bundles", "use", BUNDLES[0])
    with _serving(environment, asked.workers) as address, httpx.Client(base_url=address, timeout=60) as client:
        images = [path.read_bytes() for path in later[:50]]
        load = Load(client, images, asked.rate)
        load.during(lambda: None, 3)
        phases: dict[str, Callable[[], object]] = {
            "quiet": lambda: None,
            "adding": lambda: (sleeve("add", folder / "later"), sleeve("index")),
            "rebuilding": lambda: _rebuild(client),
            "switching the bundle": lambda: sleeve("bundles", "use", BUNDLES[1]),
        }
        print(f"{asked.covers} vectors, {asked.rate:g} requests/s, {asked.workers} workers\n")
        print("| phase | requests | failed | p50 ms | p99 ms | p99 against quiet |\n|---|---|---|---|---|---|")
        quiet_ms = 0.0
        for name, work in phases.items():
            took = load.during(work, asked.seconds if name == "quiet" else 5)
            good = [one for one in took if one is not None]
            p50, p99 = np.percentile(good, [50, 99])
            quiet_ms = quiet_ms or float(p99)
            failed = len(took) - len(good)
            print(f"| {name} | {len(took)} | {failed} | {p50:.1f} | {p99:.1f} | {p99 / quiet_ms:.2f} |", flush=True)
        seen_s = _time_until_seen(settings, client, sleeve, paths[-1], folder)
        print(f"\nembedded by another process → found over HTTP: {1000 * seen_s:.0f} ms")


def _fill(settings: Settings, name: str, count: int, like: NDArray[np.float32] | None) -> None:
    """Register covers without an image, the same for every bundle, and store vectors of this bundle for them."""
    with Home(settings) as home:
        bundle = home.shelf.named(name)
    dimension = bundle.manifest.dimension
    real = np.random.default_rng(4).standard_normal((500, dimension), dtype=np.float32) if like is None else like
    generator = Generator(real / np.linalg.norm(real, axis=1, keepdims=True))
    with Home(settings) as home:
        database = home.database
        record = _record(database, home.backbone(bundle), name)
        for start in range(0, count, ROWS_A_STEP):
            numbers = range(start, min(start + ROWS_A_STEP, count))
            files = [_without_image(number) for number in numbers]
            made = generator.draw(len(files)).astype(np.float16)
            _store(database, record, files, made)


def _store(database: Database, record: BundleRecord, files: Sequence[InspectedFile], made: NDArray[np.float16]) -> None:
    with database.writing() as session:
        register(session, files, lambda _path, _hash: True)
        vector_of = {file.content_hash: vector for file, vector in zip(files, made, strict=True)}
        pending = vectors.pending(session, record, after=CoverId(0), limit=2 * ROWS_A_STEP)
        theirs = [cover for cover in pending if cover.content_hash in vector_of]
        assert len(theirs) == len(files)
        vectors.store(
            session, record, [NewVector(c.cover_id, c.content_hash, vector_of[c.content_hash]) for c in theirs]
        )


def _record(database: Database, backbone: Backbone, name: str) -> BundleRecord:
    with database.writing() as session:
        return bundles.register(session, backbone.fingerprint, name=name, dimension=backbone.dimension, manifest={})


def _without_image(number: int) -> InspectedFile:
    path = Path(f"/nowhere/{number}.jpg")
    return InspectedFile(CoverFile(str(path), path, LabelSource.FOLDER, ("jazz",)), ContentHash(f"{number:064d}"))


def _print_cost_of_a_hundredth(settings: Settings, count: int) -> None:
    """Full build against taking in 1 %, in the seconds of this process."""
    with Home(settings) as home:
        database, versions = home.database, home.versions
        record = _record(database, home.backbone(home.shelf.named(BUNDLES[0])), BUNDLES[0])
        started = perf_counter()
        versions.refresh(record, rebuild=True)
        full_s = perf_counter() - started
        files = [_without_image(count + number) for number in range(count // 100)]
        made = np.random.default_rng(6).standard_normal((len(files), record.dimension))
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        for start in range(0, len(files), ROWS_A_STEP):
            some = slice(start, start + ROWS_A_STEP)
            _store(database, record, files[some], made[some].astype(np.float16))
        started = perf_counter()
        done = versions.refresh(record)
        some_s = perf_counter() - started
        how = "extended" if done.changed else f"left {done.delta} to the delta"
        print(f"full build {full_s:.2f} s; 1 % more {some_s:.2f} s = {some_s / full_s:.1%} ({how})\n")


def _rebuild(client: httpx.Client) -> None:
    started = client.post("/api/v1/index/rebuild")
    assert started.status_code == 202, started.text
    with client.stream("GET", "/api/v1/index/rebuild/events") as events:
        streamed = "".join(events.iter_text())
    assert "event: done" in streamed, streamed


def _time_until_seen(
    settings: Settings, client: httpx.Client, sleeve: Callable[..., None], path: Path, folder: Path
) -> float:
    """Seconds from when a new cover's vector is in the database until a query over HTTP finds it."""
    target = folder / "newest" / "newest.jpg"
    target.parent.mkdir()
    # Bytes behind the end of a JPEG: the same picture, another cover.
    target.write_bytes(path.read_bytes() + b"newest")
    sleeve("add", target)
    with ThreadPoolExecutor(1) as pool, Home(settings) as home:
        database, live = home.database, home.require_live()
        newest = 0
        with database.reading() as session:
            for batch in vectors.stream(session, live.bundle):
                newest = int(batch.ids[-1])
        indexing = pool.submit(sleeve, "index")
        while not _count_past(database, live.bundle, newest):
            time.sleep(0.005)
        stored = perf_counter()
        while True:
            answer = client.post("/api/v1/similar", params={"k": 20}, files={"image": ("q.jpg", target.read_bytes())})
            if str(target) in {neighbour["file"] for neighbour in answer.json()["neighbours"]}:
                break
        seen_s = perf_counter() - stored
        indexing.result()
    return seen_s


def _count_past(database: Database, bundle: BundleRecord, newest: int) -> int:
    with database.reading() as session:
        return vectors.count(session, bundle, after=newest)


def _runner(environment: dict[str, str]) -> Callable[..., None]:
    def sleeve(*arguments: object) -> None:
        command = ["nice", "-n", "19", str(SLEEVE), *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        # Covers without an image cannot be embedded anew; that is no failure here.
        assert done.returncode == 0 or "missing file" in done.stderr, done.stderr

    return sleeve


@contextmanager
def _serving(environment: dict[str, str], workers: int) -> Iterator[str]:
    command = [str(SLEEVE), "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            yield line.split()[2]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
