"""The flat fp16 store under every index: all vectors in order of position, scanned exactly."""

from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np
from numpy.typing import NDArray

STORE_FACTORY = "SQfp16"

_ROWS_A_STEP = 16_384

_LANES = 16
"""The engine compares this many components at a time. If the dimension is no multiple of it, it compares them one by
one, which takes four times as long."""


def stored_dimension(dimension: int) -> int:
    """Return how many components the engine is given for a vector: zeros fill it up, which changes no inner product."""
    return -(-dimension // _LANES) * _LANES


def empty_store(dimension: int) -> faiss.IndexScalarQuantizer:
    """Return a store for vectors of a dimension, without any."""
    width = stored_dimension(dimension)
    return faiss.IndexScalarQuantizer(width, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def make_room(store: faiss.Index, count: int) -> None:
    """Take the memory for this many vectors at once; a store that grows by itself copies what it has, time and again,
    and holds both."""
    store = faiss.downcast_index(store)
    assert isinstance(store, faiss.IndexScalarQuantizer)
    store.codes.resize(count * store.code_size)
    store.codes.resize(store.ntotal * store.code_size)


def append(native: faiss.Index, vectors: NDArray[np.float16]) -> None:
    """Add vectors to the store, or to an accelerator and the store in it, in steps: the engine takes fp32 only."""
    for start in range(0, len(vectors), _ROWS_A_STEP):
        native.add(filled_up(vectors[start : start + _ROWS_A_STEP], native.d))


def filled_up(vectors: NDArray[np.float16] | NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return (n, width) fp32 of (n, dimension): the vectors, then zeros."""
    filled = np.zeros((len(vectors), width), dtype=np.float32)
    filled[:, : vectors.shape[1]] = vectors
    return filled


def gather(store: faiss.IndexScalarQuantizer, positions: NDArray[np.int64]) -> NDArray[np.float16]:
    """Return a copy of the (n, d) vectors at (n,) positions, filled up as they are stored."""
    if not len(positions):
        return np.empty((0, store.d), dtype=np.float16)
    codes: NDArray[np.uint8] = faiss.rev_swig_ptr(store.codes.data(), store.ntotal * store.d * 2)
    return codes.view(np.float16).reshape(store.ntotal, store.d)[positions]


def scan(
    store: faiss.IndexScalarQuantizer, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the (q, k) positions nearest to the queries among those in the mask, and their similarities."""
    params = faiss.SearchParameters()
    params.sel = None if mask is None else selector(mask)
    similarities, positions = store.search(queries, k, params=params)
    return positions, similarities


def selector(mask: NDArray[np.bool_]) -> faiss.IDSelector:
    """Return the engine's form of a mask over positions."""
    # The Python class takes the array alone and keeps it alive; its stub describes the C++ constructor.
    return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))  # type: ignore[call-arg,arg-type]


@contextmanager
def single_threaded() -> Iterator[None]:
    """Keep the engine on the calling thread, so that concurrent searches do not fight for cores.

    OpenMP holds the number for each thread separately and a new thread starts with all cores, so setting it once at
    start-up would reach no worker. The thread's own number is put back, for what it builds.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
