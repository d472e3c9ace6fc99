"""Index versions: built or extended aside, gated by their recall, promoted by one switch, rolled back, pruned.

A version is a folder below ``<home>/versions``, or tables on a server that several hosts share; the database says
which one is live. Any version can be thrown away and built again from the vectors in the database. Whatever changes
them holds ``indexer.jobs.running.one_at_a_time``.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db import albums, index_versions, own_columns, vectors
from db.database import Database
from db.records import BundleRecord, CatalogueFilter, IndexVersionRecord, VectorBatch
from indexer.progress import Progress, Silent
from indexer.vector_index.building import Batch
from indexer.vector_index.crowds import Crowds
from indexer.vector_index.folder_shelf import FolderShelf
from indexer.vector_index.gate import GATE_K, GATE_RECALL, fit_and_measure
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.searchable import SearchableIndex
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.servers.server_shelf import ServerShelf
from indexer.vector_index.shelf import Pruned, VersionShelf
from sleeve.errors import IndexServerError, NotFoundError, VectorIndexError

GATE_GENRES = 16
GATE_DECADES = 4

GATE_COLUMNS = 4
"""The commonest ones; the gate asks for neighbours of one genre or decade too."""

MOST_DELTA = 0.05
"""A larger index is extended when the vectors newer than it are a larger share of it; until then they are its delta."""

MOST_TOMBSTONES = 0.2
"""An index in which removed vectors are a larger share is built again instead of extended."""

_MANY_ALIKE = 0.01
_ROWS_A_STEP = 65_536

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A version that can be searched, and its delta.

    Attributes:
        index: of the version, to be searched only.
        delta: indexes of the vectors that are newer; no vector is in two of them.
    """

    record: IndexVersionRecord
    index: SearchableIndex
    delta: tuple[SearchableIndex, ...] = ()

    @property
    def newest_id(self) -> int:
        """The newest vector in the index, 0 when it is empty: every one past it belongs to the delta.

        Ids rise, are committed in order and never come back, so this holds even if the newest vectors of the moment
        had been removed before the version was built.
        """
        return self.index.newest_id


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


class IndexVersions:
    """The versions of one home, or with a server those of everyone who uses it with this database.

    Args:
        folder: where those of a home are, each in a folder of its own.
        server: where they are instead.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        gate_recall: float = GATE_RECALL,
        server: VectorServer | None = None,
    ) -> None:
        self._database = database
        self._gate_recall = gate_recall
        self._shelf: VersionShelf = FolderShelf(database, folder) if server is None else ServerShelf(database, server)

    @property
    def owner(self) -> str:
        """Whose versions they are, as the database names it; empty for a home that has none yet."""
        return self._shelf.owner

    def close(self) -> None:
        """End the connection to a server."""
        self._shelf.close()

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
        """Check a version and open it.

        Raises:
            VectorIndexError: it is missing, damaged or of another bundle.
        """
        return OpenVersion(record, self._shelf.open(record))

    def arguments(self, record: IndexVersionRecord) -> dict[str, int]:
        """What trades speed for recall in a version; empty if that cannot be read."""
        return self._shelf.arguments(record)

    def stamp(self, record: IndexVersionRecord) -> tuple[object, ...]:
        """What changes when somebody deletes, replaces or writes to a version; it is not read."""
        return self._shelf.stamp(record)

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
        with self._shelf.alone():
            return self._refreshed(bundle, progress or Silent(), kind, rebuild=rebuild)

    def _refreshed(self, bundle: BundleRecord, progress: Progress, kind: IndexKind | None, *, rebuild: bool) -> Refresh:
        self._shelf.sweep(progress)
        with self._database.reading() as session:
            live = index_versions.live(session, self.owner)
        opened = None if rebuild else self._extendable(live, bundle, kind)
        if opened is not None:
            drift = self.drift(opened)
            is_current = not drift.delta and drift.tombstones == opened.index.tombstones
            is_small = drift.indexed <= self._shelf.extended_at_once
            if is_current or not (is_small or self.is_due(drift)):
                return Refresh(opened.record, delta=drift.delta)
            live_kind = IndexKind(opened.record.kind)
            outgrown = kind is None and self._shelf.kind_for(drift.owned, live_kind) != live_kind
            if self._shelf.extends and not outgrown and not drift.has_many_tombstones:
                index, added, removed = self._extended(opened, progress)
                return Refresh(self._promote(bundle, index, progress), added=added, removed=removed)
        with self._database.reading() as session:
            count = vectors.count(session, bundle)
        kind = kind or self._shelf.kind_for(count, IndexKind(live.kind) if live else None)
        progress.start("Building the index", count)
        with self._database.reading() as session:
            batches = _batches(vectors.stream(session, bundle), progress)
            index = self._shelf.build(bundle, kind, batches, expected=count)
        return Refresh(self._promote(bundle, index, progress), added=len(index), rebuilt=True)

    def is_gone(self, record: IndexVersionRecord) -> bool:
        """Whether a version that is not live any more can no longer answer. One in files is in the memory of whoever
        opened it, or mapped; one on a server answers as long as it is kept."""
        return self._shelf.leftovers is not None and record.id not in {version.id for version in self.kept()}

    def is_due(self, drift: Drift) -> bool:
        """Whether it is time for a new version."""
        return drift.is_large and drift.delta + drift.tombstones >= self._shelf.least_drift

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
        with self._shelf.alone():
            self.open(version)
            with self._database.writing() as session:
                index_versions.switch(session, self.owner, version.id)
            self._shelf.promoted(version)
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
        with self._shelf.alone():
            return self._pruned(progress or Silent())

    def _pruned(self, progress: Progress) -> Pruned:
        with self._database.writing() as session:
            known = index_versions.versions(session, self.owner)
            kept = [index_versions.live(session, self.owner), index_versions.previous(session, self.owner)]
            unneeded = [version.id for version in known if version not in kept]
            index_versions.forget(session, unneeded, self._shelf.leftovers)
        return self._shelf.sweep(progress)

    def _extendable(
        self, live: IndexVersionRecord | None, bundle: BundleRecord, kind: IndexKind | None
    ) -> OpenVersion | None:
        if live is None or live.bundle != bundle or kind not in {None, live.kind}:
            return None
        try:
            return self.open(live)
        except IndexServerError:
            raise
        except VectorIndexError as error:
            _log.warning("%s; building it again from the database", error)
            return None

    def _extended(self, opened: OpenVersion, progress: Progress) -> tuple[SearchableIndex, int, int]:
        """A version with what is new and without what is gone, and how many these are."""
        bundle = opened.record.bundle
        with self._database.reading() as session:
            wanted = vectors.ids(session, bundle)
        new, gone = np.setdiff1d(wanted, opened.index.ids), np.setdiff1d(opened.index.ids, wanted)
        progress.start("Extending the index", len(new))
        with self._database.reading() as session:
            batches = _batches(vectors.of_ids(session, bundle, new), progress)
            index = self._shelf.extended(opened.record, batches, gone)
        return index, len(new), len(gone)

    def _promote(self, bundle: BundleRecord, index: SearchableIndex, progress: Progress) -> IndexVersionRecord:
        progress.start("Measuring its recall", 1)
        # What does without a graph or cells finds all that is allowed.
        recall = fit_and_measure(index, self._filters(bundle) if index.widths else ())
        progress.advance(1)
        if recall < self._gate_recall:
            raise VectorIndexError(
                f"the new index finds {recall:.3f} of the {GATE_K} nearest, less than {self._gate_recall:g}; "
                f"it is not promoted{_likely_cause(index)}"
            )
        name = self._shelf.keep(index, bundle, recall)
        owner, leftovers = self._shelf.with_owner(), self._shelf.leftovers
        with self._database.writing() as session:
            index_versions.adopt(session, owner, self._shelf.own_names())
            version = index_versions.promote(
                session,
                owner,
                bundle,
                folder=name,
                kind=index.kind,
                count=len(index),
                recall=recall,
                leftovers=leftovers,
            )
        self._shelf.promoted(version)
        self._pruned(Silent())
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


def _batches(read: Iterator[VectorBatch], progress: Progress) -> Iterator[Batch]:
    for batch in read:
        yield batch.ids, batch.vectors
        progress.advance(len(batch.ids))


def _likely_cause(index: SearchableIndex) -> str:
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
