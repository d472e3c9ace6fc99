"""Index versions: built or extended aside, gated by their recall, promoted by one switch, pruned.

A version is a folder below ``<home>/versions``; the database says which one is live. Any version can be thrown away
and built again from the vectors in the database.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from db import index_versions, vectors
from db.database import Database
from db.errors import VectorIndexError
from db.records import BundleRecord, IndexVersionRecord
from indexer import vector_index
from indexer.progress import Progress, Silent
from indexer.vector_index import IndexKind, VectorIndex

GATE_RECALL = 0.98
"""A version whose recall against exact search is lower is not promoted."""

GATE_K = 20
GATE_QUERIES = 256

MOST_TOMBSTONES = 0.2
"""An index in which removed vectors are a larger share is built again instead of extended."""

KEPT_VERSIONS = 2
"""The live version and the one before it, for rollback."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A version that can be searched."""

    record: IndexVersionRecord
    index: VectorIndex


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh did: the version that is live now and how it came to be."""

    version: IndexVersionRecord
    added: int
    removed: int
    rebuilt: bool

    @property
    def changed(self) -> bool:
        """Whether a new version was made."""
        return self.rebuilt or bool(self.added or self.removed)


class IndexVersions:
    """The versions of one home."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._folder = home / "versions"

    def live(self) -> IndexVersionRecord | None:
        """What the database says is live."""
        with self._database.reading() as session:
            return index_versions.live(session)

    def open(self, record: IndexVersionRecord) -> OpenVersion:
        """Check a version's files and load them.

        Raises:
            VectorIndexError: a file is missing or damaged, or belongs to another bundle.
        """
        index = vector_index.open_folder(self._folder / record.folder, expected_fingerprint=record.bundle.fingerprint)
        return OpenVersion(record, index)

    def refresh(
        self,
        bundle: BundleRecord,
        *,
        rebuild: bool = False,
        kind: IndexKind | None = None,
        progress: Progress | None = None,
    ) -> Refresh:
        """Bring the index to what the database holds: extend the live version where that is possible, else build.

        Args:
            bundle: whose vectors to index.
            rebuild: build from nothing even where the live version could be extended.
            kind: the kind of index; by default the one for this many vectors.
            progress: is told of every vector that goes in.

        Raises:
            VectorIndexError: the new version's recall is below ``GATE_RECALL``, or it cannot be written; the live
                version stays.
        """
        progress = progress or Silent()
        vector_index.remove_unfinished(self._folder)
        with self._database.reading() as session:
            live = index_versions.live(session)
            wanted = vectors.ids(session, bundle)
        kind = kind or vector_index.kind_for(len(wanted))
        index = None if rebuild else self._extendable(live, bundle, kind, wanted)
        if live is None or index is None:
            index = self._build(bundle, kind, len(wanted), progress)
            version = self._promote(bundle, index)
            return Refresh(version, added=len(wanted), removed=0, rebuilt=True)
        new, gone = np.setdiff1d(wanted, index.ids), np.setdiff1d(index.ids, wanted)
        if not len(new) and not len(gone):
            return Refresh(live, added=0, removed=0, rebuilt=False)
        self._extend(index, bundle, new, gone, progress)
        version = self._promote(bundle, index)
        return Refresh(version, added=len(new), removed=len(gone), rebuilt=False)

    def _extendable(
        self, live: IndexVersionRecord | None, bundle: BundleRecord, kind: IndexKind, wanted: NDArray[np.int64]
    ) -> VectorIndex | None:
        if live is None or live.bundle != bundle or live.kind != kind:
            return None
        try:
            index = self.open(live).index
        except VectorIndexError as error:
            _log.warning("%s; building it again from the database", error)
            return None
        gone = index.tombstones + len(np.setdiff1d(index.ids, wanted))
        return index if gone <= MOST_TOMBSTONES * (len(index) + index.tombstones) else None

    def _build(self, bundle: BundleRecord, kind: IndexKind, count: int, progress: Progress) -> VectorIndex:
        progress.start("Building the index", count)

        def batches() -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
            with self._database.reading() as session:
                for batch in vectors.stream(session, bundle):
                    yield batch.ids, batch.vectors
                    progress.advance(len(batch.ids))

        return vector_index.build(kind, bundle.dimension, batches())

    def _extend(
        self,
        index: VectorIndex,
        bundle: BundleRecord,
        new: NDArray[np.int64],
        gone: NDArray[np.int64],
        progress: Progress,
    ) -> None:
        progress.start("Extending the index", len(new))
        index.remove(gone)
        with self._database.reading() as session:
            for batch in vectors.of_ids(session, bundle, new):
                index.add(batch.ids, batch.vectors)
                progress.advance(len(batch.ids))

    def _promote(self, bundle: BundleRecord, index: VectorIndex) -> IndexVersionRecord:
        recall = self._recall(bundle, index)
        if recall < GATE_RECALL:
            raise VectorIndexError(
                f"the new index finds {recall:.3f} of the {GATE_K} nearest, less than {GATE_RECALL}; it is not promoted"
            )
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{index.kind}"
        vector_index.write(index, self._folder / name, fingerprint=bundle.fingerprint, recall=recall)
        with self._database.writing() as session:
            version = index_versions.promote(
                session, bundle, folder=name, kind=index.kind, count=len(index), recall=recall
            )
        self._prune()
        return version

    def _recall(self, bundle: BundleRecord, index: VectorIndex) -> float:
        """Recall at ``GATE_K`` of up to ``GATE_QUERIES`` vectors spread evenly over the index; 1 when it is empty."""
        spread = np.linspace(0, len(index) - 1, min(GATE_QUERIES, len(index)), dtype=np.int64)
        chosen = np.sort(index.ids)[np.unique(spread)]
        with self._database.reading() as session:
            batches = [batch.vectors for batch in vectors.of_ids(session, bundle, chosen)]
        if not batches:
            return 1.0
        queries = np.concatenate(batches).astype(np.float32)
        return vector_index.recall_against_exact(index, queries, GATE_K)

    def _prune(self) -> None:
        """Forget all but the newest versions, then delete every folder that no version names."""
        with self._database.writing() as session:
            index_versions.forget(session, [old.id for old in index_versions.versions(session)[KEPT_VERSIONS:]])
            kept = {version.folder for version in index_versions.versions(session)}
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


class LiveIndex:
    """The live version for whoever searches: opened at first use, opened again after a promotion.

    An index that is being searched is never changed: the new one is opened beside it, then the reference moves.
    """

    def __init__(self, versions: IndexVersions) -> None:
        self._versions = versions
        self._open: OpenVersion | None = None
        self._lock = Lock()

    def current(self) -> OpenVersion:
        """The live version.

        Raises:
            VectorIndexError: there is none yet, or its files are damaged; ``sleeve index`` makes it.
        """
        record = self._versions.live()
        if record is None:
            raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
        open_version = self._open
        if open_version is None or open_version.record.id != record.id:
            with self._lock:
                open_version = self._open
                if open_version is None or open_version.record.id != record.id:
                    open_version = self._open = self._load(record)
        return open_version

    def _load(self, record: IndexVersionRecord) -> OpenVersion:
        try:
            return self._versions.open(record)
        except VectorIndexError as error:
            raise VectorIndexError(f"{error}; run `sleeve index` to build it again from the database") from error


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the home's lock while embedding and indexing; it goes with the process, however that ends.

    Raises:
        VectorIndexError: another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "index.lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise VectorIndexError(f"another `sleeve index` is at work in {home}; wait until it ends") from error
        yield
    finally:
        os.close(handle)
