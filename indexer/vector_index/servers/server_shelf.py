"""Versions on a server: every host that uses it with one database has the same ones."""

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from db import index_versions
from db.database import Database
from db.records import BundleRecord, IndexVersionRecord
from indexer.progress import Progress
from indexer.vector_index.arguments import checked_ids, checked_vectors
from indexer.vector_index.building import Batch
from indexer.vector_index.crowds import Crowds
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.searchable import SearchableIndex
from indexer.vector_index.servers.note import TableNote
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.servers.server_index import ASIDE, ServerIndex
from indexer.vector_index.shelf import Pruned, VersionShelf
from sleeve.errors import BusyError, IndexGoneError, IndexServerError, VectorIndexError

_log = logging.getLogger(__name__)


class ServerShelf(VersionShelf):
    """The versions of one database on one server.

    Before a table is made, its version is in the database under the owner ``leftovers``, and it is there again before
    the table is deleted. So the database names every table that Sleeve has made, whatever crashes, and nothing is ever
    looked for by its name.
    """

    extends = False
    """A graph on a server cannot be copied, and one that answers is not changed."""

    extended_at_once = 0
    least_drift = 1_000
    """A delta of so many costs a search nothing."""

    def __init__(self, database: Database, server: VectorServer) -> None:
        self._database = database
        self._server = server
        self._stamps: dict[str, tuple[object, ...]] = {}

    @property
    def owner(self) -> str:
        """The server."""
        return self._server.owner

    def with_owner(self) -> str:
        """The server."""
        return self._server.owner

    @property
    def leftovers(self) -> str:
        """The owner of what is unfinished or was forgotten."""
        return f"-{self._server.owner}"

    def alone(self) -> AbstractContextManager[None]:
        """Hold the database's lock for this server; it goes with the process, however that ends."""
        busy = BusyError(f"another host is at work on the index in {self._server.name}; wait until it ends")
        return self._database.only_one(self._server.owner, busy)

    def kind_for(self, count: int, at_least: IndexKind | None) -> IndexKind:
        """Exact or HNSW, or ``at_least`` if that is a kind for more."""
        suits = IndexKind.HNSW if count > self._server.most_exact else IndexKind.EXACT
        return at_least if at_least == IndexKind.HNSW else suits

    def open(self, record: IndexVersionRecord) -> SearchableIndex:
        """Read what a version's table says, and trust it."""
        where = f"{self._server.name} (version {record.folder})"
        text = self._server.note(record.folder)
        if text is None:
            raise IndexGoneError(f"the index is not in {where} any more")
        try:
            note = TableNote.read(text)
        except VectorIndexError as error:
            raise VectorIndexError(f"the index in {where} cannot be used: {error}") from error
        if note.fingerprint != record.bundle.fingerprint:
            raise VectorIndexError(f"the index in {where} holds vectors of another bundle")
        if not note.is_whole or note.count != record.count:
            raise VectorIndexError(f"the index in {where} is not the one that was promoted")
        return ServerIndex(self._server, record.folder, note)

    def arguments(self, record: IndexVersionRecord) -> dict[str, int]:
        """What a version's table says; empty if that cannot be read."""
        try:
            return dict(self.open(record).arguments)
        except VectorIndexError:
            return {}

    def stamp(self, record: IndexVersionRecord) -> tuple[object, ...]:
        """What changes when a version's table is replaced or deleted; as it was if nobody can be asked."""
        with suppress(IndexServerError):
            self._stamps = {record.folder: self._server.stamp(record.folder)}
        return self._stamps.get(record.folder, ())

    def build(
        self, bundle: BundleRecord, kind: IndexKind, batches: Iterable[Batch], *, expected: int = 0
    ) -> SearchableIndex:
        """Fill a new table, and another one with what is aside."""
        if kind == IndexKind.IVF:
            raise VectorIndexError(f"an index in {self._server.name} is exact or hnsw, not ivf")
        self._server.prepare()
        table = f"sleeve_{datetime.now(UTC):%Y%m%dt%H%M%S}_{uuid4().hex[:8]}"
        note = TableNote(kind=kind, dimension=bundle.dimension, fingerprint=bundle.fingerprint)
        with self._database.writing() as session:
            index_versions.announce(session, self.leftovers, bundle, folder=table, kind=kind)
        self._server.create(table, bundle.dimension, note.model_dump_json())
        filling = _Filling(self._server, table, note)
        for ids, vectors in batches:
            filling.append(checked_ids(ids), checked_vectors(vectors, bundle.dimension, len(ids)))
        return filling.finished()

    def extended(self, live: IndexVersionRecord, batches: Iterable[Batch], gone: NDArray[np.int64]) -> SearchableIndex:
        """Never asked."""
        raise VectorIndexError(f"an index in {self._server.name} is only ever built as a whole")

    def keep(self, index: SearchableIndex, bundle: BundleRecord, recall: float) -> str:
        """Say in the table's note that it is whole, and how widely it is to be searched."""
        assert isinstance(index, ServerIndex)
        self._server.set_note(index.table, index.note.model_dump_json())
        return index.table

    def own_names(self) -> list[str]:
        """None: versions on servers have always had owners."""
        return []

    def promoted(self, record: IndexVersionRecord) -> None:
        """Show other programs which table is live."""
        with self._database.reading() as session:
            others = [version.folder for version in index_versions.versions(session, self.owner)]
            others += [version.folder for version in index_versions.versions(session, self.leftovers)]
        try:
            self._server.promoted(record.folder, [name for name in others if name != record.folder])
        except IndexServerError as error:
            _log.warning("index %s is live, but other programs may not see it yet: %s", record.folder, error)

    def sweep(self, progress: Progress) -> Pruned:
        """Delete the tables of versions that are unfinished or were forgotten."""
        with self._database.reading() as session:
            left = index_versions.versions(session, self.leftovers)
        freed_bytes = 0
        progress.start("Deleting index versions", len(left))
        for version in left:
            for table in (version.folder, version.folder + ASIDE):
                freed_bytes += self._dropped(table)
            with self._database.writing() as session:
                index_versions.forget(session, [version.id])
            progress.advance(1)
        return Pruned(tuple(version.folder for version in left), freed_bytes)

    def close(self) -> None:
        """End the connection to the server."""
        self._server.close()

    def _dropped(self, table: str) -> int:
        text = self._server.note(table)
        if text is None:
            return 0
        try:
            TableNote.read(text)
        except VectorIndexError as error:
            _log.warning("%s in %s stays: %s", table, self._server.name, error)
            return 0
        return self._server.drop(table)


class _Filling:
    """A table while it is filled, and the one aside, which is made when something is."""

    def __init__(self, server: VectorServer, table: str, note: TableNote) -> None:
        self._server = server
        self._table = table
        self._note = note
        self._crowds = Crowds(note.dimension)

    def append(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add what a graph takes, and put aside what it does not."""
        note = self._note
        over = np.zeros(len(ids), dtype=np.bool_)
        if note.kind == IndexKind.HNSW:
            over = self._crowds.surplus(vectors)
        if over.any() and not note.aside:
            self._server.create(self._table + ASIDE, note.dimension, note.model_dump_json())
        for table, some in ((self._table, ~over), (self._table + ASIDE, over)):
            if some.any():
                self._server.append(table, ids[some], vectors[some])
        self._note = note.model_copy(
            update={
                "count": note.count + len(ids),
                "aside": note.aside + int(over.sum()),
                "newest_id": max(note.newest_id, int(ids.max(initial=0))),
            }
        )

    def finished(self) -> ServerIndex:
        """The index, ready to be searched."""
        note = self._note
        graph = note.kind == IndexKind.HNSW
        self._server.finish(self._table, note.count - note.aside, note.dimension, graph=graph)
        if note.aside:
            self._server.finish(self._table + ASIDE, note.aside, note.dimension, graph=False)
        return ServerIndex(self._server, self._table, note)
