"""k-means against genres: do covers that look alike fall into genres by themselves?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST_COVERS = 8
CLUSTER_COUNTS = (2, 4, 8, 16, 32, 64)
STARTS = 4
"""k-means begins this often and the best is kept."""

SILHOUETTE_ROWS = 10_000
"""Silhouettes compare every vector with every other; of more vectors than this a sample is compared."""


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """k clusters, by scikit-learn's definitions.

    Attributes:
        purity: share of vectors whose cluster's commonest genre is theirs.
        chance_purity: purity of the same clusters over shuffled genres; purity grows with k by itself.
    """

    k: int
    inertia: float
    silhouette: float
    purity: float
    chance_purity: float
    nmi: float
    ari: float
    homogeneity: float
    completeness: float


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Clusters of n vectors.

    Attributes:
        by_k: scores at each number of clusters.
        k: the number of clusters that the rest is of, that of the genres.
        labels: (n,) cluster of each vector.
        centres: (k, d).
        nearest: (k, NEAREST_COVERS) rows nearest each centre, its own first; -1 if there are fewer.
        genre_counts: (k, g) vectors of each genre in each cluster.
        genre_silhouettes: mean silhouette of each genre's vectors, with genres as the clusters: below 0, they are on
            average nearer another genre than their own.
        sampled: rows that silhouettes were computed from.
    """

    by_k: tuple[ClusterScores, ...]
    k: int
    labels: NDArray[np.int64]
    centres: NDArray[np.float32]
    nearest: NDArray[np.int64]
    genre_counts: NDArray[np.int64]
    genre_silhouettes: Mapping[str, float]
    sampled: NDArray[np.int64]


def cluster(
    vectors: NDArray[np.float32],
    genre_of: NDArray[np.integer],
    genres: Sequence[str],
    *,
    seed: int,
) -> Clustering:
    """Cluster by k-means (Euclidean; of unit vectors, the order of cosines).

    Args:
        vectors: (n, d) L2-normalised; n is more than the number of genres.
        genre_of: (n,) the column that each vector counts for.
        genres: the g names.
    """
    present = np.unique(genre_of)
    k = max(2, len(present))
    sampled = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:SILHOUETTE_ROWS])
    fits = {
        count: _fit(vectors, count, seed)
        for count in sorted({k, *(count for count in CLUSTER_COUNTS if count < len(vectors))})
    }
    labels, centres, _ = fits[k]
    return Clustering(
        by_k=tuple(_scores(count, fitted, vectors, genre_of, sampled, seed) for count, fitted in fits.items()),
        k=k,
        labels=labels,
        centres=centres,
        nearest=np.stack([_nearest(vectors, labels, centre, number) for number, centre in enumerate(centres)]),
        genre_counts=_counts(labels, genre_of, k, len(genres)),
        genre_silhouettes=dict(_genre_silhouettes(vectors[sampled], genre_of[sampled], genres)),
        sampled=sampled,
    )


_Fit = tuple[NDArray[np.int64], NDArray[np.float32], float]


def _fit(vectors: NDArray[np.float32], count: int, seed: int) -> _Fit:
    from sklearn.cluster import KMeans

    found = KMeans(count, n_init=STARTS, random_state=seed).fit(vectors)
    return found.labels_.astype(np.int64), found.cluster_centers_, float(found.inertia_)


def _scores(
    k: int,
    fitted: _Fit,
    vectors: NDArray[np.float32],
    genre_of: NDArray[np.integer],
    sampled: NDArray[np.int64],
    seed: int,
) -> ClusterScores:
    from sklearn import metrics

    labels, _, inertia = fitted
    seen = labels[sampled]
    many = 1 < len(np.unique(seen)) < len(sampled)
    return ClusterScores(
        k=k,
        inertia=inertia,
        silhouette=float(metrics.silhouette_score(vectors[sampled], seen)) if many else 0.0,
        purity=purity(labels, genre_of),
        chance_purity=purity(labels, np.random.default_rng(seed).permutation(genre_of)),
        nmi=float(metrics.normalized_mutual_info_score(genre_of, labels)),
        ari=float(metrics.adjusted_rand_score(genre_of, labels)),
        homogeneity=float(metrics.homogeneity_score(genre_of, labels)),
        completeness=float(metrics.completeness_score(genre_of, labels)),
    )


def purity(labels: NDArray[np.integer], genre_of: NDArray[np.integer]) -> float:
    """Share of vectors whose cluster's commonest genre is theirs (Manning et al., 2008, section 16.3)."""
    counts = _counts(labels, genre_of, int(labels.max()) + 1, int(genre_of.max()) + 1)
    return float(counts.max(axis=1).sum() / len(labels))


def _counts(labels: NDArray[np.integer], genre_of: NDArray[np.integer], k: int, genres: int) -> NDArray[np.int64]:
    return np.asarray(np.bincount(labels * genres + genre_of, minlength=k * genres).reshape(k, genres))


def _nearest(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], centre: NDArray[np.float32], number: int
) -> NDArray[np.int64]:
    own = np.flatnonzero(labels == number)
    order = np.argsort(((vectors[own] - centre) ** 2).sum(axis=1), kind="stable")[:NEAREST_COVERS]
    found = np.full(NEAREST_COVERS, -1, dtype=np.int64)
    found[: len(order)] = own[order]
    return found


def _genre_silhouettes(
    vectors: NDArray[np.float32], genre_of: NDArray[np.integer], genres: Sequence[str]
) -> Iterator[tuple[str, float]]:
    from sklearn.metrics import silhouette_samples

    present = np.unique(genre_of)
    if 1 < len(present) < len(genre_of):
        of_rows = silhouette_samples(vectors, genre_of)
        yield from ((genres[column], float(of_rows[genre_of == column].mean())) for column in present)
