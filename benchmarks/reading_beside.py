"""What a service's answers cost while it has covers read: `python -m benchmarks.reading_beside [--turns 8]`.

Over the catalogue of the settings (SLEEVE_HOME), which has an index and covers that nobody has read yet. The process
that a service would start reads them. Images are asked with over HTTP, one after the other, in turns: it reads, then it
is stopped (SIGSTOP), and so on, so that whatever else the machine does hits both.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, sleep

import httpx
import numpy as np
from sqlalchemy import select

from benchmarks.http import serving
from db import texts
from db.tables import Cover
from indexer.home import Home, open_home
from indexer.images.decoding import read
from service.read_process import start_reading
from sleeve.settings import read_settings

ASKED = 200
WARM = 30


def main() -> None:
    """Ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=8, help="of each kind")
    parser.add_argument("--seconds", type=float, default=10.0, help="of a turn")
    asked = parser.parse_args()
    with open_home(read_settings()) as home:
        with home.database.reading() as session:
            images = [read(Path(path)) for path in session.scalars(select(Cover.path).limit(ASKED))]
        before = _read_so_far(home)
        with serving() as (_, address), httpx.Client(base_url=address, timeout=60) as client:
            _ask(client, images, seconds=0, least=WARM)
            took = _in_turns(home, client, images, asked.turns, asked.seconds, before)
        print(f"{_read_so_far(home) - before} covers read")
    print("| similar by an image | answers | p50 ms | p99 ms |\n|---|---|---|---|")
    for state, times in took.items():
        print(f"| {state} | {len(times)} | {np.median(times):.1f} | {np.percentile(times, 99):.1f} |")
    p50, p99 = (np.percentile(took["reading"], at) / np.percentile(took["quiet"], at) for at in (50, 99))
    print(f"reading against quiet: p50 {p50:.2f}, p99 {p99:.2f}")


def _in_turns(
    home: Home, client: httpx.Client, images: Sequence[bytes], turns: int, seconds: float, before: int
) -> dict[str, list[float]]:
    if sys.platform == "win32":
        raise SystemExit("a process cannot be stopped for a while on Windows")
    took: dict[str, list[float]] = {"quiet": [], "reading": []}
    process = start_reading(home)
    try:
        while _read_so_far(home) == before:
            if process.poll() is not None:
                raise SystemExit("there is nothing to read")
            sleep(0.5)
        for _ in range(turns):
            for state, number in (("quiet", signal.SIGSTOP), ("reading", signal.SIGCONT)):
                process.send_signal(number)
                took[state] += _ask(client, images, seconds)
            if process.poll() is not None:
                raise SystemExit("everything is read; ask for fewer turns")
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait()
    return took


def _ask(client: httpx.Client, images: Sequence[bytes], seconds: float, least: int = 0) -> list[float]:
    """Milliseconds of each answer."""
    took: list[float] = []
    until = perf_counter() + seconds
    while perf_counter() < until or len(took) < least:
        started = perf_counter()
        answer = client.post("/api/v1/similar", files={"image": ("q.jpg", images[len(took) % len(images)])})
        answer.raise_for_status()
        took.append(1000 * (perf_counter() - started))
    return took


def _read_so_far(home: Home) -> int:
    with home.database.reading() as session:
        return texts.counts(session).read


if __name__ == "__main__":
    main()
