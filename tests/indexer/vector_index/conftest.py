"""One catalogue and an index of each kind over it, built once; tests that change an index take a copy."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from indexer.vector_index import Batch, IndexKind, VectorIndex, build
from indexer.vector_index.store import single_threaded
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, clustered_catalogue


def batches_of(catalogue: Catalogue, size: int) -> Iterator[Batch]:
    """The catalogue in batches, by turns as fp32 and as fp16."""
    for turn, start in enumerate(range(0, len(catalogue.ids), size)):
        vectors = catalogue.vectors[start : start + size]
        yield catalogue.ids[start : start + size], vectors.astype(np.float16) if turn % 2 else vectors


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> Iterator[None]:
    """Builds on one core: a graph comes out the same each time, and small ones do not wait for threads."""
    with single_threaded():
        yield


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return clustered_catalogue()


@pytest.fixture(scope="session")
def built(catalogue: Catalogue) -> Callable[[IndexKind], VectorIndex]:
    indexes: dict[IndexKind, VectorIndex] = {}

    def index_of(kind: IndexKind) -> VectorIndex:
        if kind not in indexes:
            indexes[kind] = build(kind, DIMENSION, batches_of(catalogue, 3_000))
        return indexes[kind]

    return index_of


@pytest.fixture(params=list(IndexKind))
def index(request: pytest.FixtureRequest, built: Callable[[IndexKind], VectorIndex]) -> VectorIndex:
    """An index of each kind over the whole catalogue; not to be changed."""
    return built(request.param)
