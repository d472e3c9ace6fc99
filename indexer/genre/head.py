"""The head: a linear classifier on vectors, small enough for a file of a bundle or a field of the database."""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.genre.softmax import softmax, weighted_rows
from indexer.genre.stored_arrays import unpack
from sleeve.errors import BundleError, TrainingError

DEFAULT_C = 3.0
LEAST_GENRES = 2

LEAST_ALBUMS = 2
"""A genre with fewer (or with fewer groups) cannot be learned and measured; the head leaves it out."""

_MAX_ITERATIONS = 300
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Softmax regression.

    Attributes:
        genres: of the columns of ``probabilities``.
        weights: (g, d) float32.
        bias: (g,) float32.

    Raises:
        BundleError: the three do not fit one another, or a number is not finite.
    """

    genres: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self.genres)
        if count < LEAST_GENRES or len(set(self.genres)) < count:
            raise BundleError("the head is damaged: it must know two or more genres, each named once")
        if self.weights.ndim != 2 or self.weights.shape[0] != count or self.bias.shape != (count,):
            raise BundleError(f"the head is damaged: its weights and bias are not those of {count} genres")
        if self.weights.dtype != np.float32 or self.bias.dtype != np.float32:
            raise BundleError("the head is damaged: its numbers are not float32")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias).all()):
            raise BundleError("the head is damaged: it holds numbers that are not finite")

    @property
    def dimension(self) -> int:
        """Length of the vectors that it takes."""
        return int(self.weights.shape[1])

    def probabilities(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, d) L2-normalised → (n, g), each row sums to 1.

        Raises:
            BundleError: the vectors are of another length.
        """
        if vectors.shape[-1] != self.dimension:
            raise BundleError(
                f"the head takes vectors of {self.dimension} numbers, not {vectors.shape[-1]}; train it again"
            )
        return softmax(vectors.astype(np.float32) @ self.weights.T + self.bias)

    def without_others(self, genres: Collection[str]) -> Self | None:
        """The head for these genres alone, which share the chances of the others; None if it knows fewer than two."""
        kept = [number for number, genre in enumerate(self.genres) if genre in genres]
        if len(kept) == len(self.genres):
            return self
        if len(kept) < LEAST_GENRES:
            return None
        return type(self)(tuple(self.genres[number] for number in kept), self.weights[kept], self.bias[kept])

    def to_bytes(self) -> bytes:
        """An npz file without pickles; equal heads give equal bytes."""
        file = BytesIO()
        np.savez(file, genres=np.array(self.genres), weights=self.weights, bias=self.bias)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The head that ``to_bytes`` wrote.

        Raises:
            BundleError: these are not the bytes of a head.
        """
        genres, weights, bias = unpack(data, ("genres", "weights", "bias"), "head")
        if genres.ndim != 1 or genres.dtype.kind != "U":
            raise BundleError("the head is damaged: its genres are not a list of names")
        return cls(tuple(genres.tolist()), weights, bias)


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A head, and the genres that had too few albums for it to learn."""

    head: LinearHead
    left_out: tuple[str, ...]


def fit_head(
    vectors: NDArray[np.float32],
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
    *,
    groups: NDArray[np.integer] | None = None,
    C: float = DEFAULT_C,  # noqa: N803 (scikit-learn's name, and the literature's)
) -> FittedHead:
    """Fit the head by L2-regularised logistic regression; the same input gives the same head.

    How much each row counts, ``weighted_rows`` says.

    Args:
        vectors: (n, d) L2-normalised.
        targets: (n, g); rows without a genre take no part.
        groups: (n,); a genre found in one group only is left out, as one with a single album is.
        C: inverse strength of the regularisation.

    Raises:
        TrainingError: see ``learnable_genres``.
    """
    kept = learnable_genres(targets, genres, groups)
    rows, labels, weights = weighted_rows(targets[:, kept])
    coefficients, bias = _logistic_regression(vectors[rows], labels, weights, C)
    names = tuple(genre for genre, keep in zip(genres, kept, strict=True) if keep)
    left_out = tuple(genre for genre, keep in zip(genres, kept, strict=True) if not keep)
    return FittedHead(LinearHead(names, coefficients, bias), left_out)


def learnable_genres(
    targets: NDArray[np.bool_], genres: tuple[str, ...], groups: NDArray[np.integer] | None = None
) -> NDArray[np.bool_]:
    """(g,): whether a genre has enough albums, of enough groups; arguments as of ``fit_head``.

    Raises:
        TrainingError: no album has a genre, or fewer than two genres have enough albums.
    """
    if not targets.any():
        raise TrainingError("no album with a vector has a genre yet; add albums with genres, then train the head")
    counted = np.arange(len(targets)) if groups is None else groups
    kept = np.array([len(np.unique(counted[column])) >= LEAST_ALBUMS for column in targets.T], dtype=np.bool_)
    if kept.sum() < 2:
        found = [genre for genre, keep in zip(genres, kept, strict=True) if keep]
        raise TrainingError(
            f"a head needs two or more genres, but {f'only {found[0]} has' if found else 'none has'} "
            f"{LEAST_ALBUMS} or more albums of different artists; add albums of other genres"
        )
    return kept


def _logistic_regression(
    vectors: NDArray[np.float32], labels: NDArray[np.intp], weights: NDArray[np.float64], strength: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    model = LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS, tol=_TOLERANCE)
    # On matrices of this size threads mostly wait for one another; on a busy machine a fit takes many times as long.
    with threadpool_limits(limits=1, user_api="blas"), warnings.catch_warnings():
        # A head that stopped early is a little more regularised, no worse; it is measured like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors, labels, sample_weight=weights.astype(vectors.dtype))
    coefficients, bias = model.coef_, model.intercept_
    if len(coefficients) == 1:
        # Of two classes scikit-learn gives the log-odds of the second: half for it, half against the first.
        coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-bias, bias]) / 2
    return coefficients.astype(np.float32), bias.astype(np.float32)
