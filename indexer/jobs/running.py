"""The job that changes the index of a home: one at a time, its progress in a file that every process can read."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from indexer.files import is_locked, locked, replacing
from indexer.home import Home
from indexer.progress import Progress, Silent
from sleeve.errors import BusyError, SleeveError

_WRITE_EVERY_S = 0.2
_WAIT_S = 0.1
"""A look at the lock (``last_job``) holds it for an instant, which must not turn a job away."""


class JobPhase(StrEnum):
    """How far a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """It was killed, or stopped by a person."""


class JobState(BaseModel):
    """What is known of the last job; ``detail`` says what came of it, or why it failed."""

    model_config = ConfigDict(frozen=True)

    phase: JobPhase
    task: str
    done: int = 0
    total: int = 0
    detail: str = ""
    started_at: AwareDatetime
    updated_at: AwareDatetime


class Job:
    """A job under way; a ``Progress`` that keeps the file up to date and passes everything on to another one."""

    def __init__(self, home: Home, progress: Progress | None = None) -> None:
        now = datetime.now(UTC)
        self._home = home
        self._progress = progress or Silent()
        self._state = JobState(phase=JobPhase.RUNNING, task="Starting", started_at=now, updated_at=now)
        self._written_at_s = 0.0
        self.is_written = False
        """Whether others can read how far it is; not if the disk refused."""
        self._write()

    def start(self, task: str, total: int) -> None:
        self._progress.start(task, total)
        self._change(task=task, done=0, total=total)
        self._write()

    def advance(self, count: int) -> None:
        self._progress.advance(count)
        self._change(done=self._state.done + count)
        if time.monotonic() - self._written_at_s >= _WRITE_EVERY_S:
            self._write()

    def end(self, phase: JobPhase, detail: str) -> None:
        """Say how it ended."""
        self._change(phase=phase, detail=detail)
        self._write()

    def _change(self, **fields: object) -> None:
        self._state = self._state.model_copy(update={**fields, "updated_at": datetime.now(UTC)})

    def _write(self) -> None:
        self._written_at_s = time.monotonic()
        # Progress is for people: if the disk has no room even for this, the job itself says so.
        self.is_written = False
        with suppress(OSError):
            with replacing(self._home.job_file, durable=False) as fresh:
                fresh.write_text(self._state.model_dump_json(), encoding="utf-8")
            self.is_written = True


@contextmanager
def job(home: Home, progress: Progress | None = None) -> Iterator[Job]:
    """Hold the home's lock and report what goes on.

    Raises:
        BusyError: another process holds it.
    """
    with one_at_a_time(home), _reported(home, progress) as started:
        yield started


@contextmanager
def _reported(home: Home, progress: Progress | None = None) -> Iterator[Job]:
    """Report progress while somebody holds the home's lock for this job."""
    started = Job(home, progress)
    try:
        yield started
    except SleeveError as error:
        started.end(JobPhase.FAILED, str(error))
        raise
    started.end(JobPhase.DONE, "")


def last_job(home: Home) -> JobState | None:
    """The job that runs, else the one that ran last, wherever that was; None before the first."""
    state = _read(home)
    if state is not None and state.phase is JobPhase.RUNNING and not is_locked(home.index_lock):
        # It may have ended between the two looks.
        state = _read(home)
        if state is not None and state.phase is JobPhase.RUNNING:
            return state.model_copy(update={"phase": JobPhase.INTERRUPTED})
    return state


def one_at_a_time(home: Home) -> AbstractContextManager[None]:
    """Hold the home's lock; it goes with the process, however that ends.

    Raises:
        BusyError: another process holds it.
        OutputError: the home cannot be written.
    """
    return locked(home.index_lock, busy_error(), wait_s=_WAIT_S)


def busy_error() -> BusyError:
    """What says that another process is at work on the index."""
    return BusyError("another `sleeve index` is at work in this home; wait until it ends")


def _read(home: Home) -> JobState | None:
    try:
        return JobState.model_validate_json(home.job_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
