"""Searches by two workers against brute force while the catalogue and its index change at random, on both engines."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from db import albums, bundles, index_versions, vectors
from db.database import Database
from db.records import BundleRecord, CatalogueFilter, InspectedFile, NewVector
from db.registration import register
from db.tables import Album, AlbumGenre, Cover, Genre, Vector
from indexer.genre import Calibration
from indexer.genre.classifier import GenreClassifier
from indexer.vector_index import IndexKind
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.versions import IndexVersions
from service.answers.live_index import LiveIndex
from service.answers.model import Model
from service.answers.records import SimilarRequest
from service.answers.search import Search
from sleeve.errors import NotFoundError, VectorIndexError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint
from tests.factories import FakeBackbone, cover_file

DIMENSION = 48
GENRES = ["jazz", "rock", "soul"]


class World:
    """A catalogue of random vectors, and two workers that search it."""

    def __init__(self, database: Database, home: Path, seed: int, server: VectorServer | None = None) -> None:
        self.database = database
        self.random = np.random.default_rng(seed)
        self.bundle = self.bundle_of("f")
        self.versions_folder = home / "versions"
        self.versions = IndexVersions(database, self.versions_folder, server=server)
        self.loaded: list[str] = []
        self.live_indexes = [LiveIndex(database, self.versions, self.load_model) for _ in range(2)]
        self.workers = [Search(database, pairs) for pairs in self.live_indexes]
        self.files = 0

    def bundle_of(self, letter: str) -> BundleRecord:
        with self.database.writing() as session:
            return bundles.register(session, Fingerprint(letter * 64), name=letter, dimension=DIMENSION, manifest={})

    def load_model(self, bundle: BundleRecord | None) -> Model:
        backbone = FakeBackbone()
        backbone.fingerprint = (bundle or self.bundle).fingerprint
        self.loaded.append((bundle or self.bundle).name)
        return Model((bundle or self.bundle).name, backbone, None, GenreClassifier(None, Calibration()))

    def unit(self, count: int) -> NDArray[np.float32]:
        made = self.random.normal(size=(count, DIMENSION)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))

    def embed(self, bundle: BundleRecord | None = None, away_from: NDArray[np.float32] | None = None) -> None:
        """What ``sleeve index`` does first."""
        bundle = bundle or self.bundle
        with self.database.writing() as session:
            pending = vectors.pending(session, bundle, after=CoverId(0), limit=100_000)
            made = self.unit(len(pending))
            if away_from is not None:
                made -= 2 * np.maximum(made @ away_from, 0)[:, np.newaxis] * away_from
            new = [
                NewVector(c.cover_id, c.content_hash, v) for c, v in zip(pending, made.astype(np.float16), strict=True)
            ]
            assert vectors.store(session, bundle, new) == len(new)

    def offer(self, paths: list[int], version: int = 0) -> None:
        """What ``sleeve add`` does: two covers an album, sometimes of another content than before."""
        files = [
            InspectedFile(
                cover_file(
                    Path(f"/{n}.png"), GENRES[int(self.random.integers(3))], title=f"Album {n // 2}", artist=f"A{n % 4}"
                ),
                ContentHash(f"{version:032d}{n:032d}"),
            )
            for n in paths
        ]
        with self.database.writing() as session:
            register(session, files, lambda _path, _hash: True)

    def add(self) -> None:
        count = int(self.random.integers(1, 12))
        self.offer(list(range(self.files, self.files + count)))
        self.files += count
        self.embed()

    def change(self) -> None:
        """Covers get another content, hence another vector; before that they have none for a moment."""
        with self.database.reading() as session:
            known = [int(Path(path).stem) for path in session.scalars(select(Cover.path))]
        some = self.random.choice(known, min(len(known), 3), replace=False)
        self.offer([int(n) for n in some], version=int(self.random.integers(1, 2**31)))
        self.check()
        self.embed()

    def remove(self) -> None:
        with self.database.writing() as session:
            known = sorted(session.scalars(select(Album.id)))
            some = self.random.choice(known, int(self.random.integers(1, 4)), replace=False)
            albums.remove(session, [AlbumId(int(album_id)) for album_id in some])

    def remove_newest(self) -> None:
        with self.database.writing() as session:
            newest = session.scalar(select(Cover.album_id).join(Vector).order_by(Vector.id.desc()).limit(1))
            assert newest is not None
            albums.remove(session, [AlbumId(newest)])

    def relabel(self) -> None:
        with self.database.writing() as session:
            rows = session.scalars(select(AlbumGenre)).all()
            names = {genre.name: genre.id for genre in session.scalars(select(Genre))}
            for row in rows[:: max(1, len(rows) // 4)]:
                wanted = names[str(self.random.choice(sorted(names)))]
                taken = {other.genre_id for other in rows if other.album_id == row.album_id}
                if wanted not in taken:
                    row.genre_id = wanted

    def extend(self) -> None:
        self.versions.refresh(self.bundle)

    def rebuild_as_graph(self) -> None:
        self.versions.refresh(self.bundle, rebuild=True, kind=IndexKind.HNSW)

    def rebuild_exact(self) -> None:
        self.versions.refresh(self.bundle, rebuild=True, kind=IndexKind.EXACT)

    def roll_back(self) -> None:
        try:
            self.versions.rollback()
        except NotFoundError:
            self.versions.prune()

    def settle(self) -> None:
        """One worker is on the new version, the other may still be on the old one."""
        self.workers[0].snapshot()
        self.live_indexes[0].settle()

    def held(self, genre: str | None) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(n,) the albums of all vectors that a genre allows, and the (n, d) vectors."""
        with self.database.reading() as session:
            rows = session.execute(
                select(Vector.embedding, Cover.album_id)
                .join(Cover, Cover.id == Vector.cover_id)
                .where(Vector.bundle_id == self.bundle.id)
            ).all()
            genres = albums.genres_of(session, [AlbumId(row.album_id) for row in rows])
        kept = [row for row in rows if genre is None or genre in genres.get(AlbumId(row.album_id), ())]
        stored = [np.frombuffer(row.embedding, "<f2").astype(np.float32) for row in kept]
        return np.array([row.album_id for row in kept], dtype=np.int64), np.array(stored).reshape(-1, DIMENSION)

    def best(self, held: tuple[NDArray[np.int64], NDArray[np.float32]], query: NDArray[np.float32]) -> dict[int, float]:
        """The similarity of each album by its nearest cover."""
        best: dict[int, float] = {}
        for album_id, similarity in zip(held[0].tolist(), (held[1] @ query).tolist(), strict=True):
            best[album_id] = max(similarity, best.get(album_id, -2.0))
        return best

    def brute_force(self, query: NDArray[np.float32], genre: str | None) -> dict[int, float]:
        return self.best(self.held(genre), query)

    def check(self) -> None:
        self.settle()
        queries = self.unit(2)
        for worker in self.workers:
            for genre, k in ((None, 5), (None, 1000), ("jazz", 5), ("soul", 1000)):
                self.check_answer(worker, queries[0], genre, k)
            both = worker.by_vectors(worker.snapshot(), queries, SimilarRequest(6)).neighbours
            first, second = (self.brute_force(query, None) for query in queries)
            expected = sorted((-max(first[album], second[album]), album) for album in first)[:6]
            assert [neighbour.album_id for neighbour in both] == [album for _, album in expected]

    def check_answer(self, worker: Search, query: NDArray[np.float32], genre: str | None, k: int) -> None:
        request = SimilarRequest(k, CatalogueFilter(genre=genre))
        found = worker.by_vectors(worker.snapshot(), query[np.newaxis], request).neighbours
        expected = sorted(self.brute_force(query, genre).items(), key=lambda item: -item[1])[:k]
        assert [neighbour.album_id for neighbour in found] == [album for album, _ in expected]
        np.testing.assert_allclose([n.similarity for n in found], [value for _, value in expected], atol=2e-3)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path, seed=1)


@pytest.mark.parametrize(("seed", "rounds"), [(1, 2), *(pytest.param(n, 3, marks=pytest.mark.slow) for n in (1, 2))])
def test_every_search_equals_brute_force_whatever_happened_before(
    database: Database, tmp_path: Path, seed: int, rounds: int
) -> None:
    world = World(database, tmp_path, seed)
    for _ in range(8):
        world.add()
    world.extend()
    steps = [
        *(world.add, world.add, world.change, world.remove, world.remove_newest, world.relabel),
        *(world.extend, world.rebuild_as_graph, world.rebuild_exact, world.roll_back),
    ]
    done = []
    for number in world.random.permutation(np.repeat(np.arange(len(steps)), rounds)):
        done.append(steps[number].__name__)
        steps[number]()
        try:
            world.check()
        except AssertionError as error:
            raise AssertionError(f"after {done}") from error


def test_what_another_process_stores_is_found_at_the_next_query(world: World) -> None:
    world.add()
    world.extend()
    before = world.workers[0].snapshot().version
    world.add()
    after = world.workers[0].snapshot().version
    assert after.record == before.record
    assert sum(map(len, after.delta)) > sum(map(len, before.delta)) == 0
    world.check()


def test_most_of_the_nearest_removed_leaves_no_gap(world: World) -> None:
    """The index's best are gone and the delta's are far: neither may stand in for what the index holds further down."""
    query = world.unit(1)[0]
    world.offer(list(range(400)))
    world.embed()
    world.extend()
    indexed = sorted(world.brute_force(query, None).items(), key=lambda item: -item[1])
    world.offer(list(range(400, 800)))
    world.embed(away_from=query)
    with world.database.writing() as session:
        albums.remove(session, [AlbumId(album) for album, _ in indexed[:40]])
    for genre in (None, "jazz"):
        world.check_answer(world.workers[0], query, genre, 10)


def test_index_and_model_change_together_and_the_old_pair_answers_until_then(world: World) -> None:
    world.add()
    world.extend()
    [search, _], [live_index, _] = world.workers, world.live_indexes
    old = search.snapshot()
    other = world.bundle_of("e")
    world.embed(other)
    world.versions.refresh(other)
    during = search.snapshot()
    assert during.version.record == old.version.record
    assert during.model is old.model
    live_index.settle()
    after = search.snapshot()
    assert after.version.record.bundle == other
    assert after.model.backbone.fingerprint == other.fingerprint
    assert world.loaded == ["f", "e"]
    world.bundle = other
    world.check()
    world.versions.rollback()
    world.bundle = old.version.record.bundle
    for worker, its_pairs in zip(world.workers, world.live_indexes, strict=True):
        worker.snapshot()
        its_pairs.settle()
    world.check()
    assert all(worker.snapshot().model.backbone.fingerprint == world.bundle.fingerprint for worker in world.workers)


def test_a_version_that_cannot_be_opened_leaves_the_old_one_answering_and_is_reported(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.add()
    world.extend()
    [search, _], [live_index, _] = world.workers, world.live_indexes
    old = search.snapshot().version.record
    world.add()
    broken = world.versions.refresh(world.bundle, rebuild=True).version
    native = tmp_path / "versions" / broken.folder / "index.faiss"
    native.chmod(0o644)
    native.write_bytes(native.read_bytes()[:-1])
    for _ in range(3):
        search.snapshot()
        live_index.settle()
        assert search.snapshot().version.record == old
    assert "goes on answering" in caplog.text
    assert caplog.text.count("goes on answering") == 1, "it is not checked again before every query"
    assert live_index.problem is not None
    assert "bytes long" in live_index.problem
    world.add()
    world.check_answer(search, world.unit(1)[0], None, 1000)
    with pytest.raises(VectorIndexError, match="run `sleeve index` to build it again"):
        world.workers[1].snapshot()
    healed = world.versions.refresh(world.bundle).version
    world.check()
    assert search.snapshot().version.record == healed
    assert live_index.problem is None


def test_the_version_in_use_outlives_its_folder_and_that_is_noticed(world: World, tmp_path: Path) -> None:
    world.add()
    world.extend()
    [search, _], [live_index, _] = world.workers, world.live_indexes
    record = search.snapshot().version.record
    assert not live_index.files_changed()
    shutil.rmtree(tmp_path / "versions" / record.folder)
    assert live_index.files_changed()
    world.add()
    world.check_answer(search, world.unit(1)[0], None, 1000)


def test_a_first_load_follows_promotions_that_prune_what_it_was_about_to_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add()
    stale = world.versions.refresh(world.bundle).version
    newest = [world.versions.refresh(world.bundle, rebuild=True).version for _ in range(2)][-1]
    real = index_versions.live
    answers = [stale]
    monkeypatch.setattr(
        "service.answers.live_index.index_versions.live", lambda *asked: answers.pop() if answers else real(*asked)
    )
    monkeypatch.setattr(world.versions, "live", lambda: newest)
    assert world.workers[0].snapshot().version.record == newest
