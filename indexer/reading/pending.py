"""Covers that nobody has read yet → their bytes → decode → read the text → store.

Each batch is stored in one transaction, so a run killed at any moment resumes there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from db import leases, texts
from db.database import Database
from db.records import HashedCover, NewText, RejectedFile
from db.registration import record_rejections
from indexer.images.decoding import decode
from indexer.images.leased import Holder, LeasedCovers
from indexer.images.pending import Failed, work_ahead
from indexer.progress import Progress, chunks
from indexer.reading.detector import SIDE_PX
from indexer.reading.reader import TextReader

STORE_COVERS = 16
"""Covers in a lease and in one transaction: a crash can make ``read`` read the covers of two leases again."""

_AHEAD_COVERS_PER_THREAD = 4


@dataclass(slots=True)
class ReadReport:
    """What became of the covers: how many were read, on how many of them there is text, and which could not be.

    Attributes:
        elsewhere: where covers wait that this host cannot see (the beginning of their paths), and how many.
    """

    read: int = 0
    with_text: int = 0
    rejected: list[RejectedFile] = field(default_factory=list)
    elsewhere: dict[str, int] = field(default_factory=dict)


def read_pending(
    database: Database,
    reader: TextReader,
    progress: Progress,
    *,
    threads: int,
    holder: Holder | None = None,
    again: bool = False,
    stops: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Read the text of every cover that nobody has read yet, together with whoever else does so.

    A file that is changed or damaged, or gone while its folder is there, is kept as a rejection with its reason and
    tried again by the next run.

    Args:
        again: also of those that another reader has read.
        stops: is asked after each batch whether to leave the rest to a later run.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    report = ReadReport()
    of_others = reader.fingerprint if again else None
    with database.reading() as session:
        waiting = texts.count_pending(session, of_others)
    if not waiting:
        return report

    def read(cover: HashedCover, data: bytes) -> _Read:
        lines = reader.read(decode(data, reduce_to_px=SIDE_PX))
        return _Read(cover, NewText(cover.cover_id, cover.content_hash, lines))

    with LeasedCovers(database, texts.reading(of_others), holder or Holder(), STORE_COVERS) as covers:
        stopped = False
        while not stopped and covers.wait(progress):
            progress.start("Reading covers", waiting - report.read)
            leased = chain.from_iterable(covers.pages())
            with work_ahead(leased, read, threads=threads, ahead=_AHEAD_COVERS_PER_THREAD * threads) as results:
                for batch in chunks(results, STORE_COVERS):
                    _store(database, reader, covers, batch, report)
                    progress.advance(len(batch))
                    if stopped := stops():
                        break
        report.elsewhere = covers.elsewhere()
    return report


def _store(
    database: Database,
    reader: TextReader,
    covers: LeasedCovers,
    batch: Sequence["_Read | Failed"],
    report: ReadReport,
) -> None:
    made = [item for item in batch if isinstance(item, _Read)]
    failed = [item for item in batch if isinstance(item, Failed)]
    with database.writing() as session:
        ours = leases.finish(
            session, covers.ended([item.cover for item in made], {item.cover: item.elsewhere for item in failed})
        )
        kept = [item.text for item in made if item.cover.cover_id in ours]
        report.read += texts.store(session, reader.fingerprint, kept)
        rejected = [item.rejected for item in failed if item.cover.cover_id in ours and not item.elsewhere]
        record_rejections(session, rejected)
    report.with_text += sum(bool(text.lines) for text in kept)
    report.rejected += rejected


@dataclass(frozen=True, slots=True)
class _Read:
    cover: HashedCover
    text: NewText
