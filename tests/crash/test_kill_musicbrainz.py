"""kill -9 at random moments of ``sleeve musicbrainz``: the run after it goes on and fetches nothing twice.

Of 10,000 release groups, killed a thousand times:

    SLEEVE_KILL_ROUNDS=1000 pytest -n0 -m slow -k sqlite tests/crash/test_kill_musicbrainz.py
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from db.database import Database
from tests.command_home import CommandHome
from tests.forked import Forked
from tests.indexer.sources.musicbrainz import sleeve_near
from tests.indexer.sources.musicbrainz.runs import catalogue_of
from tests.indexer.sources.musicbrainz.stand_in import Asked, StandIn, standing_in

GROUPS_A_ROUND = 10

INTERVAL_S = 0.02
"""Between two requests to one host, in place of the second of the real services; longer than an album takes."""

LONGEST_S = 3600.0


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_killed_runs_go_on(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str, rounds: int
) -> None:
    groups = GROUPS_A_ROUND * rounds
    calm, killed = make_home(tmp_path / "calm", engine), make_home(tmp_path / "killed", engine)
    with standing_in(groups, INTERVAL_S) as stand_in:
        first = finish(calm, stand_in, "calm", groups)
        asked = list(stand_in.log)
        stand_in.log.clear()
        moments, step = random.Random(7), len(asked) / (rounds + 1)
        for number in range(rounds):
            kill_after(int(step * (number + moments.uniform(0.2, 1.0))), killed, stand_in, str(number), groups)
        last = finish(killed, stand_in, "last", groups)
    log = stand_in.log

    assert first["added"] == first["covers"] == sum(number % 10 not in {7, 9} for number in range(groups))
    parts = ("added", "unchanged", "no_art", "rejected")
    assert sum(last[part] for part in parts) == sum(first[part] for part in parts) == groups
    assert outcome(killed) == outcome(calm)
    # Nobody can keep an answer that was on its way to a process that died.
    ends = {line.headers["User-Agent"]: place for place, line in enumerate(log)}
    assert len(ends) == rounds + 1
    in_flight = {place for who, place in ends.items() if "last@" not in who}
    again = Counter(url(line) for place, line in enumerate(log) if place not in in_flight)
    assert max(again.values()) == 1, "fetched twice"
    assert {url(line) for line in log} == {url(line) for line in asked}
    assert len(log) <= len(asked) + rounds
    for lines in (asked, log):
        assert 503 not in {line.status for line in lines}
        assert min(gaps(lines).values()) >= INTERVAL_S


def start(home: CommandHome, stand_in: StandIn, who: str, groups: int) -> Forked:
    environment = {
        **home.environment,
        "SLEEVE_CONTACT": f"{who}@example.org",
        sleeve_near.PORT: str(stand_in.port),
        sleeve_near.INTERVAL_S: str(stand_in.interval_s),
    }
    arguments = ["musicbrainz", "--genre", "black metal", "--limit", str(groups), "--json"]
    return Forked(arguments, environment, home.folder, Path(sleeve_near.__file__))


def finish(home: CommandHome, stand_in: StandIn, who: str, groups: int) -> Any:
    with start(home, stand_in, who, groups) as process:
        out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 1, err  # some of the stand-in's covers are not images
    return json.loads(out)


def kill_after(requests: int, home: CommandHome, stand_in: StandIn, who: str, groups: int) -> None:
    """Kill a run when the stand-in has been asked so often in all, at whatever the run is then at."""
    with start(home, stand_in, who, groups) as process:
        while len(stand_in.log) < requests:
            assert process.poll() is None, process.communicate()
            time.sleep(0.001)
        time.sleep(random.Random(requests).uniform(0.0, INTERVAL_S))
        process.kill()
        process.communicate()
    assert process.returncode == -9


def outcome(home: CommandHome) -> tuple[list[tuple[object, ...]], dict[str, str]]:
    """Albums, genres and covers as the catalogue has them, and the hashes of the kept files."""
    folder = Path(home.environment["SLEEVE_HOME"])
    given = home.environment.get("SLEEVE_DATABASE_URL")
    with Database(make_url(given) if given else URL.create("sqlite", database=str(folder / "sleeve.sqlite3"))) as held:
        rows = catalogue_of(held, folder)
    files = (path for path in (folder / "covers").glob("[!.]*/*"))
    return rows, {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def url(line: Asked) -> str:
    return line.host + line.path


def gaps(log: list[Asked]) -> dict[str, float]:
    """The shortest time between two requests to a host."""
    stood = StandIn(INTERVAL_S, [], log=log)
    return {host: min(found) for host, found in stood.gaps_s().items() if found}
