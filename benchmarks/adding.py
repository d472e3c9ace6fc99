"""`sleeve add` next to another build's: `python -m benchmarks.adding FOLDER --other CHECKOUT [--turns 5]`.

Both builds take turns, each from its own checkout as a process of its own, with a new home each time. Printed is the
processor time of the whole command, start and setting up the database included.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.own_database import require_own_database

HERE = Path(__file__).parents[1]
COMMAND = "from service.cli import main; main()"


def main() -> None:
    """Add in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--other", required=True, type=Path, metavar="CHECKOUT", help="a checkout of the other build")
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    require_own_database()
    took: dict[str, list[float]] = {"other": [], "this": []}
    for _ in range(asked.turns):
        for build, checkout in (("other", asked.other), ("this", HERE)):
            took[build].append(_add(checkout, asked.sources))
    print("| build | processor time, s: median | least |\n|---|---|---|")
    for build, times in took.items():
        print(f"| {build} | {np.median(times):.2f} | {min(times):.2f} |")
    print(f"this build adds {np.median(took['other']) / np.median(took['this']):.2f} times as fast")


def _add(checkout: Path, sources: Sequence[Path]) -> float:
    before = os.times()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PYTHONPATH": str(checkout.absolute()), "SLEEVE_HOME": home}
        command = [sys.executable, "-c", COMMAND, "add", *(str(source.absolute()) for source in sources)]
        subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
