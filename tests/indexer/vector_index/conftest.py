"""One catalogue and an index of each kind over it, built once; tests that change an index take a copy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from db import bundles
from indexer.vector_index import Batch, IndexKind, SearchableIndex, VectorIndex, build
from indexer.vector_index.servers.server_index import ServerIndex
from indexer.vector_index.servers.server_shelf import ServerShelf
from indexer.vector_index.store import single_threaded
from sleeve.vocabulary import Fingerprint
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, clustered_catalogue
from tests.vector_servers import NEEDS_MILVUS, a_database, a_server


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


@pytest.fixture(scope="session")
def served(catalogue: Catalogue, request: pytest.FixtureRequest) -> Iterator[Callable[[str, IndexKind], ServerIndex]]:
    """The same on servers."""
    indexes: dict[tuple[str, IndexKind], ServerIndex] = {}
    with ExitStack() as until_done:
        database = until_done.enter_context(a_database(request))
        with database.writing() as session:
            bundle = bundles.register(session, Fingerprint("f" * 64), name="made", dimension=DIMENSION, manifest={})

        def index_of(engine: str, kind: IndexKind) -> ServerIndex:
            if (engine, kind) not in indexes:
                server = until_done.enter_context(a_server(engine, database, request))
                made = ServerShelf(database, server).build(bundle, kind, batches_of(catalogue, 3_000))
                assert isinstance(made, ServerIndex)
                indexes[engine, kind] = made
            return indexes[engine, kind]

        yield index_of


SERVED = [
    pytest.param((engine, kind), marks=[pytest.mark.slow, pytest.mark.engines, *marks], id=f"{engine}-{kind}")
    for engine, marks in (("pgvector", []), ("milvus", [NEEDS_MILVUS]))
    for kind in (IndexKind.EXACT, IndexKind.HNSW)
]


@pytest.fixture(params=list(IndexKind))
def index(request: pytest.FixtureRequest, built: Callable[[IndexKind], VectorIndex]) -> VectorIndex:
    """An index of each kind over the whole catalogue; not to be changed."""
    return built(request.param)


@pytest.fixture(params=[*IndexKind, *SERVED])
def any_index(request: pytest.FixtureRequest, built: Callable[[IndexKind], VectorIndex]) -> SearchableIndex:
    """The same, and those on each server."""
    if isinstance(request.param, IndexKind):
        return built(request.param)
    on_server: SearchableIndex = request.getfixturevalue("served")(*request.param)
    return on_server
