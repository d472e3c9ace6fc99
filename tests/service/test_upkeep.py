"""What a service does about its index by itself, the refresh process, and disks that are full."""

import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
from pydantic import SecretStr

from db.database import Database
from indexer.home import Home
from indexer.jobs import running
from indexer.jobs.embed import _Extending
from indexer.jobs.running import JobPhase, job, last_job, one_at_a_time
from service.background import end
from service.index_process import start_index
from service.upkeep import Upkeep
from sleeve.errors import BusyError, VectorIndexError
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.factories import home_at, write_covers
from tests.forked import SLEEVE
from tests.service.test_living_index import World


class _Tomorrow(datetime):
    """A clock that is a day ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Tomorrow":
        return cls.fromtimestamp(datetime.now(tz).timestamp() + 86_400, tz)


class Kept(World):
    """A world whose index is looked after."""

    def __init__(self, database: Database, home: Path) -> None:
        super().__init__(database, home, seed=1)
        url = database.url.render_as_string(hide_password=False)
        settings = Settings(home=home, database_url=SecretStr(url))
        self.upkeep = Upkeep(Home(settings, database), self.live_indexes[0])
        self.home = home

    def started(self, *, measure: bool = True) -> bool:
        """Whether a look starts a refresh; waits until that has ended."""
        before = self.upkeep._process
        self.upkeep.look(measure=measure)
        process = self.upkeep._process
        if process is None or process is before:
            return False
        process.wait()
        return True

    def live(self) -> str:
        live = self.versions.live()
        assert live is not None
        return live.folder


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Kept:
    kept = Kept(database, tmp_path / "home")
    kept.offer(list(range(100)))
    kept.files = 100
    kept.embed()
    return kept


@pytest.mark.slow
def test_a_large_drift_is_taken_in_and_a_small_one_left(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not kept.started(), "there is no index yet"
    kept.extend()
    first = kept.live()
    kept.add()
    assert not kept.started(), "far fewer than a thousand"
    monkeypatch.setattr("service.upkeep.LEAST_DRIFT", 1)
    kept.offer(list(range(200, 206)))
    kept.embed()
    assert not kept.started(measure=False)
    with one_at_a_time(home_at(kept.home)):
        assert not kept.started(), "somebody is at work already"
    assert kept.started()
    assert kept.live() != first
    job = last_job(home_at(kept.home))
    assert job is not None
    assert job.phase is JobPhase.DONE
    kept.check()
    kept.settle()
    assert not kept.started(), "nothing has drifted since"
    for _ in range(8):
        kept.remove_newest()
    kept.remove()
    while kept.versions.drift(kept.workers[0].snapshot().version).tombstones <= 0.2 * 110:
        kept.remove()
    assert kept.started()
    kept.check()


@pytest.mark.slow
def test_after_a_failure_it_rests_and_says_why(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.extend()
    kept.workers[0].snapshot()
    monkeypatch.setattr("service.upkeep.LEAST_DRIFT", 1)
    kept.offer(list(range(200, 220)))
    kept.embed()
    versions = kept.home / "versions"
    versions.rename(kept.home / "aside")
    versions.write_bytes(b"a file where the versions should be")
    assert kept.started()
    job = last_job(home_at(kept.home))
    assert job is not None
    assert job.phase is JobPhase.FAILED
    assert "cannot be written" in job.detail
    assert not kept.started()
    monkeypatch.setattr("service.upkeep.REST_AFTER_FAILURE_S", 0.0)
    versions.unlink()
    assert kept.started()
    kept.settle()
    kept.check()


def test_a_long_run_extends_the_index_on_its_way(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.jobs.embed.EXTEND_AFTER", 30)
    before = _Extending(kept.versions, kept.bundle)
    before.stored(1000)
    assert kept.versions.live() is None, "the first index is of everything"
    kept.extend()
    first = kept.live()
    other = _Extending(kept.versions, kept.bundle_of("e"))
    other.stored(1000)
    extending = _Extending(kept.versions, kept.bundle)
    kept.offer(list(range(200, 240)))
    kept.embed()
    extending.stored(29)
    assert kept.live() == first
    extending.stored(1)
    assert kept.live() != first
    kept.check()


def with_little_room(home: CommandHome, *arguments: object, limit_bytes: int) -> "subprocess.CompletedProcess[str]":
    """Run a command none of whose files may grow past a limit, as on a full disk."""
    if sys.platform == "win32":
        pytest.skip("has no limit for files")
    return subprocess.run(
        [SLEEVE, *map(str, arguments)],
        env=dict(home.environment),
        cwd=home.folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes)),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_full_disk_leaves_the_live_version_and_nothing_half_written(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 200})
    home.sleeve("add", "covers")
    home.sleeve("index")
    before = home.json("status")
    folder = Path(home.environment["SLEEVE_HOME"]) / "versions"
    write_covers(tmp_path / "more", {"rock": 1}, first_seed=500)
    for command, line in (
        (("index", "--rebuild", "--kind", "hnsw"), "the index cannot be written"),
        (("add", "more"), "cannot be used"),
    ):
        full = with_little_room(home, *command, limit_bytes=40_000 if command[0] == "index" else 1_000)
        assert (full.returncode, full.stdout) == (1, "")
        assert line in full.stderr
        assert len(full.stderr.strip().splitlines()) == 1
    assert home.json("status") == before
    assert [path.name for path in folder.iterdir()] == [version["name"] for version in before["versions"]]
    assert home.json("index", "--rebuild", "--kind", "hnsw")["version"]["kind"] == "hnsw"


@pytest.mark.slow
def test_a_failure_in_the_future_is_no_reason_to_rest(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.extend()
    kept.offer(list(range(200, 210)))
    kept.embed()
    home = home_at(kept.home)
    with monkeypatch.context() as ahead:
        ahead.setattr(running, "datetime", _Tomorrow)
        with pytest.raises(VectorIndexError), job(home):
            raise VectorIndexError("not promoted")
    monkeypatch.setattr("service.upkeep.LEAST_DRIFT", 1)
    state = last_job(home)
    assert state is not None
    assert state.phase is JobPhase.FAILED
    assert state.updated_at > datetime.now(UTC)
    assert kept.started(), "the clock was set back since"


def test_whatever_happens_it_goes_on_looking(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()
    looks = []

    def look(*, measure: bool) -> None:
        looks.append(measure)
        if len(looks) == 1:
            raise MemoryError
        looked.set()

    monkeypatch.setattr("service.upkeep.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(kept.upkeep, "look", look)
    kept.upkeep.start()
    try:
        assert looked.wait(10)
        assert kept.upkeep.is_running
    finally:
        kept.upkeep.stop()
    assert not kept.upkeep.is_running


def _sleeping(*_arguments: object, **_options: object) -> "subprocess.Popen[bytes]":
    """A process that says nothing, and does not end when it is asked to."""
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-uc", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)  # the signal is ignored now
    return process


def test_whoever_wants_a_rebuild_while_one_is_begun_does_not_wait(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.extend()
    beginning, begun = threading.Event(), threading.Event()

    def begin(*_: object, **__: object) -> None:
        beginning.set()
        begun.wait(30)
        raise VectorIndexError("did not begin")

    monkeypatch.setattr("service.upkeep.start_index", begin)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept.upkeep.rebuild)
        assert beginning.wait(30)
        with pytest.raises(BusyError):
            kept.upkeep.rebuild()
        begun.set()
        assert isinstance(first.exception(), VectorIndexError)
    with pytest.raises(VectorIndexError, match="did not begin"):
        kept.upkeep.rebuild()


def test_no_process_is_started_while_somebody_is_at_work(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.extend()
    monkeypatch.setattr("service.index_process.start_in_background", lambda *_: pytest.fail("one was started"))
    with one_at_a_time(home_at(kept.home)), pytest.raises(BusyError):
        kept.upkeep.rebuild()


def test_a_process_that_does_not_begin_in_time_is_ended(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.background.BEGIN_WITHIN_S", 0.1)
    monkeypatch.setattr("service.index_process.start_in_background", _sleeping)
    with pytest.raises(VectorIndexError, match="could not begin"):
        start_index(home_at(kept.home), rebuild=True)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is asked there, processes are ended")
def test_a_process_that_does_not_listen_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.background.END_WITHIN_S", 0.1)
    with _sleeping() as process:
        end(process)
        assert process.returncode == -9
