"""A source → the catalogue: fetch, read, hash and decode every file, then write each batch in one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from db import offered
from db.database import Database
from db.records import Candidate, CoverFile, FileOutcome, Guess, InspectedFile, Offered, OtherFiles, RejectedFile
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
    """How every file ended that the sources met. The rejected ones (and why) are kept whole, the others counted.

    Attributes:
        others: files that were not offered as covers, by place and kind.
        guesses: what was taken for granted, each sentence once.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    rejected: list[FileOutcome] = field(default_factory=list)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)
    guesses: dict[str, None] = field(default_factory=dict)

    def take(self, outcomes: Iterable[FileOutcome]) -> None:
        """Count some more."""
        for outcome in outcomes:
            self.counts[outcome.outcome] += 1
            if outcome.outcome is Outcome.REJECTED:
                self.rejected.append(outcome)

    def merge(self, other: "AddReport") -> None:
        """Count what another report counts."""
        self.counts += other.counts
        self.rejected += other.rejected
        self.others += other.others
        self.guesses |= other.guesses

    def take_back(self, offered: Offered, tried: Sequence[InspectedFile | RejectedFile]) -> None:
        """Do not count the files that were tried for a cover as others too."""
        paths = {item.path if isinstance(item, RejectedFile) else str(item.cover_file.path) for item in tried}
        for candidate in offered.instead if isinstance(offered, CoverFile) else ():
            if str(candidate.path) in paths:
                inside = candidate.path.parent.is_file()
                self.others[str(candidate.path.parents[1 if inside else 0]), candidate.kind] -= 1

    def of_kind(self) -> dict[str, int]:
        """How many files of each kind were not offered, the commonest kind first."""
        kinds: Counter[str] = Counter()
        for (_, kind), files in self.others.items():
            kinds[kind] += files
        return {kind: files for kind, files in kinds.most_common() if files}

    def offered(self, source: Source) -> Iterator[Offered]:
        """What a source offers; the rest of what it says is counted here."""
        for item in source:
            if isinstance(item, OtherFiles):
                self.others[item.place, item.kind] += item.files
            elif isinstance(item, Guess):
                self.guesses[item.text] = None
            else:
                yield item


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
    place = None if source.place is None else str(source.place)
    progress.start("Adding", sum(1 for _ in AddReport().offered(source)))
    with ThreadPoolExecutor(threads, thread_name_prefix="inspect") as pool:
        for chunk in chunks(report.offered(source), BATCH_FILES):
            batch, counted = urls.bring(database, chunk, progress) if urls else (chunk, 0)
            paths = [str(candidate.path) for item in batch for candidate in _candidates(item)]
            with database.reading() as session:
                known = known_hashes(session, paths)
            tried = list(pool.map(partial(_inspect, known=known), batch))
            for item, attempts in zip(batch, tried, strict=True):
                report.take_back(item, attempts)
            inspected = [attempts[-1] for attempts in tried]
            bad = [item for attempts in tried for item in attempts[:-1] if isinstance(item, RejectedFile)]
            with database.writing() as session:
                outcomes = register(session, [*inspected, *bad], present)
                if place:
                    offered.claim(session, place, [end.path for end in outcomes if end.outcome is Outcome.REJECTED])
            if urls:
                urls.tidy(database, batch, outcomes[: len(batch)])
            report.take(outcomes)
            progress.advance(len(batch) - counted)
    if place:
        _settle(database, place, report)
    return report


def _settle(database: Database, place: str, report: AddReport) -> None:
    """What a source that was read as a whole does not offer any more is no longer counted."""
    others = (OtherFiles(where, kind, files) for (where, kind), files in report.others.items() if files)
    with database.writing() as session:
        offered.forget_rejected(session, place, {item.path for item in report.rejected})
        offered.set_others(session, place, others)


def _candidates(item: Offered) -> Sequence[Candidate | Offered]:
    return [item, *item.instead] if isinstance(item, CoverFile) else [item]


def _inspect(item: Offered, *, known: dict[str, str]) -> list[InspectedFile | RejectedFile]:
    """What was tried for a cover: files that are none, then the one that is, or of several bad ones the first."""
    if isinstance(item, RejectedFile):
        return [item]
    tried: list[InspectedFile | RejectedFile] = []
    for candidate in _candidates(item):
        found = _look_at(replace(item, file=candidate.file, path=Path(candidate.path), instead=()), known)
        if isinstance(found, InspectedFile):
            return [*tried, found]
        tried.append(found)
    return [*tried[1:], tried[0]]


def _look_at(cover_file: CoverFile, known: dict[str, str]) -> InspectedFile | RejectedFile:
    path = str(cover_file.path)
    try:
        data = read(cover_file.path)
        content_hash = ContentHash(sha256(data).hexdigest())
        if known.get(path) != content_hash:
            decode(data, reduce_to_px=PROBE_PX)
    except FileRejectedError as error:
        return RejectedFile(cover_file.file, path, error.reason, error.detail)
    return InspectedFile(cover_file, content_hash)
