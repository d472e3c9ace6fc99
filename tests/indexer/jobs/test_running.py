"""The lock of a home and what is said about its last job, also from other processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.jobs.running import JobPhase, JobState, job, last_job, one_at_a_time
from sleeve.errors import BusyError, VectorIndexError
from tests.factories import home_at


def told_of(home: Path) -> JobState:
    state = last_job(home_at(home))
    assert state is not None
    return state


def fail_after(count: int, home: Path) -> None:
    with job(home_at(home)) as running:
        running.start("Building", 10)
        running.advance(count)
        raise VectorIndexError("it is not promoted")


def test_the_lock_admits_one(tmp_path: Path) -> None:
    with (
        one_at_a_time(home_at(tmp_path)),
        pytest.raises(BusyError, match="another `sleeve index`"),
        one_at_a_time(home_at(tmp_path)),
    ):
        pass
    with one_at_a_time(home_at(tmp_path)):
        pass


def test_a_job_says_how_far_it_is_and_how_it_ended(tmp_path: Path) -> None:
    assert last_job(home_at(tmp_path)) is None
    with job(home_at(tmp_path)) as running:
        assert (told_of(tmp_path).phase, told_of(tmp_path).task) == (JobPhase.RUNNING, "Starting")
        running.start("Building", 10)
        assert (told_of(tmp_path).task, told_of(tmp_path).done, told_of(tmp_path).total) == ("Building", 0, 10)
        running.advance(4)
        running.advance(3)
        running.start("Measuring", 1)
    assert (told_of(tmp_path).phase, told_of(tmp_path).task) == (JobPhase.DONE, "Measuring")
    with pytest.raises(VectorIndexError, match="not promoted"):
        fail_after(7, tmp_path)
    assert (told_of(tmp_path).phase, told_of(tmp_path).detail) == (JobPhase.FAILED, "it is not promoted")
    assert told_of(tmp_path).done == 7


_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from tests.factories import home_at
from indexer.jobs.running import job
from tests.factories import home_at
with job(home_at(Path(sys.argv[1]))) as running:
    running.start("Building", 10)
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_killed_job_is_interrupted_and_its_lock_free(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _UNTIL_KILLED, str(tmp_path)], cwd=root, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert told_of(tmp_path).phase is JobPhase.RUNNING
        with pytest.raises(BusyError), job(home_at(tmp_path)):
            pass
        assert told_of(tmp_path).phase is JobPhase.RUNNING, "whoever was turned away wrote nothing"
        process.kill()
        process.wait()
    assert (told_of(tmp_path).phase, told_of(tmp_path).task) == (JobPhase.INTERRUPTED, "Building")
    with job(home_at(tmp_path)):
        pass
    assert told_of(tmp_path).phase is JobPhase.DONE


def test_a_damaged_file_is_no_job(tmp_path: Path) -> None:
    (tmp_path / "index-job.json").write_text("{")
    assert last_job(home_at(tmp_path)) is None
