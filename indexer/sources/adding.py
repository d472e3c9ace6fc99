"""A source → the catalogue: fetch, read, hash and decode every file, then write each batch in one transaction."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from db.database import Database
from db.records import CoverFile, FileOutcome, InspectedFile, RejectedFile
from db.registration import known_hashes, register
from indexer.images.decoding import PROBE_PX, decode, present, read
from indexer.progress import Progress, Silent, chunks
from indexer.sources import Source
from indexer.sources.url_covers import UrlCovers
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import ContentHash, Outcome

BATCH_FILES = 256
"""Files in one transaction: what a crash can make ``add`` do again."""


@dataclass(slots=True)
class AddReport:
    """How every offered file ended; the rejected ones (and why) are kept whole, the others counted."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    rejected: list[FileOutcome] = field(default_factory=list)

    def take(self, outcomes: Iterable[FileOutcome]) -> None:
        """Count some more."""
        for outcome in outcomes:
            self.counts[outcome.outcome] += 1
            if outcome.outcome is Outcome.REJECTED:
                self.rejected.append(outcome)


def add_source(
    database: Database,
    source: Source,
    *,
    threads: int,
    progress: Progress | None = None,
    urls: UrlCovers | None = None,
) -> AddReport:
    """Offer every file of a source to the catalogue. Adding the same files twice changes nothing.

    Args:
        urls: brings what the source names by URL; without it such covers are missing files.

    Raises:
        SourceError: the source cannot be read; what was read before it failed stays.
        CatalogueError: the database cannot be used.
    """
    progress = progress or Silent()
    report = AddReport()
    progress.start("Adding", sum(1 for _ in source))
    with ThreadPoolExecutor(threads, thread_name_prefix="inspect") as pool:
        for offered in chunks(source, BATCH_FILES):
            batch, counted = urls.bring(database, offered, progress) if urls else (offered, 0)
            paths = [str(item.path) for item in batch]
            with database.reading() as session:
                known = known_hashes(session, paths)
            inspected = list(pool.map(partial(_inspect, known=known), batch))
            with database.writing() as session:
                outcomes = register(session, inspected, present)
            if urls:
                urls.tidy(database, batch, outcomes)
            report.take(outcomes)
            progress.advance(len(batch) - counted)
    return report


def _inspect(offered: CoverFile | RejectedFile, *, known: dict[str, str]) -> InspectedFile | RejectedFile:
    if isinstance(offered, RejectedFile):
        return offered
    path = str(offered.path)
    try:
        data = read(offered.path)
        content_hash = ContentHash(sha256(data).hexdigest())
        if known.get(path) != content_hash:
            decode(data, reduce_to_px=PROBE_PX)
    except FileRejectedError as error:
        return RejectedFile(offered.file, path, error.reason, error.detail)
    return InspectedFile(offered, content_hash)
