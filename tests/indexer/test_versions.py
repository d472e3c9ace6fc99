"""Index versions over vectors that the test writes into the database itself."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from db import bundles, index_versions, vectors
from db.database import Database
from db.errors import VectorIndexError
from db.records import BundleRecord, InspectedFile, NewVector
from db.registration import register
from db.tables import Vector
from db.vocabulary import ContentHash, CoverId, Fingerprint
from indexer.vector_index import IndexKind
from indexer.versions import IndexVersions, LiveIndex, one_at_a_time
from tests.factories import cover_file

DIMENSION = 16


def bundle_of(database: Database, letter: str = "f") -> BundleRecord:
    with database.writing() as session:
        return bundles.register(session, Fingerprint(letter * 64), name=letter, dimension=DIMENSION, manifest={})


def add_vectors(database: Database, bundle: BundleRecord, count: int, seed: int) -> None:
    random = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    unit = (random / np.linalg.norm(random, axis=1, keepdims=True)).astype(np.float16)
    content = ContentHash(f"{seed:064d}")
    with database.writing() as session:
        files = [
            InspectedFile(cover_file(Path(f"/{seed}/{n}.png"), title=f"{seed}-{n}", artist="A"), content)
            for n in range(count)
        ]
        register(session, files, lambda _path: True)
        pending = vectors.pending(session, bundle, after=CoverId(0), limit=100_000)
        new = [NewVector(c.cover_id, c.content_hash, v) for c, v in zip(pending, unit, strict=True)]
        assert vectors.store(session, bundle, new) == count


@pytest.fixture
def bundle(database: Database) -> BundleRecord:
    return bundle_of(database)


@pytest.fixture
def versions(database: Database, tmp_path: Path) -> IndexVersions:
    return IndexVersions(database, tmp_path)


def assert_current(database: Database, versions: IndexVersions, bundle: BundleRecord) -> None:
    """The live version holds exactly the vectors of the database: every one finds itself."""
    live = versions.live()
    assert live is not None
    index = versions.open(live).index
    with database.reading() as session:
        batches = list(vectors.stream(session, bundle))
    ids = np.concatenate([batch.ids for batch in batches])
    stored = np.concatenate([batch.vectors for batch in batches]).astype(np.float32)
    np.testing.assert_array_equal(np.sort(index.ids), ids)
    hits = index.search(stored, 1)
    np.testing.assert_array_equal(hits.ids[:, 0], ids)
    np.testing.assert_allclose(hits.similarities[:, 0], 1, atol=2e-3)


@pytest.mark.parametrize("kind", list(IndexKind))
def test_an_index_is_built_then_extended_with_what_is_new_and_gone(
    database: Database, versions: IndexVersions, bundle: BundleRecord, kind: IndexKind
) -> None:
    add_vectors(database, bundle, 700, seed=1)
    built = versions.refresh(bundle, kind=kind)
    assert (built.rebuilt, built.added, built.version.count, built.version.kind) == (True, 700, 700, kind)
    assert_current(database, versions, bundle)
    unchanged = versions.refresh(bundle, kind=kind)
    assert not unchanged.changed
    assert unchanged.version == built.version
    add_vectors(database, bundle, 20, seed=2)
    with database.writing() as session:
        session.execute(delete(Vector).where(Vector.id.in_([5, 6, 7])))
    extended = versions.refresh(bundle, kind=kind)
    assert (extended.rebuilt, extended.added, extended.removed, extended.version.count) == (False, 20, 3, 717)
    assert_current(database, versions, bundle)
    assert versions.refresh(bundle, kind=kind, rebuild=True).rebuilt
    assert_current(database, versions, bundle)


def test_an_index_with_many_tombstones_is_built_again(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 100, seed=1)
    versions.refresh(bundle, kind=IndexKind.HNSW)
    for removed, rebuilt in ((range(1, 16), False), (range(16, 31), True)):
        with database.writing() as session:
            session.execute(delete(Vector).where(Vector.id.in_(list(removed))))
        assert versions.refresh(bundle, kind=IndexKind.HNSW).rebuilt is rebuilt
    live = versions.live()
    assert live is not None
    assert versions.open(live).index.tombstones == 0
    assert_current(database, versions, bundle)


def test_two_versions_are_kept_and_one_is_live(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path
) -> None:
    names = []
    for seed in range(1, 5):
        add_vectors(database, bundle, 10, seed)
        names.append(versions.refresh(bundle).version.folder)
    with database.reading() as session:
        found = index_versions.versions(session)
    assert [(version.folder, version.live) for version in found] == [(names[3], True), (names[2], False)]
    assert {folder.name for folder in (tmp_path / "versions").iterdir()} == set(names[2:])


def test_an_index_below_its_gate_is_not_promoted(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    live = versions.refresh(bundle).version
    add_vectors(database, bundle, 50, seed=2)
    monkeypatch.setattr("indexer.versions.vector_index.recall_against_exact", lambda *_: 0.97)
    with pytest.raises(VectorIndexError, match=r"0\.970 of the 20 nearest.*not promoted"):
        versions.refresh(bundle)
    assert versions.live() == live


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete a file", "delete the folder"])
def test_a_damaged_index_is_refused_and_built_again_from_the_database(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path, damage: str
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    folder = tmp_path / "versions" / versions.refresh(bundle).version.folder
    native = folder / "index.faiss"
    if damage == "flip":
        data = bytearray(native.read_bytes())
        data[-9] ^= 1
        native.write_bytes(data)
    elif damage == "truncate":
        native.write_bytes(native.read_bytes()[:-1])
    elif damage == "delete a file":
        native.unlink()
    else:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    with pytest.raises(VectorIndexError, match="run `sleeve index` to build it again"):
        LiveIndex(versions).current()
    assert versions.refresh(bundle).rebuilt
    assert_current(database, versions, bundle)


def test_a_switch_of_bundle_builds_an_index_of_the_new_one(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 30, seed=1)
    versions.refresh(bundle)
    other = bundle_of(database, "e")
    with database.writing() as session:
        pending = vectors.pending(session, other, after=CoverId(0), limit=100)
        eye = np.eye(DIMENSION, dtype=np.float16)
        vectors.store(
            session, other, [NewVector(c.cover_id, c.content_hash, eye[n % DIMENSION]) for n, c in enumerate(pending)]
        )
    refreshed = versions.refresh(other)
    assert refreshed.rebuilt
    assert refreshed.version.bundle == other
    assert LiveIndex(versions).current().record.bundle == other


def test_an_empty_catalogue_has_an_empty_index(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    refreshed = versions.refresh(bundle)
    assert (refreshed.version.count, refreshed.version.recall) == (0, 1.0)
    assert len(LiveIndex(versions).current().index) == 0


def test_the_lock_admits_one(tmp_path: Path) -> None:
    with (
        one_at_a_time(tmp_path),
        pytest.raises(VectorIndexError, match="another `sleeve index`"),
        one_at_a_time(tmp_path),
    ):
        pass
    with one_at_a_time(tmp_path):
        pass
