"""Looks after a running service: mends a damaged index, takes in drift, rebuilds on demand, has covers read."""

import logging
import subprocess
import time
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from db import texts
from indexer.files import is_locked
from indexer.home import Home
from indexer.jobs.running import JobPhase, busy_error, last_job
from indexer.vector_index.versions import Drift
from service.answers.live_index import LiveIndex
from service.background import end
from service.index_process import start_index
from service.map_process import start_drawing
from service.read_process import start_reading
from sleeve.errors import BusyError, IndexServerError, SleeveError, VectorIndexError

LOOK_EVERY_S = 2.0
MEASURE_EVERY_LOOKS = 15
"""Drift is counted in the database, a tenth of a second at a million covers; damage shows in the files' dates."""

LEAST_DRIFT = 1_000
"""Vectors that are new or gone, below which no refresh starts by itself."""

REST_AFTER_FAILURE_S = 600.0
"""How long no refresh starts by itself after one has failed."""

_log = logging.getLogger(__name__)


class Upkeep:
    """A thread that checks the files every ``LOOK_EVERY_S`` and sometimes the drift, and the refresh that it started.

    In a service of several workers each of them checks; the home's lock lets one act. A refresh starts by itself if the
    live version's files are missing or damaged, or if its drift is large (``indexer.vector_index.versions``) and no
    smaller than ``LEAST_DRIFT``. Covers that nobody has read yet are read once there is an index to find them by.
    """

    def __init__(self, home: Home, live_index: LiveIndex) -> None:
        self._home = home
        self._live_index = live_index
        self._stopping = Event()
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reading: subprocess.Popen[bytes] | None = None
        self._drawing: subprocess.Popen[bytes] | None = None
        self._reads_from_s = 0.0
        self._found_whole: tuple[object, ...] | None = None
        self._thread = Thread(target=self._run, name="upkeep")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it looks."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop looking, and with it the refresh and the drawing of the map, which begin anew the next time, and the
        reading, which goes on."""
        self._stopping.set()
        self._thread.join()
        for process in filter(None, (self._process, self._reading, self._drawing)):
            end(process)

    def rebuild(self) -> None:
        """Start embedding what is pending and building the index from nothing.

        Raises:
            VectorIndexError: there is no index yet, or the work could not begin.
            BusyError: another process is at work on it.
            OutputError: the disk refuses.
        """
        self._home.require_live()
        self._refresh(rebuild=True)

    def draw_map(self) -> None:
        """Start drawing the map.

        Raises:
            VectorIndexError: there is no index yet; ``BusyError`` if another process draws it.
        """
        self._home.require_live()
        process = start_drawing(self._home)
        if self._drawing is not None:
            end(self._drawing)
        self._drawing = process

    def look(self, *, measure: bool) -> None:
        """Start a refresh if the live version is damaged, or if it is to be measured and has drifted far."""
        reason = self._damage() or (self._drift() if measure else None)
        if reason is None or self._rests():
            return
        try:
            self._refresh(rebuild=False)
        except BusyError:
            return
        _log.warning("%s; the index is being refreshed", reason)

    def have_covers_read(self) -> None:
        """Start reading the covers that wait for it, unless somebody reads already, or some could not be read just
        now."""
        if self._reading is not None:
            code = self._reading.poll()
            if code is None:
                return
            self._reading = None
            self._reads_from_s = time.monotonic() + (REST_AFTER_FAILURE_S if code else 0)
        if time.monotonic() < self._reads_from_s or self._home.live() is None or is_locked(self._home.reading_lock):
            return
        with self._home.database.reading() as session:
            waiting = texts.count_pending(session)
        if waiting:
            self._reading = start_reading(self._home)

    def _run(self) -> None:
        looks = 0
        while not self._stopping.wait(LOOK_EVERY_S):
            looks += 1
            try:
                measure = looks % MEASURE_EVERY_LOOKS == 0
                self.look(measure=measure)
                self._live_index.read_ahead()
                if measure:
                    self.have_covers_read()
            except SleeveError as error:
                _log.warning("the index cannot be looked after: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the next look may go well, and there must be one
                _log.exception("the index cannot be looked after")

    def _refresh(self, *, rebuild: bool) -> None:
        # Whoever waited here would hold a thread, and then find that the other one is at work.
        if not self._starting.acquire(blocking=False):
            raise busy_error()
        try:
            process = start_index(self._home, rebuild=rebuild)
            if self._process is not None:
                # The lock was free, so the one before has done its work.
                end(self._process)
            self._process = process
        finally:
            self._starting.release()

    def _damage(self) -> str | None:
        live = self._home.live()
        if live is None and self._home.versions.newest_elsewhere() is not None:
            return "another home of this database has an index, and this one has none"
        if live is None or (self._live_index.problem is None and not self._live_index.files_changed()):
            return None
        stamp = self._home.versions.stamp(live)
        if stamp != self._found_whole:
            try:
                self._home.versions.open(live)
            except IndexServerError:
                return None
            except VectorIndexError as error:
                return str(error)
            self._found_whole = stamp
        return None

    def _drift(self) -> str | None:
        live = self._home.live()
        if live is None:
            return None
        version = self._live_index.current().version
        drift = self._home.versions.drift(version)
        due = self._home.versions.is_due(drift) and drift.delta + drift.tombstones >= LEAST_DRIFT
        return _summary(drift) if due and version.record.id == live.id else None

    def _rests(self) -> bool:
        job = last_job(self._home)
        if job is None or job.phase is not JobPhase.FAILED:
            return False
        # A clock that was set back puts the failure into the future: that is no reason to rest.
        return 0 <= (datetime.now(UTC) - job.updated_at).total_seconds() < REST_AFTER_FAILURE_S


def _summary(drift: Drift) -> str:
    return f"{drift.delta} vectors are newer than the index of {drift.indexed}, {drift.tombstones} in it were removed"
