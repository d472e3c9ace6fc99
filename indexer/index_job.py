"""The job that changes the index of a home: one at a time, its progress in a file that every process can read."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from db.errors import IndexBusyError, SleeveError
from indexer.progress import Progress, Silent

_LOCK_FILE = "index.lock"
_STATE_FILE = "index-job.json"

_WRITE_EVERY_S = 0.2
_TRIES = 5
_TRY_AGAIN_S = 0.02
"""A look at the lock (``last_job``) holds it for an instant, which must not turn a job away."""


class JobPhase(StrEnum):
    """How far a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """It was killed, or stopped by a person."""


class JobState(BaseModel):
    """What can be told of the last job; ``detail`` says what came of it, or why it failed."""

    model_config = ConfigDict(frozen=True)

    phase: JobPhase
    task: str
    done: int = 0
    total: int = 0
    detail: str = ""
    started_at: AwareDatetime
    updated_at: AwareDatetime


class Job:
    """A job under way; a ``Progress`` that keeps the file up to date and tells another one as well."""

    def __init__(self, home: Path, beside: Progress | None = None) -> None:
        now = datetime.now(UTC)
        self._home = home
        self._beside = beside or Silent()
        self._state = JobState(phase=JobPhase.RUNNING, task="Starting", started_at=now, updated_at=now)
        self._written_at_s = 0.0
        self._write()

    def start(self, task: str, total: int) -> None:
        self._beside.start(task, total)
        self._change(task=task, done=0, total=total)
        self._write()

    def advance(self, count: int) -> None:
        self._beside.advance(count)
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
        aside = self._home / f".{_STATE_FILE}-{os.getpid()}"
        # Progress is for people: where even these bytes find no room, the job itself will say so.
        with suppress(OSError):
            aside.write_text(self._state.model_dump_json(), encoding="utf-8")
            aside.replace(self._home / _STATE_FILE)


@contextmanager
def job(home: Path, beside: Progress | None = None) -> Iterator[Job]:
    """Hold the home's lock and tell what goes on.

    Raises:
        IndexBusyError: another process holds it.
    """
    with one_at_a_time(home), told(home, beside) as started:
        yield started


@contextmanager
def told(home: Path, beside: Progress | None = None) -> Iterator[Job]:
    """Tell what goes on while somebody holds the home's lock for this job."""
    started = Job(home, beside)
    try:
        yield started
    except SleeveError as error:
        started.end(JobPhase.FAILED, str(error))
        raise
    started.end(JobPhase.DONE, "")


def last_job(home: Path) -> JobState | None:
    """The job that runs, else the one that ran last, wherever that was; None before the first."""
    state = _read(home)
    if state is not None and state.phase is JobPhase.RUNNING and not _locked(home):
        # It may have ended between the two looks.
        state = _read(home)
        if state is not None and state.phase is JobPhase.RUNNING:
            return state.model_copy(update={"phase": JobPhase.INTERRUPTED})
    return state


@contextmanager
def one_at_a_time(home: Path) -> Iterator[int]:
    """Hold the home's lock; it goes with the process, and those that inherit the handle, however they end.

    Raises:
        IndexBusyError: another process holds it.
    """
    handle = _open(home)
    try:
        for tries_left in reversed(range(_TRIES)):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if not tries_left:
                    raise IndexBusyError(f"another `sleeve index` is at work in {home}; wait until it ends") from error
                time.sleep(_TRY_AGAIN_S)
        yield handle
    finally:
        os.close(handle)


def _open(home: Path) -> int:
    home.mkdir(parents=True, exist_ok=True)
    return os.open(home / _LOCK_FILE, os.O_CREAT | os.O_RDWR, 0o644)


def _locked(home: Path) -> bool:
    handle = _open(home)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _read(home: Path) -> JobState | None:
    try:
        return JobState.model_validate_json((home / _STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
