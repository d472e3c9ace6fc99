"""Covers that wait for something → their bytes, checked → work on them: on threads, a bounded number ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from db.records import HashedCover, RejectedFile
from indexer.images.decoding import read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import CoverId, Rejection

Item = TypeVar("Item")
Made = TypeVar("Made")

_PAGE_COVERS = 4096


@contextmanager
def work_ahead(
    pending: Callable[[CoverId, int], Sequence[HashedCover]],
    work: Callable[[HashedCover, bytes], Made],
    *,
    threads: int,
    ahead: int,
) -> Iterator[Iterator[Made | RejectedFile]]:
    """What ``work`` makes of each cover and the bytes of its file, in order; a rejection if the file is gone, changed
    or damaged.

    Args:
        pending: the next covers by ascending id: past one, and at most how many.
        work: is called on several threads at once.
        ahead: covers worked on before anyone takes them.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="cover")
    try:
        yield in_order(pool, _pages(pending), partial(_made, work=work), ahead)
    finally:
        # Who stops does not wait for the covers ahead.
        pool.shutdown(cancel_futures=True)


def _pages(pending: Callable[[CoverId, int], Sequence[HashedCover]]) -> Iterator[HashedCover]:
    after = CoverId(0)
    while page := pending(after, _PAGE_COVERS):
        yield from page
        after = page[-1].cover_id


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


def _made(cover: HashedCover, *, work: Callable[[HashedCover, bytes], Made]) -> Made | RejectedFile:
    try:
        data = read(Path(cover.path))
        if sha256(data).hexdigest() != cover.content_hash:
            return RejectedFile(cover.file, cover.path, Rejection.CHANGED, "add it again")
        return work(cover, data)
    except FileRejectedError as error:
        return RejectedFile(cover.file, cover.path, error.reason, error.detail)
