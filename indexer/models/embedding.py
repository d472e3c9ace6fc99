"""Covers without a vector → their bytes → decode → fit → embed → store.

Decoding runs ahead on threads; the backbone runs in the calling thread; each batch of vectors is stored in one
transaction, so a run killed at any moment resumes there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from db import leases, vectors
from db.database import Database
from db.records import BundleRecord, HashedCover, NewVector, RejectedFile
from db.registration import record_rejections
from indexer.images.leased import Holder, LeasedCovers
from indexer.images.pending import Failed, work_ahead
from indexer.models.backbone import Backbone
from indexer.models.preparing import EMBED_COVERS, fit_image
from indexer.progress import Progress, Silent, chunks

STORE_COVERS = 64
"""Covers in a lease and in one transaction: a crash can make ``index`` embed the covers of two leases again."""

AHEAD_COVERS = 4 * EMBED_COVERS
"""Covers read and decoded ahead of the backbone: 19 MB of pixels at 224 px."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A cover ready for the backbone: pixels is (s, s, 3) uint8."""

    cover: HashedCover
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A cover and its vector."""

    cover: HashedCover
    vector: NewVector


@dataclass(slots=True)
class EmbedReport:
    """What became of the pending covers, and the seconds that the calling thread spent in each stage.

    Attributes:
        still_rejected: how many failed as they did in the run before.
        elsewhere: where covers wait that this host cannot see (the beginning of their paths), and how many.
    """

    embedded: int = 0
    rejected: list[RejectedFile] = field(default_factory=list)
    still_rejected: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def embed_pending(
    database: Database,
    backbone: Backbone,
    bundle: BundleRecord,
    *,
    threads: int,
    holder: Holder | None = None,
    progress: Progress | None = None,
    stored: Callable[[int], None] = lambda _count: None,
) -> EmbedReport:
    """Embed every cover that has no vector of this bundle, together with whoever else does so.

    A file that is changed or damaged, or gone while its folder is there, is kept as a rejection with its reason and
    tried again by the next run. ``stored`` is called after every transaction with the number of vectors stored;
    searches find them from then on.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    progress = progress or Silent()
    report = EmbedReport()
    with database.reading() as session:
        waiting = vectors.count_pending(session, bundle)
    if not waiting:
        return report

    def fitted(cover: HashedCover, data: bytes) -> Fitted:
        return Fitted(cover, fit_image(data, backbone))

    with LeasedCovers(database, vectors.embedding(bundle), holder or Holder(), STORE_COVERS) as covers:
        while covers.wait(progress):
            progress.start("Embedding", waiting - report.embedded)
            leased = chain.from_iterable(covers.pages())
            with work_ahead(leased, fitted, threads=threads, ahead=AHEAD_COVERS) as prepared:
                results = _embed(_timed(prepared, "wait for decoding", report), backbone, report)
                for batch in chunks(results, STORE_COVERS):
                    stored(_store(database, bundle, covers, batch, report))
                    progress.advance(len(batch))
        report.elsewhere = covers.elsewhere()
    return report


def _store(
    database: Database,
    bundle: BundleRecord,
    covers: LeasedCovers,
    batch: Sequence[Embedded | Failed],
    report: EmbedReport,
) -> int:
    made = [item for item in batch if isinstance(item, Embedded)]
    failed = [item for item in batch if isinstance(item, Failed)]
    started = perf_counter()
    with database.writing() as session:
        ours = leases.finish(
            session, covers.ended([item.cover for item in made], {item.cover: item.elsewhere for item in failed})
        )
        count = vectors.store(session, bundle, [item.vector for item in made if item.cover.cover_id in ours])
        rejected = [item.rejected for item in failed if item.cover.cover_id in ours and not item.elsewhere]
        new = record_rejections(session, rejected)
    report.embedded += count
    report.seconds["store"] += perf_counter() - started
    report.rejected += new
    report.still_rejected += len(rejected) - len(new)
    return count


def _embed(prepared: Iterator[Fitted | Failed], backbone: Backbone, report: EmbedReport) -> Iterator[Embedded | Failed]:
    for batch in chunks(prepared, EMBED_COVERS):
        fitted = [item for item in batch if isinstance(item, Fitted)]
        yield from (item for item in batch if isinstance(item, Failed))
        if fitted:
            started = perf_counter()
            made = backbone.embed(np.stack([item.pixels for item in fitted])).astype(np.float16)
            report.seconds["embed"] += perf_counter() - started
            for item, vector in zip(fitted, made, strict=True):
                yield Embedded(item.cover, NewVector(item.cover.cover_id, item.cover.content_hash, vector))


def _timed(items: Iterator[Item], stage: str, report: EmbedReport) -> Iterator[Item]:
    """The same items; the time spent waiting for them is counted for a stage."""
    started = perf_counter()
    for item in items:
        report.seconds[stage] += perf_counter() - started
        yield item
        started = perf_counter()
