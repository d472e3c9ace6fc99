"""The delta against brute force, also while several threads catch up at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from db.records import VectorBatch
from indexer.vector_index.delta import Delta

DIMENSION = 8


def batch_of(ids: NDArray[np.int64]) -> VectorBatch:
    """Each id has a vector of its own."""
    made = np.stack([np.random.default_rng(int(i)).normal(size=DIMENSION) for i in ids])
    return VectorBatch(ids, (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16))


def held(delta: Delta) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, dtype=np.int64), *(segment.ids for segment in delta.segments)])


def test_it_holds_every_vector_once_in_few_segments() -> None:
    delta = Delta(DIMENSION, after=100)
    assert (delta.newest, delta.segments) == (100, ())
    ids = np.arange(101, 601)
    for some in np.array_split(ids, 200):
        delta.take_in([batch_of(some)])
    np.testing.assert_array_equal(held(delta), ids)
    assert delta.newest == 600
    assert len(delta.segments) <= 9
    expected = batch_of(ids)
    for segment in delta.segments:
        np.testing.assert_array_equal(segment.vectors(segment.ids), expected.vectors[segment.ids - 101])


def test_what_is_here_already_is_skipped() -> None:
    delta = Delta(DIMENSION, after=10)
    delta.take_in([batch_of(np.arange(5, 15)), batch_of(np.arange(12, 20))])
    before = delta.segments
    delta.take_in([batch_of(np.arange(8, 20))])
    assert delta.segments is before
    np.testing.assert_array_equal(held(delta), np.arange(11, 20))


def test_threads_that_catch_up_at_once_lose_and_repeat_nothing() -> None:
    delta = Delta(DIMENSION, after=0)
    everything = batch_of(np.arange(1, 401))

    def stored_past(newest: int) -> Iterator[VectorBatch]:
        for start in range(newest, 400, 7):
            yield VectorBatch(everything.ids[start : start + 7], everything.vectors[start : start + 7])

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(lambda: delta.take_in(stored_past(delta.newest))) for _ in range(40)]:
            done.result()
    np.testing.assert_array_equal(held(delta), everything.ids)
