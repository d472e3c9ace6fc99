"""Index versions: built or extended aside, gated by their recall, promoted by one switch, rolled back, pruned.

A version is a folder below ``<home>/versions``; the database says which one is live in this home, since several homes
may share a database. Any version can be thrown away and built again from the vectors in the database. Whatever changes
them holds ``indexer.jobs.running.one_at_a_time``.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from db import albums, index_versions, own_columns, vectors
from db.database import Database
from db.records import BundleRecord, CatalogueFilter, IndexVersionRecord
from indexer import vector_index
from indexer.files import replacing
from indexer.progress import Progress, Silent
from indexer.vector_index import IndexKind, VectorIndex
from indexer.vector_index.crowds import Crowds
from indexer.vector_index.gate import GATE_K, GATE_RECALL, fit_and_measure
from sleeve.errors import NotFoundError, VectorIndexError

GATE_GENRES = 16
GATE_DECADES = 4

GATE_COLUMNS = 4
"""The commonest ones; the gate asks for neighbours of one genre or decade too."""

EXTENDED_AT_ONCE = 1_000
"""An index of up to this many vectors is extended for any change, which takes a tenth of a second."""

MOST_DELTA = 0.05
"""A larger index is extended when the vectors newer than it are a larger share of it; until then they are its delta."""

MOST_TOMBSTONES = 0.2
"""An index in which removed vectors are a larger share is built again instead of extended."""

_FOLDER = re.compile(rf"(\.writing-)?\d{{8}}T\d{{12}}-({'|'.join(IndexKind)})(-[0-9a-f]{{8}})?")
"""A version's folder, finished or not. Others below ``versions`` are not Sleeve's."""

_MANY_ALIKE = 0.01
_ROWS_A_STEP = 65_536

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A version that can be searched, and its delta.

    Attributes:
        index: of the version's files, to be searched only.
        delta: indexes of the vectors that are newer; no vector is in two of them.
    """

    record: IndexVersionRecord
    index: VectorIndex
    delta: tuple[VectorIndex, ...] = ()

    @property
    def newest_id(self) -> int:
        """The newest vector in the index, 0 when it is empty: every one past it belongs to the delta.

        Ids rise, are committed in order and never come back, so this holds even if the newest vectors of the moment
        had been removed before the version was built.
        """
        return int(self.index.ids[-1]) if len(self.index) else 0


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the catalogue has moved away from a version.

    Attributes:
        indexed: vectors in the version's index, removed ones included.
        delta: vectors that are newer.
        tombstones: vectors in the index that were removed.
    """

    indexed: int
    delta: int
    tombstones: int

    @property
    def owned(self) -> int:
        """Vectors that there are by now."""
        return self.indexed - self.tombstones + self.delta

    @property
    def is_large(self) -> bool:
        """Whether it is time for a new version."""
        return self.delta > MOST_DELTA * self.indexed or self.has_many_tombstones

    @property
    def has_many_tombstones(self) -> bool:
        """Whether that must be built from nothing."""
        return self.tombstones > MOST_TOMBSTONES * self.indexed


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh did: the version that is live now and how it came to be.

    Attributes:
        delta: vectors that are searched next to the version; they were too few to extend it.
    """

    version: IndexVersionRecord
    added: int = 0
    removed: int = 0
    rebuilt: bool = False
    delta: int = 0

    @property
    def changed(self) -> bool:
        """Whether a new version was made."""
        return self.rebuilt or bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted: versions' folders, and leftovers that no version names.

    Attributes:
        in_use: folders that another process holds; the next ``prune`` or refresh deletes them.
    """

    folders: tuple[str, ...]
    freed_bytes: int
    in_use: tuple[str, ...] = ()


class IndexVersions:
    """The versions of one home, each in a folder of its own below ``folder``.

    The id of the home is in a file next to that folder. It is made with the first version, and survives the folder.
    """

    def __init__(self, database: Database, folder: Path, gate_recall: float = GATE_RECALL) -> None:
        self._database = database
        self._gate_recall = gate_recall
        self._folder = folder
        self._owner_file = folder.with_name(f"{folder.name}.id")
        self._owner = ""

    @property
    def owner(self) -> str:
        """The id of this home, 32 hexadecimal digits; empty as long as it has made no version under one."""
        if not self._owner:
            with suppress(FileNotFoundError):
                self._owner = self._owner_file.read_text(encoding="ascii").strip()
        return self._owner

    def live(self) -> IndexVersionRecord | None:
        """What the database says is live."""
        with self._database.reading() as session:
            return index_versions.live(session, self.owner)

    def newest_elsewhere(self) -> IndexVersionRecord | None:
        """The newest version that answers in another home of this database, or None."""
        with self._database.reading() as session:
            return index_versions.newest_elsewhere(session, self.owner)

    def kept(self) -> list[IndexVersionRecord]:
        """The versions of this home, newest first."""
        with self._database.reading() as session:
            return index_versions.versions(session, self.owner)

    def previous(self) -> IndexVersionRecord:
        """The version that ``rollback`` would make live.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading() as session:
            found = index_versions.previous(session, self.owner)
        if found is None:
            raise NotFoundError("there is no earlier index version to roll back to")
        return found

    def open(self, record: IndexVersionRecord) -> OpenVersion:
        """Check a version's files and open them.

        Raises:
            VectorIndexError: a file is missing or damaged, or belongs to another bundle.
        """
        index = vector_index.open_folder(self._folder / record.folder, expected_fingerprint=record.bundle.fingerprint)
        return OpenVersion(record, index)

    def arguments(self, record: IndexVersionRecord) -> dict[str, int]:
        """What trades speed for recall in a version, as its manifest says; empty if that cannot be read."""
        try:
            return vector_index.read_manifest(self._folder / record.folder).arguments
        except VectorIndexError:
            return {}

    def stamp(self, record: IndexVersionRecord) -> tuple[object, ...]:
        """What changes when somebody deletes, replaces or writes to a version's files; they are not read."""
        return vector_index.stamp(self._folder / record.folder)

    def drift(self, version: OpenVersion) -> Drift:
        """How far the catalogue has moved away from an open version."""
        with self._database.reading() as session:
            delta = vectors.count(session, version.record.bundle, after=version.newest_id)
            owned = vectors.count(session, version.record.bundle) - delta
        indexed = len(version.index) + version.index.tombstones
        return Drift(indexed, delta, indexed - owned)

    def refresh(
        self,
        bundle: BundleRecord,
        *,
        rebuild: bool = False,
        kind: IndexKind | None = None,
        progress: Progress | None = None,
    ) -> Refresh:
        """Bring the index to what the database holds: extend the live version if that is possible, else build.

        A large version with a small drift is left as it is, because the delta answers for what is new, also if a few
        covers more would make another kind the better one.

        Args:
            bundle: whose vectors to index.
            rebuild: build from nothing even if the live version could be extended.
            kind: the kind of index; by default the live version's, or the one for this many vectors if that is a
                kind for more.
            progress: hears of every vector that goes in.

        Raises:
            VectorIndexError: the new version's recall is below the gate, or it cannot be written; the live
                version stays.
        """
        progress = progress or Silent()
        self._sweep(progress)
        with self._database.reading() as session:
            live = index_versions.live(session, self.owner)
        opened = None if rebuild else self._extendable(live, bundle, kind)
        if opened is not None:
            drift = self.drift(opened)
            is_current = not drift.delta and drift.tombstones == opened.index.tombstones
            if is_current or (drift.indexed > EXTENDED_AT_ONCE and not drift.is_large):
                return Refresh(opened.record, delta=drift.delta)
            live_kind = IndexKind(opened.record.kind)
            outgrown = kind is None and vector_index.kind_for(drift.owned, at_least=live_kind) != live_kind
            if not outgrown and not drift.has_many_tombstones:
                with self._database.reading() as session:
                    wanted = vectors.ids(session, bundle)
                new, gone = np.setdiff1d(wanted, opened.index.ids), np.setdiff1d(opened.index.ids, wanted)
                index = self._extended(opened.record, new, gone, progress)
                return Refresh(self._promote(bundle, index, progress), added=len(new), removed=len(gone))
        with self._database.reading() as session:
            count = vectors.count(session, bundle)
        kind = kind or vector_index.kind_for(count, at_least=IndexKind(live.kind) if live else None)
        index = self._build(bundle, kind, count, progress)
        return Refresh(self._promote(bundle, index, progress), added=count, rebuilt=True)

    def named(self, folder: str) -> IndexVersionRecord:
        """The version with this folder.

        Raises:
            NotFoundError: there is none of this home.
        """
        found = next((version for version in self.kept() if version.folder == folder), None)
        if found is None:
            raise NotFoundError("there is no such index version")
        return found

    def switch(self, version: IndexVersionRecord) -> None:
        """Make a version live; what is newer than it is its delta.

        Raises:
            VectorIndexError: its files are missing or damaged; the live version stays.
        """
        self.open(version)
        with self._database.writing() as session:
            index_versions.switch(session, self.owner, version.id)
        _log.info("index %s is live", version.folder)

    def rollback(self) -> IndexVersionRecord:
        """Make the version before the live one live again.

        Raises:
            NotFoundError: there is none.
            VectorIndexError: its files are missing or damaged; the live version stays.
        """
        before = self.previous()
        self.switch(before)
        return before

    def prune(self, progress: Progress | None = None) -> Pruned:
        """Keep the live version and the one before it, and delete all others."""
        with self._database.writing() as session:
            known = index_versions.versions(session, self.owner)
            kept = [index_versions.live(session, self.owner), index_versions.previous(session, self.owner)]
            index_versions.forget(session, [version.id for version in known if version not in kept])
        return self._sweep(progress or Silent())

    def _sweep(self, progress: Progress) -> Pruned:
        """Delete the versions that the database does not name: those pruned, and what a crash left."""
        with self._database.reading() as session:
            named = index_versions.folders(session)
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        unnamed = [folder for folder in folders if _is_written(folder) and folder.name not in named]
        freed_bytes, deleted, in_use = 0, [], []
        progress.start("Deleting index versions", len(unnamed))
        for folder in unnamed:
            try:
                freed_bytes += vector_index.delete(folder)
            except OSError:  # Windows deletes no file that a process has mapped
                in_use.append(folder.name)
            if not folder.exists():
                deleted.append(folder.name)
            progress.advance(1)
        return Pruned(tuple(deleted), freed_bytes, tuple(in_use))

    def _extendable(
        self, live: IndexVersionRecord | None, bundle: BundleRecord, kind: IndexKind | None
    ) -> OpenVersion | None:
        if live is None or live.bundle != bundle or kind not in {None, live.kind}:
            return None
        try:
            return self.open(live)
        except VectorIndexError as error:
            _log.warning("%s; building it again from the database", error)
            return None

    def _build(self, bundle: BundleRecord, kind: IndexKind, count: int, progress: Progress) -> VectorIndex:
        progress.start("Building the index", count)

        def batches() -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
            with self._database.reading() as session:
                for batch in vectors.stream(session, bundle):
                    yield batch.ids, batch.vectors
                    progress.advance(len(batch.ids))

        return vector_index.build(kind, bundle.dimension, batches())

    def _extended(
        self, live: IndexVersionRecord, new: NDArray[np.int64], gone: NDArray[np.int64], progress: Progress
    ) -> VectorIndex:
        progress.start("Extending the index", len(new))
        index = vector_index.load(self._folder / live.folder, live.bundle.dimension)
        index.remove(gone)
        with self._database.reading() as session:
            for batch in vectors.of_ids(session, live.bundle, new):
                index.add(batch.ids, batch.vectors)
                progress.advance(len(batch.ids))
        return index

    def _promote(self, bundle: BundleRecord, index: VectorIndex, progress: Progress) -> IndexVersionRecord:
        progress.start("Measuring its recall", 1)
        # What does without a graph or cells finds all that is allowed.
        recall = fit_and_measure(index, self._filters(bundle) if index.widths else ())
        progress.advance(1)
        if recall < self._gate_recall:
            raise VectorIndexError(
                f"the new index finds {recall:.3f} of the {GATE_K} nearest, less than {self._gate_recall:g}; "
                f"it is not promoted{_likely_cause(index)}"
            )
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{index.kind}"
        vector_index.write(index, self._folder / name, fingerprint=bundle.fingerprint, recall=recall)
        owner = self._with_owner()
        with self._database.writing() as session:
            index_versions.adopt(session, owner, [folder.name for folder in self._folder.iterdir()])
            version = index_versions.promote(
                session, owner, bundle, folder=name, kind=index.kind, count=len(index), recall=recall
            )
        self.prune()
        return version

    def _filters(self, bundle: BundleRecord) -> list[NDArray[np.int64]]:
        """What the filters that let through most allow: those of one genre, of a decade, and of a
        value of a declared column."""
        with self._database.reading() as session:
            genres = islice(albums.albums_per_genre(session), GATE_GENRES)
            filters = [CatalogueFilter(genre=genre) for genre in genres]
            for year in islice(albums.decades(session), GATE_DECADES):
                filters.append(CatalogueFilter(year_from=year, year_to=year + 9))
            filters += own_columns.widest(session, GATE_COLUMNS)
            return [vectors.allowed_ids(session, bundle, allowed) for allowed in filters]

    def _with_owner(self) -> str:
        """The id of this home, made if it has none."""
        if not self.owner:
            try:
                with replacing(self._owner_file) as fresh:
                    fresh.write_text(f"{uuid4().hex}\n", encoding="ascii")
            except OSError as error:
                raise VectorIndexError(f"{self._owner_file} cannot be written: {error.strerror}") from error
        return self.owner


def _is_written(folder: Path) -> bool:
    return bool(_FOLDER.fullmatch(folder.name)) and folder.is_dir() and not folder.is_symlink()


def _likely_cause(index: VectorIndex) -> str:
    """What a failed gate is likely to come from, and what helps, as the end of a sentence."""
    if index.kind == IndexKind.EXACT:
        return ""
    crowds = Crowds(index.dimension)
    for start in range(0, len(index), _ROWS_A_STEP):
        crowds.surplus(index.vectors(index.ids[start : start + _ROWS_A_STEP]))
    alike = crowds.share_alike
    cause = (
        f"{alike:.0%} of its vectors are nearly equal to another"
        if alike >= _MANY_ALIKE
        else "too many of its vectors are about equally near"
    )
    return f": {cause}; `sleeve index --rebuild --kind exact` makes an index that finds all, but takes longer to search"
