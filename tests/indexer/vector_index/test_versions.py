"""Index versions over vectors that the test writes into the database itself."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import delete

from db import bundles, vectors
from db.database import Database
from db.records import BundleRecord, InspectedFile, NewVector
from db.registration import register
from db.tables import Vector
from indexer.vector_index import IndexKind, VectorIndex, recall_against_exact
from indexer.vector_index.shelf import Pruned
from indexer.vector_index.versions import Drift, IndexVersions
from sleeve.errors import NotFoundError, VectorIndexError
from sleeve.vocabulary import ContentHash, CoverId, Fingerprint
from tests.factories import cover_file

DIMENSION = 16


def bundle_of(database: Database, letter: str = "f") -> BundleRecord:
    with database.writing() as session:
        return bundles.register(session, Fingerprint(letter * 64), name=letter, dimension=DIMENSION, manifest={})


def unit_vectors(count: int, seed: int) -> NDArray[np.float16]:
    random = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return np.asarray(random / np.linalg.norm(random, axis=1, keepdims=True), dtype=np.float16)


def add_vectors(database: Database, bundle: BundleRecord, count: int, seed: int) -> None:
    unit = unit_vectors(count, seed)
    with database.writing() as session:
        files = [
            InspectedFile(
                cover_file(Path(f"/{seed}/{n}.png"), title=f"{seed}-{n}", artist="A"),
                ContentHash(f"{seed:032d}{n:032d}"),
            )
            for n in range(count)
        ]
        register(session, files, lambda _path, _hash: True)
        pending = vectors.pending(session, bundle, after=CoverId(0), limit=100_000)
        new = [NewVector(c.cover_id, c.content_hash, v) for c, v in zip(pending, unit, strict=True)]
        assert vectors.store(session, bundle, new) == count


def embed_pending(database: Database, bundle: BundleRecord) -> None:
    with database.writing() as session:
        pending = vectors.pending(session, bundle, after=CoverId(0), limit=100_000)
        made = unit_vectors(len(pending), seed=9)
        vectors.store(
            session, bundle, [NewVector(c.cover_id, c.content_hash, v) for c, v in zip(pending, made, strict=True)]
        )


@pytest.fixture
def bundle(database: Database) -> BundleRecord:
    return bundle_of(database)


@pytest.fixture
def versions(database: Database, tmp_path: Path) -> IndexVersions:
    return IndexVersions(database, tmp_path / "versions")


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
    add_vectors(database, bundle, 640, seed=1)
    built = versions.refresh(bundle, kind=kind)
    assert (built.rebuilt, built.added, built.version.count, built.version.kind) == (True, 640, 640, kind)
    assert_current(database, versions, bundle)
    unchanged = versions.refresh(bundle, kind=kind)
    assert not unchanged.changed
    assert unchanged.version == built.version
    add_vectors(database, bundle, 20, seed=2)
    with database.writing() as session:
        session.execute(delete(Vector).where(Vector.id.in_([5, 6, 7])))
    extended = versions.refresh(bundle, kind=kind)
    assert (extended.rebuilt, extended.added, extended.removed, extended.version.count) == (False, 20, 3, 657)
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
    assert [(version.folder, version.live) for version in versions.kept()] == [(names[3], True), (names[2], False)]
    assert {folder.name for folder in (tmp_path / "versions").iterdir()} == set(names[2:])


def test_an_index_below_its_gate_is_not_promoted(
    database: Database,
    versions: IndexVersions,
    bundle: BundleRecord,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    live = versions.refresh(bundle).version
    add_vectors(database, bundle, 50, seed=2)
    monkeypatch.setattr("indexer.vector_index.gate.recall_against_exact", lambda *_: 0.97)
    with pytest.raises(VectorIndexError, match=r"0\.970 of the 20 nearest.*not promoted"):
        versions.refresh(bundle)
    assert versions.live() == live
    lower = IndexVersions(database, tmp_path / "versions", gate_recall=0.97)
    assert lower.refresh(bundle).version == versions.live() != live


def test_a_failed_gate_says_why_and_what_helps(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    monkeypatch.setattr("indexer.vector_index.gate.recall_against_exact", lambda *_: 0.97)
    with pytest.raises(VectorIndexError, match=r"about equally near; `sleeve index --rebuild --kind exact`"):
        versions.refresh(bundle, kind=IndexKind.HNSW)
    one = unit_vectors(1, seed=2)
    monkeypatch.setattr(f"{__name__}.unit_vectors", lambda count, _seed: np.repeat(one, count, axis=0))
    add_vectors(database, bundle, 50, seed=2)
    with pytest.raises(VectorIndexError, match=r"50% of its vectors are nearly equal to another"):
        versions.refresh(bundle, kind=IndexKind.HNSW)


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete a file", "delete the folder"])
def test_a_damaged_index_is_refused_and_built_again_from_the_database(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path, damage: str
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    folder = tmp_path / "versions" / versions.refresh(bundle).version.folder
    native = folder / "index.faiss"
    native.chmod(0o644)
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
    live = versions.live()
    assert live is not None
    with pytest.raises(VectorIndexError, match=r"damaged|bytes long|missing|no index in"):
        versions.open(live)
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
    assert versions.live() == refreshed.version


def test_an_empty_catalogue_has_an_empty_index(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    refreshed = versions.refresh(bundle)
    assert (refreshed.version.count, refreshed.version.recall) == (0, 1.0)
    opened = versions.open(refreshed.version)
    assert (len(opened.index), opened.newest_id) == (0, 0)


def test_a_rollback_goes_back_once_and_the_next_version_follows_what_it_went_back_to(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path
) -> None:
    add_vectors(database, bundle, 30, seed=1)
    with pytest.raises(NotFoundError, match="no earlier index version"):
        versions.rollback()
    first = versions.refresh(bundle).version
    with pytest.raises(NotFoundError, match="no earlier index version"):
        versions.rollback()
    add_vectors(database, bundle, 5, seed=2)
    second = versions.refresh(bundle).version
    assert versions.rollback().id == first.id
    live = versions.live()
    assert live is not None
    assert live.id == first.id
    with pytest.raises(NotFoundError, match="no earlier index version"):
        versions.rollback()
    third = versions.refresh(bundle)
    assert (third.added, third.rebuilt) == (5, False)
    assert {folder.name for folder in (tmp_path / "versions").iterdir()} == {first.folder, third.version.folder}
    assert second.folder != third.version.folder
    assert versions.rollback().id == first.id


def test_a_rollback_to_what_is_gone_or_damaged_changes_nothing(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path
) -> None:
    add_vectors(database, bundle, 30, seed=1)
    first = versions.refresh(bundle).version
    second = versions.refresh(bundle, rebuild=True).version
    shutil.rmtree(tmp_path / "versions" / first.folder)
    with pytest.raises(VectorIndexError, match="there is no index in"):
        versions.rollback()
    assert versions.live() == second


def test_pruning_keeps_the_live_version_and_the_one_before_and_says_what_it_freed(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path
) -> None:
    assert versions.prune() == Pruned((), 0)
    add_vectors(database, bundle, 30, seed=1)
    names = [versions.refresh(bundle, rebuild=True).version.folder for _ in range(3)]
    assert versions.prune() == Pruned((), 0)
    name = ".writing-20260102T030405000006-exact-0a1b2c3d"
    leftover = tmp_path / "versions" / name
    leftover.mkdir()
    (leftover / "index.faiss").write_bytes(bytes(1000))
    assert versions.prune() == Pruned((name,), 1000)
    versions.rollback()
    pruned = versions.prune()
    assert pruned.folders == (names[2],)
    assert pruned.freed_bytes > 30 * DIMENSION * 2
    assert [folder.name for folder in (tmp_path / "versions").iterdir()] == [names[1]]


def test_sweeping_leaves_what_sleeve_did_not_write(
    database: Database, versions: IndexVersions, bundle: BundleRecord, tmp_path: Path
) -> None:
    add_vectors(database, bundle, 30, seed=1)
    old = tmp_path / "versions" / versions.refresh(bundle).version.folder
    own = [
        tmp_path / "versions" / "holiday" / "manifest.json",
        tmp_path / "versions" / f"{old.name}-copy" / "index.faiss",
        tmp_path / "versions" / ".writing-a-novel" / "index.faiss",
        tmp_path / "versions" / "20260102T030405000006-exact",
        tmp_path / "elsewhere" / "index.faiss",
        old / "notes.txt",
    ]
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"the user's")
    link = tmp_path / "versions" / "20260102T030405000007-exact"
    link.symlink_to(tmp_path / "elsewhere")
    for _ in range(3):
        versions.refresh(bundle, rebuild=True)
    assert versions.prune() == Pruned((), 0)
    assert [path.read_bytes() for path in own] == [b"the user's"] * len(own)
    assert link.is_symlink()
    assert [path.name for path in old.iterdir()] == ["notes.txt"]


def test_the_kind_chosen_once_stays_until_the_catalogue_outgrows_it(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    assert versions.refresh(bundle).version.kind == IndexKind.EXACT
    assert versions.refresh(bundle, kind=IndexKind.HNSW).version.kind == IndexKind.HNSW
    assert not versions.refresh(bundle).changed
    assert versions.refresh(bundle, rebuild=True).version.kind == IndexKind.HNSW
    assert versions.refresh(bundle, kind=IndexKind.EXACT).version.kind == IndexKind.EXACT
    monkeypatch.setattr("indexer.vector_index.building._MOST_EXACT", 49)
    assert not versions.refresh(bundle).changed, "nothing is new"
    add_vectors(database, bundle, 5, seed=2)
    outgrown = versions.refresh(bundle)
    assert (outgrown.version.kind, outgrown.rebuilt) == (IndexKind.HNSW, True)


def test_a_large_index_leaves_little_to_the_delta_and_takes_in_much(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.vector_index.folder_shelf.FolderShelf.extended_at_once", 99)
    add_vectors(database, bundle, 200, seed=1)
    built = versions.refresh(bundle).version
    add_vectors(database, bundle, 10, seed=2)
    with database.writing() as session:
        session.execute(delete(Vector).where(Vector.id.in_([198, 199, 200])))
    left = versions.refresh(bundle)
    assert (left.changed, left.delta, left.version) == (False, 10, built)
    assert versions.drift(versions.open(built)) == Drift(indexed=200, delta=10, tombstones=3)
    embed_pending(database, bundle)
    extended = versions.refresh(bundle)
    assert (extended.added, extended.removed, extended.rebuilt, extended.delta) == (13, 3, False, 0)
    assert_current(database, versions, bundle)
    assert versions.drift(versions.open(extended.version)) == Drift(indexed=210, delta=0, tombstones=0)


def test_a_large_index_is_outgrown_with_the_next_large_drift_only(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.vector_index.folder_shelf.FolderShelf.extended_at_once", 99)
    monkeypatch.setattr("indexer.vector_index.building._MOST_EXACT", 200)
    add_vectors(database, bundle, 200, seed=1)
    assert versions.refresh(bundle).version.kind == IndexKind.EXACT
    add_vectors(database, bundle, 2, seed=2)
    assert (versions.refresh(bundle).changed, versions.refresh(bundle).delta) == (False, 2)
    add_vectors(database, bundle, 10, seed=3)
    outgrown = versions.refresh(bundle)
    assert (outgrown.version.kind, outgrown.rebuilt, outgrown.added) == (IndexKind.HNSW, True, 212)
    add_vectors(database, bundle, 1, seed=4)
    assert versions.refresh(bundle, kind=IndexKind.EXACT).version.kind == IndexKind.EXACT, "asked for, it is made"


def test_what_is_newer_is_known_even_if_the_newest_were_removed_before_the_version_was_built(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 20, seed=1)
    with database.writing() as session:
        session.execute(delete(Vector).where(Vector.id > 15))
    opened = versions.open(versions.refresh(bundle).version)
    assert opened.newest_id == 15
    other = bundle_of(database, "e")
    with database.writing() as session:
        pending = vectors.pending(session, other, after=CoverId(0), limit=3)
        zero = np.zeros(DIMENSION, dtype=np.float16)
        vectors.store(session, other, [NewVector(c.cover_id, c.content_hash, zero) for c in pending])
    embed_pending(database, bundle)
    with database.reading() as session:
        newer = np.concatenate([batch.ids for batch in vectors.stream(session, bundle, after=opened.newest_id)])
    np.testing.assert_array_equal(newer, [24, 25, 26, 27, 28])


def test_the_gate_asks_with_vectors_that_the_index_does_not_hold(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 300, seed=1)
    asked: list[np.ndarray] = []

    def record(index: VectorIndex, queries: np.ndarray, k: int) -> float:
        asked.append(queries)
        return recall_against_exact(index, queries, k)

    monkeypatch.setattr("indexer.vector_index.gate.recall_against_exact", record)
    index = versions.open(versions.refresh(bundle).version).index
    [queries] = asked
    assert len(queries) == 256
    np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-5)
    two = index.search(queries, 2).similarities
    assert two[:, 0].max() < 0.999, "a vector of the index would find itself"
    np.testing.assert_allclose(two[::2, 0], two[::2, 1], atol=0.05, err_msg="halfway between two of them")
    assert np.median(two[1::2, 0]) < np.median(two[::2, 0]), "every second one is less like all of them"


def test_the_width_that_was_measured_is_kept_with_the_version(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 300, seed=1)

    def choose(index: VectorIndex, queries: np.ndarray, k: int, least: float) -> None:
        assert (len(queries), k, least) == (256, 20, 0.995)
        index.search_with(48)

    monkeypatch.setattr("indexer.vector_index.gate.choose_width", choose)
    opened = versions.open(versions.refresh(bundle, kind=IndexKind.HNSW).version)
    assert opened.index.arguments["efSearch"] == 48
