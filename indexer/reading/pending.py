"""Covers that nobody has read yet → their bytes → decode → read the text → store.

Each batch is stored in one transaction, so a run killed at any moment resumes there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from db import texts
from db.database import Database
from db.records import HashedCover, NewText, RejectedFile
from db.registration import record_rejections
from indexer.images.decoding import decode
from indexer.images.pending import work_ahead
from indexer.progress import Progress, chunks
from indexer.reading.detector import SIDE_PX
from indexer.reading.reader import TextReader
from sleeve.vocabulary import CoverId

STORE_COVERS = 64
"""Covers in one transaction: what a crash can make ``read`` read again."""

_AHEAD_COVERS_PER_THREAD = 4


@dataclass(slots=True)
class ReadReport:
    """What became of the covers: how many were read, on how many of them there is text, and which could not be."""

    read: int = 0
    with_text: int = 0
    rejected: list[RejectedFile] = field(default_factory=list)


def read_pending(
    database: Database,
    reader: TextReader,
    progress: Progress,
    *,
    threads: int,
    again: bool = False,
    stops: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Read the text of every cover that nobody has read yet.

    A file that is gone, changed or damaged is kept as a rejection with its reason and tried again by the next run.

    Args:
        again: also of those that another reader has read.
        stops: is asked after each batch whether to leave the rest to a later run.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    report = ReadReport()
    of_others = reader.fingerprint if again else None
    with database.reading() as session:
        progress.start("Reading covers", texts.count_pending(session, of_others))

    def pending(after: CoverId, limit: int) -> list[HashedCover]:
        with database.reading() as session:
            return texts.pending(session, of_others, after=after, limit=limit)

    def read(cover: HashedCover, data: bytes) -> NewText:
        return NewText(cover.cover_id, cover.content_hash, reader.read(decode(data, reduce_to_px=SIDE_PX)))

    with work_ahead(pending, read, threads=threads, ahead=_AHEAD_COVERS_PER_THREAD * threads) as results:
        for batch in chunks(results, STORE_COVERS):
            made = [item for item in batch if isinstance(item, NewText)]
            rejected = [item for item in batch if isinstance(item, RejectedFile)]
            with database.writing() as session:
                report.read += texts.store(session, reader.fingerprint, made)
                record_rejections(session, rejected)
            report.with_text += sum(bool(item.lines) for item in made)
            report.rejected += rejected
            progress.advance(len(batch))
            if stops():
                break
    return report
