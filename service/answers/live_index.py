"""The index that answers: a version with its delta, and the model that made its vectors, replaced together, with what
is remembered of the catalogue."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

from db import answering, index_versions, vectors
from db.database import Database
from db.records import BundleRecord, IndexVersionRecord
from indexer.home import NO_INDEX
from indexer.vector_index import SearchableIndex
from indexer.vector_index.delta import Delta
from indexer.vector_index.versions import IndexVersions, OpenVersion
from service.answers.memory import MOST_AHEAD, Memory, OutdatedError
from service.answers.model import Model
from sleeve.errors import BundleError, IndexServerError, SleeveError, VectorIndexError

TRY_AGAIN_S = 10.0
"""How long a version that could not be opened is left alone: checking its files takes a second a gigabyte."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The version and model that answer one request from beginning to end, and what is remembered with them."""

    version: OpenVersion
    model: Model
    memory: Memory


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The version and model in use, its delta as it grows, and the state of the version's files when they were
    checked."""

    version: OpenVersion
    model: Model
    delta: Delta
    stamp: tuple[object, ...]

    @property
    def record(self) -> IndexVersionRecord:
        return self.version.record

    def now(self, memory: Memory) -> Snapshot:
        return Snapshot(replace(self.version, delta=self.delta.segments), self.model, memory)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a version cannot be used."""

    record: IndexVersionRecord
    reason: str
    try_again_at_s: float


class LiveIndex:
    """The version and model that searches use: loaded at first use, replaced after a promotion. Thread-safe.

    The next version is loaded while the one in use keeps answering with a complete delta; then one reference moves. If
    the next cannot be loaded, the one in use stays. A version lives until its last request ends, even if its files are
    deleted in the meantime: they are in memory, or mapped. One on a server that was deleted there is left at once.

    Args:
        load_model: opens the model that made the vectors of a bundle, or the one to begin with (None); may raise
            ``BundleError``.
    """

    def __init__(
        self, database: Database, versions: IndexVersions, load_model: Callable[[BundleRecord | None], Model]
    ) -> None:
        self._database = database
        self._versions = versions
        self._load_model = load_model
        self._loaded: _Loaded | None = None
        self._remembered: Snapshot | None = None
        self._spare: Model | None = None
        self._failure: _Failure | None = None
        self._first = Lock()
        self._following = Lock()
        self._follower: Thread | None = None

    def current(self) -> Snapshot:
        """The snapshot to answer with, its delta brought up to date with the database.

        Raises:
            VectorIndexError: there is no index yet, or neither the live version nor an earlier one can be used.
            CatalogueError: the database cannot be reached.
        """
        loaded, remembered = self._loaded, self._remembered
        with self._database.reading() as session:
            state = answering.state(session.connection())
            if remembered is not None and remembered.memory.state == state:
                return remembered
            live = index_versions.live(session, self._versions.owner)
            if loaded is not None:
                loaded.delta.take_in(vectors.stream(session, loaded.record.bundle, after=loaded.delta.newest))
        if live is None:
            raise VectorIndexError(NO_INDEX)
        in_use = loaded or self._load_first(live)
        if in_use.record.id != live.id and self._versions.is_gone(in_use.record):
            in_use = self._load_instead(in_use, live)
        snapshot = in_use.now(Memory(self._database, state))
        if in_use.record.id == live.id:
            self._remembered = snapshot
        elif loaded is not None:
            self._follow(live)
        return snapshot

    def remembered(self) -> Snapshot:
        """The snapshot of the last request, without a look into the database: what is made of it is right only if the
        catalogue's state turns out to be its memory's. If there is none, as ``current``.

        Raises:
            As ``current``.
        """
        remembered = self._remembered
        return replace(remembered, memory=remembered.memory.unchecked()) if remembered is not None else self.current()

    def read_ahead(self) -> None:
        """Read what answers show of a small index's albums, unless the catalogue has changed since the last answer.

        Raises:
            CatalogueError: the database cannot be reached.
        """
        remembered = self._remembered
        if remembered is not None and len(remembered.version.index) <= MOST_AHEAD:
            with suppress(OutdatedError):
                remembered.memory.unchecked().read_ahead(remembered.version.index.ids.tolist())

    def model(self) -> Model:
        """The model in use; before the first index the one to begin with.

        Raises:
            BundleError: it is missing, damaged or cannot be compiled.
        """
        if self._loaded is not None:
            return self._loaded.model
        with self._first:
            if self._spare is None:
                self._spare = self._load_model(None)
            return self._spare

    @property
    def problem(self) -> str | None:
        """Why the live version cannot be used; None if it can."""
        return None if self._failure is None else self._failure.reason

    def files_changed(self) -> bool:
        """Whether somebody deleted, replaced or wrote to the files of the version in use."""
        loaded = self._loaded
        return loaded is not None and loaded.stamp != self._versions.stamp(loaded.record)

    def settle(self) -> None:
        """Wait until the next version, if one is being loaded, has taken over or failed."""
        follower = self._follower
        if follower is not None:
            follower.join()

    def _load_first(self, live: IndexVersionRecord) -> _Loaded:
        with self._first:
            while self._loaded is None:
                self._check_failed(live)
                try:
                    self._loaded = self._load(live)
                except VectorIndexError:
                    # Two promotions since the look into the database, and its files are pruned.
                    newer = self._versions.live()
                    if newer is None or newer.id == live.id:
                        raise
                    live = newer
            return self._loaded

    def _load_instead(self, gone: _Loaded, live: IndexVersionRecord) -> _Loaded:
        with self._first:
            if self._loaded is gone:
                self._check_failed(live)
                self._loaded = self._load(live)
            assert self._loaded is not None
            return self._loaded

    def _follow(self, live: IndexVersionRecord) -> None:
        failure = self._failure
        if failure is not None and failure.record.id == live.id and time.monotonic() < failure.try_again_at_s:
            return
        if self._following.acquire(blocking=False):
            self._follower = Thread(target=self._load_aside, args=(live,), name="follow")
            self._follower.start()

    def _load_aside(self, live: IndexVersionRecord) -> None:
        try:
            self._loaded = self._load(live)
            self._remembered = None
        except SleeveError as error:
            _log.warning("index %s cannot be used, the one before goes on answering: %s", live.folder, error)
        finally:
            self._following.release()

    def _load(self, record: IndexVersionRecord) -> _Loaded:
        stamp = self._versions.stamp(record)
        try:
            model = self._model_of(record.bundle)
            version = self._versions.open(record)
        except (BundleError, VectorIndexError) as error:
            repair = "run `sleeve index` to build it again from the database"
            reason = str(error) if isinstance(error, (BundleError, IndexServerError)) else f"{error}; {repair}"
            self._failure = _Failure(record, reason, time.monotonic() + TRY_AGAIN_S)
            raise VectorIndexError(reason) from error
        delta = Delta(record.bundle.dimension, version.newest_id)
        with self._database.reading() as session:
            delta.take_in(vectors.stream(session, record.bundle, after=delta.newest))
        self._failure = None
        return _Loaded(version, model, delta, stamp)

    def _model_of(self, bundle: BundleRecord) -> Model:
        known = [self._loaded.model] if self._loaded is not None else []
        known += [self._spare] if self._spare is not None else []
        for model in known:
            if model.backbone.fingerprint == bundle.fingerprint:
                return model
        model = self._load_model(bundle)
        if model.backbone.fingerprint != bundle.fingerprint:
            raise BundleError(f"the index holds vectors of another bundle, {bundle.name}, than the one that was found")
        return model

    def _check_failed(self, record: IndexVersionRecord) -> None:
        failure = self._failure
        if failure is not None and failure.record.id == record.id and time.monotonic() < failure.try_again_at_s:
            raise VectorIndexError(failure.reason)


def some_ids(index: SearchableIndex, most: int) -> NDArray[np.int64]:
    """Ids of vectors from all over an index, at most this many."""
    return index.ids[:: max(1, -(-len(index) // most))]
