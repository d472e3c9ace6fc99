"""What an export of a large catalogue needs: `python -m benchmarks.exporting HOME [--suffixes .parquet .jsonl]`.

HOME is a home with as many covers as are to be exported, such as `python -m benchmarks.words` draws; a copy of its
database is given drawn vectors, one for each cover. Each export runs in a process of its own. A table is printed as
Markdown: its seconds, the file, and the memory of the process a tenth of the way and at its peak; if rows stream, the
two are alike.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from benchmarks.own_database import require_own_database
from db import bundles, index_versions, vectors
from db.records import BundleRecord, NewVector
from indexer.home import Home
from sleeve.settings import Settings
from sleeve.vocabulary import CoverId, Fingerprint

DIMENSION = 464
COVERS_A_STEP = 8192
SAMPLE_EVERY_S = 0.1


def main() -> None:
    """Draw the vectors, export, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--suffixes", nargs="+", default=[".parquet", ".jsonl"])
    asked = parser.parse_args()
    require_own_database()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with Home(settings) as home:
            home.database_file.parent.mkdir(exist_ok=True)
            shutil.copyfile(asked.home / home.database_file.name, home.database_file)
            home.upgrade()
            count = _draw(home)
        print(f"{count:,} covers with vectors of {DIMENSION} numbers\n")
        print("| file | seconds | MB of the file | memory a tenth of the way, MB | peak, MB |\n|---|---|---|---|---|")
        for suffix in asked.suffixes:
            file = Path(folder) / f"out{suffix}"
            seconds, sizes = _export(settings.home, file)
            tenth, peak = sizes[len(sizes) // 10], max(sizes)
            print(
                f"| {suffix} | {seconds:.0f} | {file.stat().st_size / 1e6:.0f} | {tenth:.0f} | {peak:.0f} |", flush=True
            )
            file.unlink()


def _draw(home: Home) -> int:
    """Give every cover a vector of a bundle that is live, and return how many there are."""
    drawn = np.random.default_rng(0)
    with home.database.writing() as session:
        bundle = bundles.register(session, Fingerprint("0" * 64), name="drawn", dimension=DIMENSION, manifest={})
    count, after = 0, CoverId(0)
    while step := _step(home, bundle, drawn, after):
        count, after = count + len(step), step[-1].cover_id
    with home.database.writing() as session:
        index_versions.promote(session, "", bundle, folder="drawn", kind="exact", count=count, recall=1.0)
    return count


def _step(home: Home, bundle: BundleRecord, drawn: np.random.Generator, after: CoverId) -> Sequence[NewVector]:
    with home.database.writing() as session:
        covers = vectors.pending(session, bundle, after=after, limit=COVERS_A_STEP)
        made = drawn.standard_normal((len(covers), DIMENSION), dtype=np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        new = [
            NewVector(cover.cover_id, cover.content_hash, vector)
            for cover, vector in zip(covers, made.astype(np.float16), strict=True)
        ]
        vectors.store(session, bundle, new)
    return new


def _export(home: Path, file: Path) -> tuple[float, list[float]]:
    """The seconds of an export, and the megabytes of its process every ``SAMPLE_EVERY_S``."""
    started = perf_counter()
    command = "from service.cli import main; main()"
    arguments = ["export", str(file), "--vectors"]
    environment = {**os.environ, "SLEEVE_HOME": str(home)}
    sizes: list[float] = []
    with subprocess.Popen([sys.executable, "-c", command, *arguments], env=environment) as process:
        while process.poll() is None:
            sizes.append(_resident_mb(process.pid))
            sleep(SAMPLE_EVERY_S)
    if process.returncode:
        sys.exit(process.returncode)
    return perf_counter() - started, sizes


def _resident_mb(pid: int) -> float:
    """Megabytes that a process has in memory, and do not belong to files."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    found = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(found.get("RssAnon", "0 kB").split()[0]) / 1000


if __name__ == "__main__":
    main()
