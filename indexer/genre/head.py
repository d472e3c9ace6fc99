"""The head: a linear classifier on vectors, small enough for a file of a bundle or a field of the database."""

import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Self
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from indexer.genre.membership import genre_shares
from sleeve.errors import BundleError, TrainingError

DEFAULT_C = 3.0
BALANCE = 0.5
"""How far rare genres are raised: 0 leaves common genres their advantage, 1 makes all genres weigh the same."""

LEAST_ALBUMS = 2
"""A genre with fewer (or with fewer groups) cannot be learned and measured; the head leaves it out."""

_MAX_UNPACKED_BYTES = 64 * 2**20
_MAX_ITERATIONS = 300
_TOLERANCE = 1e-4

_DAMAGE = (
    BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)
"""What reading damaged bytes can raise from NumPy and the standard library's zip."""


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
        if count < 2 or len(set(self.genres)) < count:
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
        logits = (vectors.astype(np.float32) @ self.weights.T + self.bias).astype(np.float64)
        exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))

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
        try:
            _check_size(data)
            with np.load(BytesIO(data), allow_pickle=False) as arrays:
                genres, weights, bias = arrays["genres"], arrays["weights"], arrays["bias"]
        except _DAMAGE as error:
            raise BundleError("the head is damaged: its file cannot be read") from error
        if genres.ndim != 1 or genres.dtype.kind != "U":
            raise BundleError("the head is damaged: its genres are not a list of names")
        return cls(tuple(genres.tolist()), weights, bias)


def _check_size(data: bytes) -> None:
    with ZipFile(BytesIO(data)) as archive:
        unpacked_bytes = sum(member.file_size for member in archive.infolist())
    if unpacked_bytes > _MAX_UNPACKED_BYTES:
        raise BundleError("the head is damaged: its file unpacks to more than 64 MiB")


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

    An album of several genres has a row for each, with the weight split among them. Rows of a genre are weighted
    by its prior to the power of -``BALANCE``.

    Args:
        vectors: (n, d) L2-normalised.
        targets: (n, g); rows without a genre take no part.
        groups: (n,); a genre found in one group only is left out, as one with a single album is.
        C: inverse strength of the regularisation.

    Raises:
        TrainingError: see ``learnable_genres``.
    """
    kept = learnable_genres(targets, genres, groups)
    shares = genre_shares(targets[:, kept])
    prior = shares.sum(axis=0) / shares.sum()
    rows, labels = np.nonzero(shares)
    weights = shares[rows, labels] * prior[labels] ** -BALANCE
    weights, bias = _logistic_regression(vectors[rows], labels, weights / weights.mean(), C)
    names = tuple(genre for genre, keep in zip(genres, kept, strict=True) if keep)
    left_out = tuple(genre for genre, keep in zip(genres, kept, strict=True) if not keep)
    return FittedHead(LinearHead(names, weights, bias), left_out)


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
