"""Two workers that share a catalogue, next to one: `python -m benchmarks.workers FOLDER [--turns 3]`.

One worker has every core of this machine; two have half of them each, and homes of their own. They take turns on a
fresh PostgreSQL database of the covers in FOLDER. Printed are covers a second from the start of the processes until
every cover has a vector, and from then until every one is read.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import numpy as np
from sqlalchemy import Engine, create_engine, text

from benchmarks.own_database import require_own_database
from sleeve.platform import usable_cores
from tests.postgres import postgres_server

COMMAND = [sys.executable, "-c", "from service.cli import main; main()"]
STAGES = {"embedded": "vectors", "read": "texts"}
LOOKS_EVERY_S = 0.05


def main() -> None:
    """Work in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    require_own_database()
    rates: dict[int, list[list[float]]] = {1: [], 2: []}
    with postgres_server() as server:
        for _ in range(asked.turns):
            for workers, found in rates.items():
                url = server.empty_database().render_as_string(hide_password=False)
                found.append(_rates(asked.source.absolute(), url, workers))
    print("| | " + " | ".join(f"{stage}/s" for stage in STAGES) + " |\n|---|" + "---|" * len(STAGES))
    medians = {workers: np.median(found, axis=0) for workers, found in rates.items()}
    for workers, median in medians.items():
        print(f"| {workers} | " + " | ".join(f"{rate:.1f}" for rate in median) + " |")
    print("| two for one | " + " | ".join(f"{ratio:.2f}" for ratio in medians[2] / medians[1]) + " |")


def _rates(source: Path, url: str, workers: int) -> list[float]:
    """Covers a second, of each stage."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "SLEEVE_DATABASE_URL": url, "SLEEVE_THREADS": str(usable_cores() // workers)}
        homes = [{**environment, "SLEEVE_HOME": str(Path(folder) / str(number))} for number in range(workers)]
        for command in (("db", "upgrade"), ("add", str(source))):
            subprocess.run([*COMMAND, *command], env=homes[0], check=True, capture_output=True)
        engine = create_engine(url)
        began = perf_counter()
        processes = [
            subprocess.Popen([*COMMAND, "index", "--worker"], env=home, stderr=subprocess.DEVNULL) for home in homes
        ]
        try:
            ends = [_when_done(engine, table) for table in STAGES.values()]
        finally:
            for process in processes:
                process.kill()
                process.wait()
        with engine.connect() as connection:
            covers = connection.scalar(text("SELECT count(*) FROM covers"))
        engine.dispose()
    return [covers / seconds for seconds in np.diff([began, *ends]).tolist()]


def _when_done(engine: Engine, table: str) -> float:
    """The moment when every cover has a row there."""
    query = text(f"SELECT (SELECT count(*) FROM covers) - (SELECT count(*) FROM {table})")
    while True:
        with engine.connect() as connection:
            if not connection.scalar(query):
                return perf_counter()
        sleep(LOOKS_EVERY_S)


if __name__ == "__main__":
    main()
