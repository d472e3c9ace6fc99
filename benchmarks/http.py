"""What HTTP adds to an answer: `python -m benchmarks.http [--requests 300] [--clients 50] [--many 10000]`.

Over the catalogue of the settings (SLEEVE_HOME), which is only read. The same questions are asked in this process and
of a service of one worker, one at a time, taking turns so that a busy moment hits both: albums by their id, and uploads
against decoding and embedding alone. Then many clients ask at once, then as many send an image each, and then one asks
many times while the memory of the service is read.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx
import numpy as np
from sqlalchemy import select

from db.tables import Album, Cover
from indexer.home import open_home
from indexer.images.decoding import read
from service.answers.opening import open_answers
from service.answers.records import SimilarRequest
from sleeve.platform import usable_cores
from sleeve.settings import read_settings
from sleeve.vocabulary import AlbumId

SLEEVE = Path(sys.executable).parent / "sleeve"
ASKED = 200
K = 20
STEPS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--many", type=int, default=10_000)
    asked = parser.parse_args()
    with open_home(read_settings()) as home, serving() as (process, address):
        search = open_answers(home).search
        with home.database.reading() as session:
            ids = [AlbumId(found) for found in session.scalars(select(Album.id).limit(ASKED))]
            images = [read(Path(path)) for path in session.scalars(select(Cover.path).limit(ASKED))]
        model = search.snapshot().model
        with httpx.Client(base_url=address, timeout=60) as client:
            by_id = _taking_turns(
                asked.requests,
                lambda number: search.by_album(ids[number % len(ids)], SimilarRequest(K)),
                lambda number: _similar(client, ids[number % len(ids)]),
            )
            by_image = _taking_turns(
                asked.requests,
                lambda number: search.embed(model, images[number % len(images)]),
                lambda number: _upload(client, images[number % len(images)]),
            )
        print("| p50 ms | in process | over HTTP | difference |\n|---|---|---|---|")
        for name, (inside, outside) in {"similar by album": by_id, "upload against decode + embed": by_image}.items():
            print(f"| {name} | {inside:.2f} | {outside:.2f} | {outside - inside:.2f} |", flush=True)
        _print_throughput(address, ids, asked.clients, 20 * asked.requests)
        _print_uploads(address, lambda image: search.embed(model, image), images[: asked.clients])
        _print_memory(address, process, ids, asked.many)


def _taking_turns(count: int, inside: Callable[[int], object], outside: Callable[[int], object]) -> tuple[float, float]:
    """The medians, ms."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-20, count):
        for ask, took in zip((inside, outside), times, strict=True):
            started = perf_counter()
            ask(number)
            if number >= 0:
                took.append(1000 * (perf_counter() - started))
    return float(np.median(times[0])), float(np.median(times[1]))


def _similar(client: httpx.Client, album_id: AlbumId) -> None:
    answer = client.post(f"/api/v1/similar?k={K}", json={"album_id": album_id})
    assert len(answer.raise_for_status().json()["neighbours"]) == K


def _upload(client: httpx.Client, image: bytes) -> None:
    answer = client.post(f"/api/v1/similar?k={K}", files={"image": ("q.jpg", image)})
    assert len(answer.raise_for_status().json()["neighbours"]) == K


def _print_throughput(address: str, ids: Sequence[AlbumId], clients: int, count: int) -> None:
    def ask(share: Sequence[AlbumId]) -> tuple[int, list[float]]:
        failed, times = 0, []
        with httpx.Client(base_url=address, timeout=60) as client:
            for album_id in share:
                started = perf_counter()
                try:
                    _similar(client, album_id)
                except httpx.HTTPError:
                    failed += 1
                times.append(1000 * (perf_counter() - started))
        return failed, times

    everything = [ids[number % len(ids)] for number in range(count)]
    started = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(ask, [everything[number::clients] for number in range(clients)]))
    seconds = perf_counter() - started
    p50, p99 = np.percentile([one for _, times in done for one in times], [50, 99])
    failed = sum(failed for failed, _ in done)
    print(
        f"\n{clients} clients at once: {count / seconds:.0f} answers/s, {failed} of {count} failed, "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms (the clients share the machine's cores)",
        flush=True,
    )


def _print_uploads(address: str, embed: Callable[[bytes], object], images: Sequence[bytes]) -> None:
    """All images at once, against decoding and embedding them with as many threads as there are cores."""

    def upload(image: bytes) -> None:
        # Without certificates to load, which would take longer than the answer.
        with httpx.Client(base_url=address, timeout=60, verify=False) as client:
            _upload(client, image)

    rates = []
    for work, threads in ((embed, usable_cores()), (upload, len(images))):
        started = perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, images))
        rates.append(len(images) / (perf_counter() - started))
    print(f"{len(images)} uploads at once: {rates[1] / rates[0]:.2f} of the rate of decoding and embedding", flush=True)


def _print_memory(address: str, process: "subprocess.Popen[str]", ids: Sequence[AlbumId], count: int) -> None:
    seen = [_resident_mb(process)]
    with httpx.Client(base_url=address, timeout=60) as client:
        for step in range(STEPS):
            for number in range(count // STEPS):
                _similar(client, ids[(step + number) % len(ids)])
            seen.append(_resident_mb(process))
    print(f"memory over {count} more requests, MB: {', '.join(f'{mb:.0f}' for mb in seen)}")


def _resident_mb(process: "subprocess.Popen[str]") -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@contextmanager
def serving(home: Path | None = None) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A service over a home, or the one of the settings, and its address."""
    environment = os.environ if home is None else {**os.environ, "SLEEVE_HOME": str(home)}
    command = [str(SLEEVE), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        try:
            yield process, process.stderr.readline().split()[2]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
