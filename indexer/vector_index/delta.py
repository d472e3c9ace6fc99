"""The delta: vectors newer than an index version, in a few small exact indexes that are searched with it."""

from collections.abc import Iterable
from threading import Lock

from db.records import VectorBatch
from indexer import vector_index
from indexer.vector_index import IndexKind, VectorIndex


class Delta:
    """What a bundle's vectors have grown by since an id. Safe to use from several threads at once.

    Ids rise and are committed in order, so whoever has seen an id has seen all before it, and catching up is one query.
    A segment that is being searched is never changed: what is new becomes a segment of its own, and neighbours of like
    size are merged into a new one, so there are about log2(n) of them. Removed vectors stay until the next version;
    nobody owns them. A vector takes 2 bytes a dimension and 16 for its id.

    Args:
        dimension: components of a vector.
        after: the newest id that the version holds, 0 for none.
    """

    def __init__(self, dimension: int, after: int) -> None:
        self._dimension = dimension
        self._newest = after
        self._segments: tuple[VectorIndex, ...] = ()
        self._lock = Lock()

    @property
    def newest(self) -> int:
        """The newest id in the version and the delta; the database is asked for those after it."""
        return self._newest

    @property
    def segments(self) -> tuple[VectorIndex, ...]:
        """All there is, oldest first; no vector is in two of them."""
        return self._segments

    def take_in(self, batches: Iterable[VectorBatch]) -> None:
        """Take in vectors by ascending id; those that are here already are ignored."""
        for batch in batches:
            with self._lock:
                self._append(batch)

    def _append(self, batch: VectorBatch) -> None:
        # Another thread may have asked for the same vectors and been quicker.
        new = batch.ids > self._newest
        if not new.any():
            return
        segments = (*self._segments, self._segment((batch.ids[new], batch.vectors[new])))
        while len(segments) > 1 and len(segments[-2]) < 2 * len(segments[-1]):
            merged = self._segment(*((part.ids, part.vectors(part.ids)) for part in segments[-2:]))
            segments = (*segments[:-2], merged)
        self._segments, self._newest = segments, int(batch.ids[-1])

    def _segment(self, *batches: vector_index.Batch) -> VectorIndex:
        return vector_index.build(IndexKind.EXACT, self._dimension, batches)
