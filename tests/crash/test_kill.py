"""kill -9 at random moments: afterwards one more run gives the catalogue, vectors and answers of an undisturbed one."""

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_cover, write_covers

COVERS = 120


def outcome(home: CommandHome, query: Path) -> dict[str, Any]:
    status = home.json("status")
    neighbours = home.json("similar", query, "-k", 25)["neighbours"]
    return {
        "counts": {name: status[name] for name in ("albums", "covers", "pending", "genres")},
        "files": sum(status["files"].values()),
        "index": status["versions"][0]["count"],
        "answer": [(neighbour["file"], round(neighbour["similarity"], 3)) for neighbour in neighbours],
    }


def kill_at_random(home: CommandHome, *arguments: object, moments: random.Random, until_s: float, rounds: int) -> int:
    """Start, kill, and start again; returns how many were still running when killed.

    A run that ended before its moment was quicker than the one that was measured, and those after it will be too.
    """
    killed = 0
    for _ in range(rounds):
        with home.start(*arguments) as process:
            began = time.monotonic()
            try:
                process.wait(moments.uniform(0.0, 0.8 * until_s))
            except subprocess.TimeoutExpired:
                killed += 1
            else:
                until_s = min(until_s, time.monotonic() - began)
            process.kill()
            process.communicate()
    return killed


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_lost(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str, rounds: int
) -> None:
    write_covers(tmp_path / "covers", {"jazz": COVERS // 2, "rock": COVERS // 2})
    query = write_cover(tmp_path / "query.png", seed=7)
    undisturbed = make_home(tmp_path / "undisturbed", engine)
    undisturbed.sleeve("status")  # the first command of a process imports everything: it is no measure
    started = time.monotonic()
    undisturbed.sleeve("add", tmp_path / "covers")
    add_s = time.monotonic() - started
    started = time.monotonic()
    undisturbed.sleeve("index")
    index_s = time.monotonic() - started

    disturbed = make_home(tmp_path / "disturbed", engine)
    moments = random.Random(11)
    killed = kill_at_random(disturbed, "add", tmp_path / "covers", moments=moments, until_s=add_s, rounds=rounds)
    disturbed.sleeve("add", tmp_path / "covers")
    killed += kill_at_random(disturbed, "index", moments=moments, until_s=index_s, rounds=rounds)
    disturbed.sleeve("index")

    assert killed >= rounds // 2, "most kills came too late to disturb anything"
    assert outcome(disturbed, query) == outcome(undisturbed, query)
    expected, found = vectors_of(undisturbed), vectors_of(disturbed)
    assert found.keys() == expected.keys()
    for file, vector in expected.items():
        np.testing.assert_array_equal(found[file], vector)
    versions = Path(disturbed.environment["SLEEVE_HOME"]) / "versions"
    live = disturbed.json("status")["versions"]
    assert {folder.name for folder in versions.iterdir()} == {version["name"] for version in live}
