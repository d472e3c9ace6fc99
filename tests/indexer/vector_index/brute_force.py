"""What an index must answer, computed with numpy from the definition."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index import Hits

COUNT, DIMENSION, QUERIES = 8_000, 24, 60


@dataclass(frozen=True, slots=True)
class Catalogue:
    """(n,) ids, their (n, d) normalised fp32 vectors, and (q, d) normalised queries of the same kind."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    queries: NDArray[np.float32]

    def without(self, ids: NDArray[np.int64]) -> "Catalogue":
        """The same catalogue less some ids."""
        kept = ~np.isin(self.ids, ids)
        return Catalogue(self.ids[kept], self.vectors[kept], self.queries)


def normalised(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Scale rows to length 1."""
    scaled: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def clustered_catalogue() -> Catalogue:
    """Vectors around 200 centres under shuffled ids with gaps."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((200, DIMENSION))
    points = centres[random.integers(0, 200, COUNT + QUERIES)] + 0.6 * random.standard_normal(
        (COUNT + QUERIES, DIMENSION)
    )
    vectors = normalised(points)
    ids = random.choice(10 * COUNT, COUNT, replace=False).astype(np.int64)
    return Catalogue(ids, vectors[:COUNT], vectors[COUNT:])


def stored_similarities(catalogue: Catalogue) -> NDArray[np.float64]:
    """(q, n) inner products with the vectors as fp16 holds them."""
    return catalogue.queries.astype(np.float64) @ catalogue.vectors.astype(np.float16).astype(np.float64).T


def recall(hits: Hits, catalogue: Catalogue) -> float:
    """The part of the true k nearest that were found."""
    k = hits.ids.shape[1]
    truth = catalogue.ids[np.argsort(-stored_similarities(catalogue), axis=1)[:, :k]]
    return float(np.mean([np.isin(row, found).mean() for row, found in zip(truth, hits.ids, strict=True)]))


def check_sound(hits: Hits, catalogue: Catalogue, k: int) -> None:
    """Check all but recall: ids of the catalogue, none twice, true similarities in order, padding only at need."""
    full = min(k, len(catalogue.ids))
    assert hits.ids.shape == hits.similarities.shape == (len(catalogue.queries), k)
    assert hits.ids.dtype == np.int64
    assert hits.similarities.dtype == np.float32
    assert (hits.ids[:, full:] == -1).all()
    assert (hits.similarities[:, full:] == -np.inf).all()
    if not full:
        return
    ids, similarities = hits.ids[:, :full], hits.similarities[:, :full]
    assert np.isin(ids, catalogue.ids).all()
    assert all(len(np.unique(row)) == full for row in ids)
    order = np.argsort(catalogue.ids)
    columns = order[np.searchsorted(catalogue.ids[order], ids)]
    np.testing.assert_allclose(
        similarities, np.take_along_axis(stored_similarities(catalogue), columns, axis=1), atol=1e-6
    )
    step = np.diff(similarities, axis=1)
    assert (step <= 0).all()
    assert (np.diff(ids, axis=1)[step == 0] > 0).all()


def check_exact(hits: Hits, catalogue: Catalogue, k: int) -> None:
    """Check that the hits are the true nearest; of vectors as near as makes no difference any will do."""
    check_sound(hits, catalogue, k)
    full = min(k, len(catalogue.ids))
    best = -np.sort(-stored_similarities(catalogue), axis=1)[:, :full]
    np.testing.assert_allclose(hits.similarities[:, :full], best, atol=1e-6)
