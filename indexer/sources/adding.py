"""A source → the catalogue: fetch, read, hash and decode every file, then write each batch in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path

from db import entries, moved_lists, offered
from db.database import Database
from db.records import (
    Candidate,
    CoverFile,
    InspectedFile,
    ListRow,
    Offered,
    OtherFiles,
    RejectedFile,
)
from db.registration import Stage, known_hashes, known_versions, register_stage
from db.settling import settle
from indexer.images.decoding import (
    PROBE_PX,
    archive_around,
    decode,
    file_holding,
    present,
    present_as,
    read,
    version_of,
)
from indexer.images.storage import ObjectPath, located
from indexer.progress import Progress, Silent, chunks
from indexer.sources import Source, may_be_there
from indexer.sources.add_report import AddReport
from indexer.sources.archive import ArchiveSource
from indexer.sources.folder import FolderSource
from indexer.sources.given_vectors import GivenVectors
from indexer.sources.image_folder import ImageFolderSource
from indexer.sources.kept_covers import KeptCovers
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import ContentHash, Outcome, Rejection

BATCH_FILES = 256
"""Files in one transaction: what a crash can make ``add`` do again."""

BATCH_BYTES = 64 * 2**20
"""Images that a table holds, in one transaction: a batch ends with the image that exceeds this."""

FETCHES_AT_ONCE = 16
"""Objects fetched at a time by one ``sleeve add``."""

_SILENT_AFTER = 16
"""Objects in a row that could not be fetched end the run."""

_HASHES_KEPT = 65_536


def add_source(
    database: Database,
    source: Source,
    *,
    threads: int,
    progress: Progress | None = None,
    kept: KeptCovers | None = None,
    again: bool = False,
    gone: Set[str] = frozenset(),
    is_whole: bool = True,
    vectors: GivenVectors | None = None,
) -> AddReport:
    """Offer every file of a source to the catalogue. Adding the same files twice changes nothing.

    Args:
        kept: brings what a table names by URL or holds itself; without it such covers are missing files.
        again: also what a person removed.
        gone: paths of covers that count as moved if their content is offered elsewhere, though their files are there.
        is_whole: what the source offers is all that it has, so that rows of lists that it does not offer are gone.
        vectors: gives covers the vectors that the source has of them.

    Raises:
        SourceError: the source cannot be read; what was read before it failed stays.
        CatalogueError: the database cannot be used.
    """
    progress = progress or Silent()
    adding = _Adding(database, source, kept, vectors, again=again, gone=gone, is_whole=is_whole)
    progress.start("Adding", sum(1 for _ in AddReport().offered(source)))
    # Threads begin when they are needed, so of two pools one costs nothing.
    with (
        ThreadPoolExecutor(threads, thread_name_prefix="inspect") as few,
        ThreadPoolExecutor(max(threads, FETCHES_AT_ONCE), thread_name_prefix="fetch") as many,
    ):
        for chunk in _batches(adding.report.offered(source)):
            rows = [item for item in chunk if isinstance(item, ListRow)]
            files = [item for item in chunk if not isinstance(item, ListRow)]
            if rows:
                adding.take_rows(rows)
                progress.advance(len(rows))
            batch, counted = kept.bring(database, files, progress) if kept else (files, 0)
            batch = adding.take_instead(files, batch)
            pool = many if any(isinstance(item.path, ObjectPath) for item in batch) else few
            tried = list(pool.map(partial(_inspect, known=adding.known(batch)), batch))
            adding.end_if_silent(tried)
            for item, attempts in zip(batch, tried, strict=True):
                adding.report.take_back(item, attempts)
            bad = [item for attempts in tried for item in attempts[:-1] if isinstance(item, RejectedFile)]
            adding.take(Stage.PLAIN, [*batch, *bad], [*(attempts[-1] for attempts in tried), *bad])
            progress.advance(len(files) - counted)
    adding.finish()
    return adding.report


def _batches(items: Iterable[Offered | ListRow]) -> Iterator[list[Offered | ListRow]]:
    batch: list[Offered | ListRow] = []
    size_bytes = 0
    for item in items:
        batch.append(item)
        size_bytes += len(item.data or b"") if isinstance(item, CoverFile) else 0
        if len(batch) == BATCH_FILES or size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


class _Adding:
    """What is offered goes to the catalogue batch by batch; what may have moved waits until all of it is known."""

    def __init__(
        self,
        database: Database,
        source: Source,
        kept: KeptCovers | None,
        vectors: GivenVectors | None,
        *,
        again: bool,
        gone: Set[str],
        is_whole: bool,
    ) -> None:
        self.report = AddReport()
        self._database = database
        self._source = source
        self._place = None if source.place is None else str(source.place)
        self._kept = kept
        self._vectors = vectors
        self._again = again
        self._holds = _holder(gone, source)
        self._silent = 0
        self._waiting: list[InspectedFile] = []
        self._is_whole = is_whole
        self._rows: dict[str, set[str]] = defaultdict(set)

    def known(self, batch: Sequence[Offered]) -> "_Known":
        """What the catalogue knows of the paths of a batch."""
        paths = [str(candidate.path) for item in batch for candidate in _candidates(item)]
        objects = [str(item.path) for item in batch if isinstance(item.path, ObjectPath)]
        with self._database.reading() as session:
            return _Known(known_hashes(session, paths), known_versions(session, objects) if objects else {})

    def end_if_silent(self, tried: Sequence[Sequence[InspectedFile | RejectedFile]]) -> None:
        """Raise ``SourceError`` if a storage has stopped answering; a batch that is not registered is tried again."""
        for attempts in tried:
            item = attempts[-1]
            silent = isinstance(item, RejectedFile) and item.reason is Rejection.NOT_FETCHED
            self._silent = self._silent + 1 if silent else 0
            if self._silent == _SILENT_AFTER and isinstance(item, RejectedFile):
                raise SourceError(f"{item.path}: {item.detail}, nor did the objects before it; what was added stays")

    def take(self, stage: Stage, batch: Sequence[Offered], inspected: Sequence[InspectedFile | RejectedFile]) -> None:
        """Register what a stage decides of a batch, in one transaction; ``inspected`` is what each has turned out."""
        with self._database.writing() as session:
            found = register_stage(session, inspected, self._holds, stage, again=self._again)
            no_covers = [end.path for end in found.outcomes if end.outcome in {Outcome.REJECTED, Outcome.REMOVED}]
            if self._place:
                offered.claim(session, self._place, no_covers)
            later = {id(item) for item in found.waiting}
            decided = [item for item in inspected if isinstance(item, InspectedFile) and id(item) not in later]
            given = self._vectors.give(session, decided) if self._vectors else Counter()
        self.report.vectors += given
        self._waiting += found.waiting
        self.report.take(found.outcomes)
        if self._kept:
            done = [item for item, seen in zip(batch, inspected, strict=True) if id(seen) not in later]
            self._kept.tidy(self._database, done, found.outcomes)

    def take_rows(self, rows: Sequence[ListRow]) -> None:
        """Register rows of a list, in one transaction."""
        new = {row.place for row in rows} - self._rows.keys()
        with self._database.writing() as session:
            for place in sorted(new):
                moved_lists.follow(session, place, [row.path for row in rows if row.place == place], _is_gone)
            outcomes = entries.register(session, rows, again=self._again)
        for row in rows:
            self._rows[row.place].add(row.path)
        self.report.listed += len(rows)
        self.report.vectors_left_out += sum(row.has_vector for row in rows)
        self.report.take(outcomes)

    def take_instead(self, files: Sequence[Offered], batch: Sequence[Offered]) -> Sequence[Offered]:
        """Register what is offered in place of pictures that their source does not have; returns the rest of a batch.

        Args:
            files: as they were offered, each in the place that it has in the batch.
        """
        rest: list[Offered] = []
        rows: list[ListRow] = []
        paths: list[str] = []
        for offer, item in zip(files, batch, strict=True):
            row = offer.otherwise if isinstance(offer, CoverFile) else None
            if row is not None and isinstance(item, RejectedFile) and item.reason is Rejection.NO_ART:
                rows.append(row)
                paths.append(item.path)
            else:
                rest.append(item)
        if rows:
            self.take_rows(rows)
            with self._database.writing() as session:
                for path in paths:
                    offered.forget_rejected(session, path)
        return rest

    def finish(self) -> None:
        """Register what has waited, look what follows for the albums, and forget what the source no longer offers."""
        for stage in (Stage.MOVED, Stage.REST):
            waiting, self._waiting = self._waiting, []
            for batch in chunks(waiting, BATCH_FILES):
                self.take(stage, [item.cover_file for item in batch], batch)
        self._forget_rows()
        while self._settle():
            pass
        if self._place:
            self._forget(self._place)

    def _forget_rows(self) -> None:
        """Forget the rows that a list does not have any more; one that cannot be read whole, or is empty, takes nothing
        away."""
        if not self._place or not self._is_whole or self.report.rejected or not self.report.counts:
            return
        with self._database.writing() as session:
            for place, rows in (self._rows or {self._place: set()}).items():
                gone, _ = entries.forget_others(session, place, rows)
                self.report.unlisted += gone

    def _settle(self) -> int:
        with self._database.writing() as session:
            return settle(session)

    def _forget(self, place: str) -> None:
        others = (OtherFiles(where, kind, files) for (where, kind), files in self.report.others.items() if files)
        with self._database.writing() as session:
            still = {item.path for item in (*self.report.rejected, *self.report.removed)}
            offered.forget_not_met(session, place, still)
            offered.set_others(session, place, others)
            offered.forget_gone(session, may_be_there)
            known = offered.covers_within(session, place)
        self.report.gone += sum(_is_file_gone(path, self._source.place) for path in known)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the catalogue knows of paths: the content hash of their covers; of objects their version and its hash."""

    hashes: Mapping[str, str]
    versions: Mapping[str, tuple[str, ContentHash]]


def _holder(gone: Set[str], source: Source) -> Callable[[str, str], bool]:
    """Whether a file still has its content: each is read once, and one that cannot be read is taken to have it."""

    def there(path: str) -> bool:
        found = _listed(path, source.place)
        # In archives that are being read, files have the names that they are offered by now.
        if found and isinstance(source, _WITH_ARCHIVES) and found.is_relative_to(source.place):
            return present_as(found, source.encoding)
        return found is not None and present(found)

    @lru_cache(maxsize=_HASHES_KEPT)
    def hash_of(path: str) -> str | None:
        found = _listed(path, source.place) or located(path)
        try:
            version_of(found, ask=True)  # a copy may be of an older one
            return sha256(read(found)).hexdigest()
        except FileRejectedError:
            return None

    return lambda path, content_hash: path not in gone and there(path) and hash_of(path) in {content_hash, None}


_WITH_ARCHIVES = (ArchiveSource, FolderSource, ImageFolderSource)


def _is_gone(place: str) -> bool:
    """Whether the table of a list is gone; a list of Discogs is known by no place."""
    return Path(place).is_absolute() and not may_be_there(place)


def _listed(path: str, place: Path | str | None) -> Path | None:
    """A path, as the listing of a folder in object storage has it if that was read; None if it does not have it."""
    found = located(path)
    if isinstance(found, ObjectPath) and isinstance(place, ObjectPath) and place in found.parents:
        return found if place.entry or archive_around(found) else place.look_up(found)
    return found


def _is_file_gone(path: str, place: Path | str | None) -> bool:
    """Whether the file of a cover, or the one that its path goes on past, is not there any more."""
    found = located(path)
    if isinstance(found, ObjectPath):
        return _listed(str(archive_around(found) or found), place) is None
    return not file_holding(found).exists()


def _candidates(item: Offered) -> Sequence[Candidate | Offered]:
    return [item, *item.instead] if isinstance(item, CoverFile) else [item]


def _inspect(item: Offered, *, known: _Known) -> list[InspectedFile | RejectedFile]:
    """What was tried for a cover: files that are none, then the one that is, or of several bad ones the first."""
    if isinstance(item, RejectedFile):
        return [item]
    tried: list[InspectedFile | RejectedFile] = []
    for candidate in _candidates(item):
        found = _look_at(replace(item, file=candidate.file, path=located(candidate.path), instead=()), known)
        if isinstance(found, InspectedFile):
            return [*tried, found]
        tried.append(found)
    return [*tried[1:], tried[0]]


def _look_at(cover_file: CoverFile, known: _Known) -> InspectedFile | RejectedFile:
    path = str(cover_file.path)
    before, its_hash = known.versions.get(path, ("", ContentHash("")))
    try:
        if before and version_of(cover_file.path, ask=True) == before:
            return InspectedFile(cover_file, its_hash, before)
        data = read(cover_file.path)
        content_hash = ContentHash(sha256(data).hexdigest())
        if known.hashes.get(path) != content_hash:
            decode(data, reduce_to_px=PROBE_PX)
        version = version_of(cover_file.path, ask=False)
    except FileRejectedError as error:
        return RejectedFile(cover_file.file, path, error.reason, error.detail)
    return InspectedFile(cover_file, content_hash, version)
