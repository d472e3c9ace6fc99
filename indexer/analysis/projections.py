"""Vectors on a plane: t-SNE and UMAP. Pictures to ask questions with, not to answer them.

Both keep neighbourhoods and distort distances, sizes and gaps (Wattenberg et al., "How to use t-SNE effectively",
2016), so every picture comes with the share of neighbours that it kept, and there are several perplexities to compare.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.tsne import principal_components, tsne

UMAP_NEIGHBOURS = 15
KEPT_NEIGHBOURS = 10

_ITERATIONS = (250, 500)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A picture of vectors.

    Attributes:
        method: "t-SNE" or "UMAP".
        neighbours: the perplexity, or UMAP's ``n_neighbors``.
        points: (n, 2).
        kept: mean share of a vector's ten nearest that are among its ten nearest in the picture.
    """

    method: str
    neighbours: float
    points: NDArray[np.float64]
    kept: float

    @property
    def title(self) -> str:
        """Method and setting."""
        setting = "perplexity" if self.method == "t-SNE" else "neighbours"
        return f"{self.method}, {setting} {self.neighbours:g}"


def perplexities(count: int) -> tuple[float, ...]:
    """Small, medium and large for this many vectors; the medium one is the picture to begin with.

    Medium is a hundredth of the vectors, at least 30 (Kobak and Berens, "The art of using t-SNE for single-cell
    transcriptomics", 2019) and at most 100, for time; none is more than a third of the vectors.
    """
    medium = float(np.clip(round(count / 100), 30, 100))
    most = max(2.0, (count - 1) // 3)
    return tuple(sorted({min(10.0, most), min(medium, most), min(3 * medium, most)}))


def medium_perplexity(count: int) -> float:
    """The perplexity to begin with."""
    found = perplexities(count)
    return found[len(found) // 2]


def project_tsne(vectors: NDArray[np.float32], perplexity: float, *, seed: int) -> Projection:
    """t-SNE from a PCA initialisation, so that the rough layout is that of the data and not of chance.

    Args:
        vectors: (n, d), four or more.
    """
    # One thread: several add up forces in an order of their own, and another order is another picture.
    points = tsne(principal_components(vectors), perplexity, iterations=_ITERATIONS, seed=seed)
    return Projection("t-SNE", perplexity, points, neighbours_kept(vectors, points))


def project_umap(vectors: NDArray[np.float32], *, seed: int, neighbours: int = UMAP_NEIGHBOURS) -> Projection:
    """UMAP with its defaults, by cosine.

    Args:
        vectors: (n, d) L2-normalised, four or more.
    """
    with warnings.catch_warnings():
        # Importing it warns that TensorFlow, for a variant that is not used, is not there.
        warnings.simplefilter("ignore", ImportWarning)
        from umap import UMAP
    neighbours = min(neighbours, len(vectors) - 1)
    with warnings.catch_warnings():
        # A fixed seed means one thread; that is known.
        warnings.filterwarnings("ignore", "n_jobs value", UserWarning)
        # With few vectors the graph's eigenvectors are found in another, slower way.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="scipy")
        init = "spectral" if len(vectors) > 2 * neighbours else "random"
        points = UMAP(n_neighbors=neighbours, metric="cosine", random_state=seed, init=init).fit_transform(vectors)
    points = np.asarray(points, dtype=np.float64)
    return Projection("UMAP", float(neighbours), points, neighbours_kept(vectors, points))


def neighbours_kept(vectors: NDArray[np.float32], points: NDArray[np.float64], count: int = KEPT_NEIGHBOURS) -> float:
    """Mean share of each row's ``count`` nearest that are among its nearest in the picture."""
    from sklearn.neighbors import NearestNeighbors

    count = min(count, len(vectors) - 1)
    before = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(vectors).kneighbors(return_distance=False)
    after = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(return_distance=False)
    return float(np.mean([len(np.intersect1d(one, other)) for one, other in zip(before, after, strict=True)]) / count)
