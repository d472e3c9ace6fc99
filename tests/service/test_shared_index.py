"""Two hosts with one index on a server: each answers from it, whoever builds it, and both from one catalogue."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from db.database import Database
from db.records import CatalogueFilter
from indexer.vector_index import IndexKind
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.servers.server_shelf import ServerShelf
from service.answers.records import SimilarRequest
from tests.service.test_living_index import World
from tests.vector_servers import ON_SERVERS

pytestmark = ON_SERVERS


@pytest.fixture
def hosts(
    database: Database, server: VectorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[World, World]:
    """Two worlds over one database and one server; the second makes other random choices."""
    monkeypatch.setattr(ServerShelf, "least_drift", 1)
    one, other = (World(database, tmp_path / name, seed, server) for seed, name in enumerate(("one", "other")))
    for _ in range(6):
        one.add()
    other.files = one.files
    return one, other


def live(world: World) -> str:
    found = world.versions.live()
    assert found is not None
    return found.folder


def test_every_search_on_each_host_equals_brute_force_whatever_happened_before(hosts: tuple[World, World]) -> None:
    one, other = hosts
    one.extend()
    steps = [
        *(other.add, one.change, one.remove, other.remove_newest, one.relabel, other.extend),
        *(one.rebuild_as_graph, other.roll_back, other.add, one.rebuild_exact, other.rebuild_as_graph, one.roll_back),
    ]
    for step in steps:
        step()
        one.files = other.files = max(one.files, other.files)
        assert live(one) == live(other)
        one.check()
        other.check()


def test_an_album_that_one_removes_is_gone_on_both_at_once(hosts: tuple[World, World]) -> None:
    one = hosts[0]
    one.rebuild_as_graph()
    query = one.unit(1)[0]
    similarity = one.brute_force(query, None)
    nearest = max(similarity, key=lambda album_id: similarity[album_id])
    found = [_nearest(world, query) for world in hosts]
    assert [albums[0] for albums in found] == [nearest, nearest]
    with one.database.writing() as session:
        session.execute(text("DELETE FROM albums WHERE id = :id"), {"id": nearest})
    assert all(nearest not in _nearest(world, query) for world in hosts)
    assert all(len(_nearest(world, query)) == 5 for world in hosts)


def test_a_host_that_slept_through_many_versions_answers_from_the_live_one(hosts: tuple[World, World]) -> None:
    one, other = hosts
    one.rebuild_as_graph()
    other.check()
    slept = other.workers[0].snapshot().version.record
    for _ in range(3):
        one.rebuild_exact()
    assert slept.folder not in {version.folder for version in other.versions.kept()}
    query = other.unit(1)[0]
    answer = other.workers[0]._answered(
        lambda _: None, lambda snapshot, _: other.workers[0].by_vectors(snapshot, query[None], SimilarRequest(5))
    )
    assert answer.index_version == live(one)
    other.check()


def test_two_hundred_questions_are_answered_as_brute_force_answers_them(hosts: tuple[World, World]) -> None:
    """By a graph, with and without a filter; never short."""
    one, other = hosts
    one.offer(list(range(1_000, 4_000)))
    one.embed()
    one.versions.refresh(one.bundle, rebuild=True, kind=IndexKind.HNSW)
    worker, found, possible = other.workers[0], 0, 0
    snapshot, held = worker.snapshot(), {genre: one.held(genre) for genre in (None, "jazz", "soul")}
    for number, query in enumerate(other.unit(200)):
        genre, k = (None, "jazz", "soul")[number % 3], (10, 25)[number % 2]
        request = SimilarRequest(k) if genre is None else SimilarRequest(k, CatalogueFilter(genre=genre))
        albums = [one.album_id for one in worker.by_vectors(snapshot, query[None], request).neighbours]
        assert len(set(albums)) == k
        similarity = one.best(held[genre], query)
        least = sorted(similarity.values())[-k] - 1e-5
        found += sum(similarity[album] >= least for album in albums)
        possible += k
    assert found / possible >= 0.98


def _nearest(world: World, query: NDArray[np.float32]) -> list[int]:
    worker = world.workers[0]
    return [one.album_id for one in worker.by_vectors(worker.snapshot(), query[None], SimilarRequest(5)).neighbours]
