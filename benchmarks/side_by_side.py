"""This build and another one, side by side: `python -m benchmarks.side_by_side HOME CHECKOUT OTHER_HOME`.

The homes have the same covers, each by its own build, and are only read. Both builds take turns: starting
(`sleeve --help`, `sleeve similar --album`), the first page of the list, thumbnails that are made and that are there,
questions by album and by image, and the memory of one worker afterwards. The last column is this build's time over the
other's. Processor time is that of the processes of a build, with all that they start.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from benchmarks.services import COMMAND, HERE, Connection, Service, environment_of, serving
from db.tables import Cover
from indexer.home import Home
from indexer.images.decoding import read
from sleeve.settings import Settings

K = 20
PAGE = 60
THUMBNAIL_PX = 384
FORM = "multipart/form-data; boundary=cover"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("other_home", type=Path)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--starts", type=int, default=7)
    asked = parser.parse_args()
    builds = {"this": (HERE, asked.home), "other": (asked.checkout.resolve(), asked.other_home)}
    print("| | this build ms (CPU ms) | other build ms (CPU ms) | ratio (of CPU) |\n|---|---|---|---|")
    for command in (["--help"], ["similar", "--album", "1"]):
        environments = [(checkout, environment_of(checkout, home)) for checkout, home in builds.values()]
        taken = [[_started(checkout, env, command) for checkout, env in environments] for _ in range(asked.starts)]
        _print_row(f"sleeve {' '.join(command)}", np.array(taken[1:]))
    with ExitStack() as until_done:
        homes = [(checkout, _with_own_pictures(home, until_done)) for checkout, home in builds.values()]
        services = [until_done.enter_context(serving(checkout, home)) for checkout, home in homes]
        _print_services(services, asked.home, asked.requests)


def _with_own_pictures(home: Path, until_done: ExitStack) -> Path:
    """The same home, but with no thumbnails yet: links to all that is in it, in a folder of its own."""
    folder = Path(until_done.enter_context(tempfile.TemporaryDirectory()))
    for entry in home.iterdir():
        if entry.name != "thumbnails":
            (folder / entry.name).symlink_to(entry.resolve())
    return folder


def _started(checkout: Path, environment: Mapping[str, str], command: Sequence[str]) -> tuple[float, float]:
    """ms and processor ms of a whole command."""
    before = os.times()
    started = perf_counter()
    subprocess.run([sys.executable, *COMMAND, *command], env=environment, cwd=checkout, check=True, capture_output=True)
    took_ms = 1000 * (perf_counter() - started)
    after = os.times()
    used_s = after.children_user + after.children_system - before.children_user - before.children_system
    return took_ms, 1000 * used_s


def _print_services(services: Sequence[Service], home: Path, count: int) -> None:
    connections = [Connection(service.address) for service in services]
    pages = [json.loads(one.ask("GET", f"/albums?limit={PAGE}")[1])["albums"] for one in connections]
    ids = [[album["id"] for album in page] for page in pages]
    images = _forms(home, count)
    for one, some in zip(connections, ids, strict=True):  # the first question loads the index and the model
        one.similar(K, some[0])
        one.ask("POST", f"/similar?k={K}", images[0], FORM)

    def picture(which: int, number: int) -> object:
        shown = pages[which][number % PAGE]["covers"][0]
        # Builds before addresses named the content have others.
        place = f"/images/{shown['content_hash']}" if "content_hash" in shown else f"/covers/{shown['id']}/image"
        return connections[which].ask("GET", f"{place}?size={THUMBNAIL_PX}&format=webp")

    questions: dict[str, tuple[int, Callable[[int, int], object]]] = {
        f"first page of {PAGE} albums": (
            count,
            lambda which, _: connections[which].ask("GET", f"/albums?limit={PAGE}"),
        ),
        "a thumbnail that is made": (PAGE, picture),
        "a thumbnail that is there": (count, picture),
        "`similar` by album": (count, lambda which, n: connections[which].similar(K, ids[which][n % PAGE])),
        "`similar` by image": (
            count,
            lambda which, n: connections[which].ask("POST", f"/similar?k={K}", images[n], FORM),
        ),
    }
    for name, (times, ask) in questions.items():
        taken = np.empty((times, len(services), 2))
        for number in range(times):
            for which, service in enumerate(services):
                cpu_s, started = service.cpu_s(), perf_counter()
                ask(which, number)
                taken[number, which] = perf_counter() - started, service.cpu_s() - cpu_s
        _print_row(name, 1000 * taken)
    mb = [service.resident_mb() for service in services]
    print(f"| resident memory of a worker | {mb[0]:.0f} MB | {mb[1]:.0f} MB | {mb[0] / mb[1]:.2f} |")


def _forms(home: Path, count: int) -> list[bytes]:
    """Covers of a home as forms."""
    head = b'--cover\r\nContent-Disposition: form-data; name="image"; filename="q.jpg"\r\n\r\n'
    with Home(Settings(home=home)) as catalogue, catalogue.database.reading() as session:
        paths = session.scalars(select(Cover.path).order_by(Cover.content_hash).limit(count))
        return [head + read(Path(path)) + b"\r\n--cover--\r\n" for path in paths]


def _print_row(name: str, taken: NDArray[np.float64]) -> None:
    """(times, builds, 2) ms and processor ms; the system counts processor time in hundredths, so its mean is shown."""
    ms, cpu_ms = np.median(taken[:, :, 0], axis=0), taken[:, :, 1].mean(axis=0)
    this, other = (f"{ms[which]:.1f} ({cpu_ms[which]:.1f})" for which in (0, 1))
    print(f"| {name} | {this} | {other} | {ms[0] / ms[1]:.2f} ({cpu_ms[0] / cpu_ms[1]:.2f}) |", flush=True)


if __name__ == "__main__":
    main()
