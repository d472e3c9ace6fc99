"""An index on a server: searched by its graph, and exactly if that is quicker or the graph finds too few."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.accelerated import FETCHED_TWICE, SCANNED_A_CANDIDATE
from indexer.vector_index.arguments import checked_ids, checked_queries
from indexer.vector_index.graph import WIDTHS
from indexer.vector_index.hits import Hits, IndexKind, merged, nothing, padded
from indexer.vector_index.searchable import SearchableIndex
from indexer.vector_index.servers.note import TableNote
from indexer.vector_index.servers.server import VectorServer
from sleeve.errors import VectorIndexError

ASIDE = "_aside"
"""How the name of the table ends that holds what is aside."""


class ServerIndex(SearchableIndex):
    """The tables of one version: those vectors that a search may take a graph for, and the crowds aside.

    Args:
        table: its name; that of what is aside ends in ``ASIDE``.
    """

    width_name = "ef"

    def __init__(self, server: VectorServer, table: str, note: TableNote) -> None:
        self._server = server
        self._note = note
        self._width = note.width
        self.table = table

    @property
    def note(self) -> TableNote:
        """What the table is to say."""
        return self._note.model_copy(update={"width": self._width, "is_whole": True})

    @property
    def kind(self) -> IndexKind:
        """How this index finds neighbours."""
        return self._note.kind

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._note.dimension

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the ids, ascending, read-only; asked for once."""
        found = self._server.ids(self.table)
        if self._note.aside:
            found = np.sort(np.concatenate([found, self._server.ids(self.table + ASIDE)]))
        found.flags.writeable = False
        return found

    @property
    def newest_id(self) -> int:
        """The highest id; 0 when the index is empty."""
        return self._note.newest_id

    @property
    def tombstones(self) -> int:
        """None: a version on a server is never extended."""
        return 0

    @property
    def widths(self) -> Sequence[int]:
        """How many candidates a search of the graph may keep."""
        return WIDTHS if self.kind == IndexKind.HNSW else ()

    @property
    def arguments(self) -> Mapping[str, int]:
        """How widely the graph is searched."""
        return {self.width_name: self._width} if self.widths else {}

    def __len__(self) -> int:
        """Vectors."""
        return self._note.count

    def search_with(self, width: int) -> None:
        """Search with this width from now on."""
        self._width = width

    def search(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Hits:
        """Find the k nearest vectors of each query."""
        queries = checked_queries(queries, self.dimension, k)
        if allowed is not None:
            allowed = checked_ids(allowed)
            if not (allowed[1:] > allowed[:-1]).all():
                allowed = np.unique(allowed)
        found = self._searched(queries, k, allowed)
        if self._note.aside:
            found = merged(self._server.scan(self.table + ASIDE, queries, k, allowed, graph=False), found)
        return found

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return a copy of the vectors stored under some ids."""
        ids = checked_ids(ids)
        wanted = np.unique(ids)
        known, found = self._server.vectors(self.table, wanted, self.dimension)
        if self._note.aside and len(known) < len(wanted):
            also, more = self._server.vectors(self.table + ASIDE, np.setdiff1d(wanted, known), self.dimension)
            known, found = np.concatenate([known, also]), np.concatenate([found, more])
            order = np.argsort(known)
            known, found = known[order], found[order]
        missing = np.setdiff1d(wanted, known)
        if len(missing):
            raise VectorIndexError(f"id {missing[0]} is not in the index")
        return found[np.searchsorted(known, ids)]

    def _searched(self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> Hits:
        """The k nearest among what is not aside."""
        total = self._note.count - self._note.aside
        reachable = total if allowed is None else min(total, len(allowed))
        wanted = min(k, reachable)
        if not wanted or not len(queries):
            return nothing(len(queries), k)
        fetched = wanted if allowed is None else math.ceil(FETCHED_TWICE * wanted * total / reachable)
        if self.kind == IndexKind.EXACT or SCANNED_A_CANDIDATE * fetched > reachable:
            return padded(self._scan(queries, wanted, allowed), k)
        width = max(self._width, 2 * wanted, fetched)
        found = self._server.nearest(self.table, queries, fetched, width)
        if allowed is not None:
            found = _sifted(found, allowed)
        found = padded(found, wanted)
        short = (found.ids < 0).any(axis=1)
        if short.any():
            exact = self._scan(queries[short], wanted, allowed)
            found.ids[short], found.similarities[short] = exact.ids, exact.similarities
        return padded(found, k)

    def _scan(self, queries: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None) -> Hits:
        graph = self.kind == IndexKind.HNSW
        return padded(self._server.scan(self.table, queries, count, allowed, graph=graph), count)


def _sifted(found: Hits, allowed: NDArray[np.int64]) -> Hits:
    """The hits whose id is among some ids, ascending; padded where others were."""
    places = np.minimum(np.searchsorted(allowed, found.ids), len(allowed) - 1)
    kept = allowed[places] == found.ids
    return Hits(np.where(kept, found.ids, -1), np.where(kept, found.similarities, -np.inf).astype(np.float32))
