"""Runs the analyses, as many at once as there are cores, and keeps count."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from threadpoolctl import threadpool_limits

from indexer.progress import Progress
from sleeve.errors import TrainingError

Result = TypeVar("Result")


@dataclass(slots=True)
class Steps:
    """Steps to run; each on one core, since an order of additions that depends on threads is another result.

    Attributes:
        notes: why steps that had too little to go on gave nothing.
        seconds: what each step took.
    """

    threads: int
    progress: Progress
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _waiting: list[Callable[[], None]] = field(default_factory=list)

    def add(self, name: str, step: Callable[[], Result | None]) -> "Future[Result | None]":
        """To be run; its result, None if there was too little to go on.

        A step may wait for the result of one that was added before it.
        """
        future: Future[Result | None] = Future()

        def work() -> None:
            started = perf_counter()
            try:
                with threadpool_limits(limits=1):
                    result: Result | None = step()
            except TrainingError as error:
                self.notes.append(f"{name} is left out: {error}.")
                result = None
            except BaseException as error:
                future.set_exception(error)
                raise
            self.seconds[name] = perf_counter() - started
            future.set_result(result)

        self._waiting.append(work)
        return future

    def run(self) -> None:
        """Run all steps, in the order in which they were added; the first error of a step is raised."""
        self.progress.start("Analysing", len(self._waiting))
        with threadpool_limits(limits=1), ThreadPoolExecutor(self.threads, thread_name_prefix="analysis") as pool:
            try:
                for done in as_completed([pool.submit(work) for work in self._waiting]):
                    done.result()
                    self.progress.advance(1)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
