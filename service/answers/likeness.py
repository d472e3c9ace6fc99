"""How alike albums look: the cosine of their two most similar covers, fronts if they have one."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from db.records import AlbumVectors
from sleeve.vocabulary import AlbumId


class Likeness:
    """Compares albums by their vectors."""

    def __init__(self, found: AlbumVectors) -> None:
        ids, starts, counts = np.unique(found.album_ids, return_index=True, return_counts=True)
        self._vectors = found.vectors
        self._rows = {
            AlbumId(album_id): slice(start, start + count)
            for album_id, start, count in zip(ids.tolist(), starts.tolist(), counts.tolist(), strict=True)
        }

    def __contains__(self, album_id: AlbumId) -> bool:
        return album_id in self._rows

    def vectors_of(self, album_id: AlbumId) -> NDArray[np.float32]:
        """The (n, d) vectors of an album; n is 0 if it has none."""
        return self._vectors[self._rows.get(album_id, slice(0))]

    def to(self, vectors: NDArray[np.float32], album_id: AlbumId) -> float:
        """How like an album is to the most similar of (n, d) vectors; -inf if there is nothing to compare."""
        return float((self.vectors_of(album_id) @ vectors.T).max(initial=-np.inf))

    def among(self, album_ids: Sequence[AlbumId]) -> Callable[[int], NDArray[np.float32]]:
        """Gives, for the place of an album among these, its (n,) likeness to each of them; each has vectors."""
        rows = [self.vectors_of(album_id) for album_id in album_ids]
        if not rows:
            return lambda _place: np.empty(0, dtype=np.float32)
        together = np.concatenate(rows)
        starts = np.cumsum([0, *(len(some) for some in rows[:-1])])

        def likeness(place: int) -> NDArray[np.float32]:
            return np.maximum.reduceat((together @ rows[place].T).max(axis=1), starts)

        return likeness
