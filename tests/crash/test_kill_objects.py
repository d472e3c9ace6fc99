"""kill -9 while covers come from object storage that stumbles: one more run gives the undisturbed catalogue."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.crash.test_kill import kill_at_random, outcome
from tests.factories import write_cover, write_covers
from tests.object_storage import Passing, between, s3_server

COVERS = 60


def stumbling(seed: int) -> Callable[[Passing, str], bool]:
    """Of eight requests, one each meets 429, 503, a cut body and a slow answer."""
    chance = random.Random(seed)

    def fault(passing: Passing, _path: str) -> bool:
        trouble = chance.randrange(8)
        if trouble == 0:
            passing.say(429)
        elif trouble == 1:
            passing.say(503)
        elif trouble == 2 and passing.command == "GET":
            passing.cut()
        else:
            if trouble == 3:
                time.sleep(0.2)
            return False
        return True

    return fault


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_lost_of_object_storage(
    make_home: Callable[..., CommandHome], tmp_path: Path, engine: str, rounds: int
) -> None:
    write_covers(tmp_path / "covers", {"jazz": COVERS // 2, "rock": COVERS // 2})
    query = write_cover(tmp_path / "query.png", seed=7)
    with s3_server() as server, between(server.port) as calm, between(server.port) as wild:
        server.clear()
        server.put_folder(tmp_path / "covers", "music")
        wild.fault = stumbling(5)
        homes = []
        for name, way in (("undisturbed", calm), ("disturbed", wild)):
            home = make_home(tmp_path / name, engine)
            homes.append(CommandHome(home.folder, {**home.environment, **way.environment}, home.as_script))
        undisturbed, disturbed = homes
        undisturbed.sleeve("status")
        started = time.monotonic()
        undisturbed.sleeve("add", "s3://covers/music")
        add_s = time.monotonic() - started
        undisturbed.sleeve("index")

        moments = random.Random(11)
        killed = kill_at_random(
            disturbed, "add", "s3://covers/music", moments=moments, until_s=2 * add_s, rounds=rounds
        )
        assert killed >= 1
        for _ in range(10):
            with disturbed.start("add", "s3://covers/music") as process:
                _, err = process.communicate(timeout=300)
            assert "Traceback" not in err
            if process.returncode == 0:
                break
        disturbed.sleeve("index")
        assert outcome(disturbed, query) == outcome(undisturbed, query)
        expected, found = vectors_of(undisturbed), vectors_of(disturbed)
        assert found.keys() == expected.keys()
        for file, vector in expected.items():
            np.testing.assert_array_equal(found[file], vector)
