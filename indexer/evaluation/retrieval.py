"""How good neighbours are: of the query's genre, and of the query's artwork."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre.neighbours import NearestRows

_CHUNK_NUMBERS = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class ArtworkQueries:
    """Other views of covers in a gallery: other pressings, crops, photos.

    Attributes:
        name: the kind of view.
        vectors: (q, d) L2-normalised.
        artworks: (q,) which artwork each shows.
        gallery: (n, d) L2-normalised; no query is in it.
        gallery_artworks: (n,).
    """

    name: str
    vectors: NDArray[np.float32]
    artworks: NDArray[np.integer]
    gallery: NDArray[np.float32]
    gallery_artworks: NDArray[np.integer]


def genre_precision(
    hits: NearestRows, query_targets: NDArray[np.bool_], gallery_targets: NDArray[np.bool_], count: int
) -> NDArray[np.float64]:
    """(q,): the share of each query's ``count`` nearest that have a genre of its own; 0 if it has no neighbour."""
    rows = hits.rows[:, :count]
    shares_genre = np.matmul(gallery_targets[rows], query_targets[:, :, np.newaxis])[:, :, 0]
    found = rows >= 0
    return np.asarray((shares_genre & found).sum(axis=1) / np.maximum(found.sum(axis=1), 1))


def artwork_ranks(
    queries: NDArray[np.float32],
    artworks: NDArray[np.integer],
    gallery: NDArray[np.float32],
    gallery_artworks: NDArray[np.integer],
) -> NDArray[np.float64]:
    """(q,): the place, from 1, of the first gallery row that shows a query's artwork; inf if none does.

    Equals come before it: a model that finds all covers alike finds nothing.
    """
    ranks = np.full(len(queries), np.inf)
    step = max(1, _CHUNK_NUMBERS // max(1, len(gallery)))
    for start in range(0, len(queries), step):
        similarities = queries[start : start + step] @ gallery.T
        own = artworks[start : start + step, np.newaxis] == gallery_artworks
        best = np.where(own, similarities, -np.inf).max(axis=1, initial=-np.inf)
        before = ((similarities >= best[:, np.newaxis]) & ~own).sum(axis=1)
        ranks[start : start + step] = np.where(own.any(axis=1), before + 1.0, np.inf)
    return ranks
