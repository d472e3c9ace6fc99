"""Covers that wait for something → their bytes, checked → work on them: on threads, a bounded number ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from db.records import HashedCover, RejectedFile
from indexer.images.decoding import out_of_sight, read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

Item = TypeVar("Item")
Made = TypeVar("Made")

_MAYBE_ELSEWHERE = {Rejection.MISSING, Rejection.NOT_FETCHED}
"""Other hosts may see such a cover."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A cover of which nothing came.

    Attributes:
        elsewhere: where it is, if this host cannot see it (``out_of_sight``).
    """

    cover: HashedCover
    rejected: RejectedFile
    elsewhere: str | None


@contextmanager
def work_ahead(
    covers: Iterable[HashedCover], work: Callable[[HashedCover, bytes], Made], *, threads: int, ahead: int
) -> Iterator[Iterator[Made | Failed]]:
    """What ``work`` makes of each cover and the bytes of its file, in order; a failure if the file is gone, changed or
    damaged.

    Args:
        work: is called on several threads at once.
        ahead: covers worked on before anyone takes them.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="cover")
    try:
        yield in_order(pool, covers, partial(_made, work=work), ahead)
    finally:
        # Who stops does not wait for the covers ahead.
        pool.shutdown(cancel_futures=True)


def in_order(
    pool: ThreadPoolExecutor, items: Iterable[Item], work: Callable[[Item], Made], ahead: int
) -> Iterator[Made]:
    """What ``work`` makes of each item on the threads of a pool, in order, with at most ``ahead`` items in work."""
    waiting: deque[Future[Made]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) == ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _made(cover: HashedCover, *, work: Callable[[HashedCover, bytes], Made]) -> Made | Failed:
    try:
        data = read(Path(cover.path))
        if sha256(data).hexdigest() != cover.content_hash:
            raise FileRejectedError(Rejection.CHANGED, "add it again")
        return work(cover, data)
    except FileRejectedError as error:
        elsewhere = out_of_sight(Path(cover.path)) if error.reason in _MAYBE_ELSEWHERE else None
        return Failed(cover, RejectedFile(cover.file, cover.path, error.reason, error.detail), elsewhere)
