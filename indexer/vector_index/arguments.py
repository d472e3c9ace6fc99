"""Checks of what callers hand to an index."""

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import VectorIndexError


def checked_ids(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n,) integer ids as int64.

    Raises:
        VectorIndexError: another shape or type.
    """
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise VectorIndexError(f"ids must be integers of shape (n,), not {ids.dtype} of shape {ids.shape}")
    return ids.astype(np.int64, copy=False)


def checked_vectors(
    vectors: NDArray[np.float16] | NDArray[np.float32], dimension: int, count: int
) -> NDArray[np.float16]:
    """Return (count, dimension) vectors as fp16, rounded to nearest even.

    The rounding is done here because the engine rounds ties away from zero: an index built from full vectors would
    differ from one built from their stored fp16.

    Raises:
        VectorIndexError: another shape or type, or values that fp16 cannot hold.
    """
    _check_shape(vectors, dimension, (np.float16, np.float32), "vectors")
    if len(vectors) != count:
        raise VectorIndexError(f"{count} ids came with {len(vectors)} vectors")
    with np.errstate(over="ignore"):
        rounded = vectors.astype(np.float16, copy=False)
    _check_finite(rounded, "vectors")
    return rounded


def checked_queries(queries: NDArray[np.float32], dimension: int, k: int) -> NDArray[np.float32]:
    """Return (q, dimension) fp32 queries in C order, of which each asks for k.

    Raises:
        VectorIndexError: another shape or type, or values that are not finite; k is negative.
    """
    if k < 0:
        raise VectorIndexError(f"k must be 0 or more, not {k}")
    _check_shape(queries, dimension, (np.float32,), "queries")
    _check_finite(queries, "queries")
    return np.ascontiguousarray(queries)


def _check_shape(
    array: NDArray[np.float16] | NDArray[np.float32], dimension: int, types: tuple[type, ...], name: str
) -> None:
    if array.dtype not in types or array.ndim != 2 or array.shape[1] != dimension:
        wanted = " or ".join(np.dtype(type_).name for type_ in types)
        raise VectorIndexError(
            f"{name} must be {wanted} of shape (n, {dimension}), not {array.dtype} of shape {array.shape}"
        )


def _check_finite(array: NDArray[np.float16] | NDArray[np.float32], name: str) -> None:
    if not np.isfinite(array).all():
        raise VectorIndexError(f"{name} hold values that are not finite")
