"""Covers that nobody has read yet → read the file → decode → read the text → store.

Covers are read on threads, a bounded number of them ahead; each batch is stored in one transaction, so a run killed at
any moment resumes there.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from db import texts
from db.database import Database
from db.records import HashedCover, NewText, RejectedFile
from db.registration import record_rejections
from indexer.images.decoding import decode, read
from indexer.progress import Progress, chunks
from indexer.reading.detector import SIDE_PX
from indexer.reading.reader import TextReader
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import CoverId, Fingerprint, Rejection

STORE_COVERS = 64
"""Covers in one transaction: what a crash can make ``read`` read again."""

_AHEAD_COVERS_PER_THREAD = 4

_PAGE_COVERS = 4096


@dataclass(slots=True)
class ReadReport:
    """What became of the covers: how many were read, on how many of them there is text, and which could not be."""

    read: int = 0
    with_text: int = 0
    rejected: list[RejectedFile] = field(default_factory=list)


def read_pending(
    database: Database, reader: TextReader, progress: Progress, *, threads: int, again: bool = False
) -> ReadReport:
    """Read the text of every cover that nobody has read yet.

    A file that is gone, changed or damaged is kept as a rejection with its reason and tried again by the next run.

    Args:
        again: also of those that another reader has read.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    report = ReadReport()
    of_others = reader.fingerprint if again else None
    with database.reading() as session:
        progress.start("Reading covers", texts.count_pending(session, of_others))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
    try:
        results = _ahead(pool, _pending(database, of_others), reader, threads)
        for batch in chunks(results, STORE_COVERS):
            made = [item for item in batch if isinstance(item, NewText)]
            rejected = [item for item in batch if isinstance(item, RejectedFile)]
            with database.writing() as session:
                report.read += texts.store(session, reader.fingerprint, made)
                record_rejections(session, rejected)
            report.with_text += sum(bool(item.lines) for item in made)
            report.rejected += rejected
            progress.advance(len(batch))
    finally:
        # A run that is stopped does not wait for the covers ahead.
        pool.shutdown(cancel_futures=True)
    return report


def _pending(database: Database, of_others: Fingerprint | None) -> Iterator[HashedCover]:
    after = CoverId(0)
    while True:
        with database.reading() as session:
            page = texts.pending(session, of_others, after=after, limit=_PAGE_COVERS)
        if not page:
            return
        yield from page
        after = page[-1].cover_id


def _ahead(
    pool: ThreadPoolExecutor, covers: Iterable[HashedCover], reader: TextReader, threads: int
) -> Iterator[NewText | RejectedFile]:
    waiting: deque[Future[NewText | RejectedFile]] = deque()
    for cover in covers:
        waiting.append(pool.submit(_read, cover, reader))
        if len(waiting) == _AHEAD_COVERS_PER_THREAD * threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _read(cover: HashedCover, reader: TextReader) -> NewText | RejectedFile:
    try:
        data = read(Path(cover.path))
        if sha256(data).hexdigest() != cover.content_hash:
            return RejectedFile(cover.file, cover.path, Rejection.CHANGED, "add it again")
        lines = reader.read(decode(data, reduce_to_px=SIDE_PX))
        return NewText(cover.cover_id, cover.content_hash, lines)
    except FileRejectedError as error:
        return RejectedFile(cover.file, cover.path, error.reason, error.detail)
