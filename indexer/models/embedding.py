"""Covers without a vector → their bytes → decode → fit → embed → store.

Decoding runs ahead on threads; the backbone runs in the calling thread; each batch of vectors is stored in one
transaction, so a run killed at any moment resumes there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from db import vectors
from db.database import Database
from db.records import BundleRecord, HashedCover, NewVector, RejectedFile
from db.registration import record_rejections
from indexer.images.pending import work_ahead
from indexer.models.backbone import Backbone
from indexer.models.preparing import EMBED_COVERS, fit_image
from indexer.progress import Progress, Silent, chunks
from sleeve.vocabulary import CoverId

STORE_COVERS = 256
"""Vectors in one transaction: what a crash can make ``index`` embed again."""

AHEAD_COVERS = 4 * EMBED_COVERS
"""Covers read and decoded ahead of the backbone: 19 MB of pixels at 224 px."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A cover ready for the backbone: pixels is (s, s, 3) uint8."""

    cover: HashedCover
    pixels: NDArray[np.uint8]


@dataclass(slots=True)
class EmbedReport:
    """What became of the pending covers, and the seconds that the calling thread spent in each stage.

    Attributes:
        still_rejected: how many failed as they did in the run before.
    """

    embedded: int = 0
    rejected: list[RejectedFile] = field(default_factory=list)
    still_rejected: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def embed_pending(
    database: Database,
    backbone: Backbone,
    bundle: BundleRecord,
    *,
    threads: int,
    progress: Progress | None = None,
    stored: Callable[[int], None] = lambda _count: None,
) -> EmbedReport:
    """Embed every cover that has no vector of this bundle.

    A file that is gone, changed or damaged is kept as a rejection with its reason and tried again by the next run.
    ``stored`` is called after every transaction with the number of vectors stored; searches find them from then on.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    progress = progress or Silent()
    report = EmbedReport()
    with database.reading() as session:
        progress.start("Embedding", vectors.count_pending(session, bundle))

    def pending(after: CoverId, limit: int) -> list[HashedCover]:
        with database.reading() as session:
            return vectors.pending(session, bundle, after=after, limit=limit)

    def fitted(cover: HashedCover, data: bytes) -> Fitted:
        return Fitted(cover, fit_image(data, backbone))

    with work_ahead(pending, fitted, threads=threads, ahead=AHEAD_COVERS) as prepared:
        results = _embed(_timed(prepared, "wait for decoding", report), backbone, report)
        for batch in chunks(results, STORE_COVERS):
            made = [item for item in batch if isinstance(item, NewVector)]
            rejected = [item for item in batch if isinstance(item, RejectedFile)]
            started = perf_counter()
            with database.writing() as session:
                count = vectors.store(session, bundle, made)
                new = record_rejections(session, rejected)
            report.embedded += count
            report.seconds["store"] += perf_counter() - started
            report.rejected += new
            report.still_rejected += len(rejected) - len(new)
            progress.advance(len(batch))
            stored(count)
    return report


def _embed(
    prepared: Iterator[Fitted | RejectedFile], backbone: Backbone, report: EmbedReport
) -> Iterator[NewVector | RejectedFile]:
    for batch in chunks(prepared, EMBED_COVERS):
        fitted = [item for item in batch if isinstance(item, Fitted)]
        yield from (item for item in batch if isinstance(item, RejectedFile))
        if fitted:
            started = perf_counter()
            made = backbone.embed(np.stack([item.pixels for item in fitted])).astype(np.float16)
            report.seconds["embed"] += perf_counter() - started
            for item, vector in zip(fitted, made, strict=True):
                yield NewVector(item.cover.cover_id, item.cover.content_hash, vector)


def _timed(items: Iterator[Item], stage: str, report: EmbedReport) -> Iterator[Item]:
    """The same items; the time spent waiting for them is counted for a stage."""
    started = perf_counter()
    for item in items:
        report.seconds[stage] += perf_counter() - started
        yield item
        started = perf_counter()
