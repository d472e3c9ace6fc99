"""Index versions on servers, over vectors that the test writes into the database itself."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from db import index_versions, vectors
from db.database import Database
from db.records import BundleRecord
from db.tables import Vector
from indexer.vector_index import IndexKind
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.servers.server_shelf import ServerShelf
from indexer.vector_index.versions import Drift, IndexVersions
from sleeve.errors import BusyError, NotFoundError, VectorIndexError
from tests.indexer.vector_index.test_versions import add_vectors, assert_current, bundle_of, embed_pending
from tests.vector_servers import ON_SERVERS

pytestmark = ON_SERVERS

KINDS = [IndexKind.EXACT, IndexKind.HNSW]


@pytest.fixture
def versions(database: Database, server: VectorServer, tmp_path: Path) -> IndexVersions:
    return IndexVersions(database, tmp_path / "versions", server=server)


@pytest.fixture
def bundle(database: Database) -> BundleRecord:
    return bundle_of(database)


def notes(server: VectorServer, *folders: str) -> list[bool]:
    """Whether the table of each version is there."""
    return [server.note(folder) is not None for folder in folders]


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_is_built_and_built_again_when_the_drift_is_large(
    database: Database, versions: IndexVersions, bundle: BundleRecord, kind: IndexKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerShelf, "least_drift", 40)
    add_vectors(database, bundle, 300, seed=1)
    built = versions.refresh(bundle, kind=kind)
    assert (built.rebuilt, built.added, built.version.count, built.version.kind) == (True, 300, 300, kind)
    assert built.version.recall >= 0.98
    assert_current(database, versions, bundle)
    assert versions.refresh(bundle, kind=kind).version == built.version
    add_vectors(database, bundle, 20, seed=2)
    with database.writing() as session:
        session.execute(delete(Vector).where(Vector.id.in_([5, 6, 7])))
    left = versions.refresh(bundle, kind=kind)
    assert (left.changed, left.delta, left.version) == (False, 20, built.version)
    assert versions.drift(versions.open(built.version)) == Drift(indexed=300, delta=20, tombstones=3)
    embed_pending(database, bundle)
    add_vectors(database, bundle, 20, seed=3)
    again = versions.refresh(bundle, kind=kind)
    assert (again.rebuilt, again.version.count) == (True, 340)
    assert_current(database, versions, bundle)


def test_two_versions_are_kept_and_a_rollback_goes_back_once(
    database: Database, server: VectorServer, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    names = [versions.refresh(bundle, rebuild=True).version.folder for _ in range(3)]
    assert [(version.folder, version.live) for version in versions.kept()] == [(names[2], True), (names[1], False)]
    assert notes(server, *names) == [False, True, True]
    assert versions.rollback().folder == names[1]
    assert_current(database, versions, bundle)
    with pytest.raises(NotFoundError, match="no earlier index version"):
        versions.rollback()
    fourth = versions.refresh(bundle, rebuild=True).version
    assert notes(server, *names, fourth.folder) == [False, True, False, True], "the one rolled back from is gone"
    assert versions.prune().folders == ()


@pytest.mark.parametrize("step", ["append", "finish"])
def test_what_a_crash_leaves_is_deleted_by_the_next_run(
    database: Database,
    server: VectorServer,
    versions: IndexVersions,
    bundle: BundleRecord,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    live = versions.refresh(bundle).version
    made: list[str] = []
    real = getattr(server, step)

    def crash(table: str, *arguments: object, **named: object) -> None:
        real(table, *arguments, **named)
        made.append(table)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(server, step, crash)
        with pytest.raises(KeyboardInterrupt):
            versions.refresh(bundle, rebuild=True)
    assert versions.live() == live
    assert [version.folder for version in versions.kept()] == [live.folder]
    assert notes(server, *made) == [True]
    assert versions.prune().folders == tuple(made)
    assert notes(server, *made, live.folder) == [False, True]
    with database.reading() as session:
        assert index_versions.folders(session) == {live.folder}
    assert_current(database, versions, bundle)


def test_an_index_below_its_gate_is_not_promoted(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    live = versions.refresh(bundle).version
    with monkeypatch.context() as patched:
        patched.setattr("indexer.vector_index.gate.recall_against_exact", lambda *_: 0.97)
        with pytest.raises(VectorIndexError, match=r"0\.970 of the 20 nearest.*not promoted"):
            versions.refresh(bundle, rebuild=True)
    assert versions.live() == live
    assert len(versions.prune().folders) == 1


def test_the_gate_chooses_the_width_and_the_version_remembers_it(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 600, seed=1)
    with monkeypatch.context() as patched:
        patched.setattr("indexer.vector_index.gate.choose_width", lambda index, *_: index.search_with(index.widths[-1]))
        widest = versions.refresh(bundle, kind=IndexKind.HNSW).version
    monkeypatch.setattr("indexer.vector_index.gate.ENOUGH_RECALL", 0.0)
    narrowest = versions.refresh(bundle, kind=IndexKind.HNSW, rebuild=True).version
    assert [versions.arguments(version) for version in (widest, narrowest)] == [{"ef": 512}, {"ef": 24}]


def test_a_table_that_is_gone_is_built_again_from_the_database(
    database: Database, server: VectorServer, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    gone = versions.refresh(bundle).version
    stamp, opened = versions.stamp(gone), versions.open(gone).index
    assert versions.stamp(gone) == stamp
    server.drop(gone.folder)
    assert versions.stamp(gone) != stamp
    for ask in (lambda: versions.open(gone), lambda: opened.search(np.eye(1, 16, dtype=np.float32), 3)):
        with pytest.raises(VectorIndexError, match=r"the index is not in .* any more"):
            ask()
    assert versions.refresh(bundle).rebuilt
    assert_current(database, versions, bundle)


def test_a_table_of_somebody_else_stays(
    database: Database, server: VectorServer, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    first = versions.refresh(bundle).version
    server.set_note(first.folder, "mine")
    with pytest.raises(VectorIndexError, match="its note is not one of Sleeve's"):
        versions.open(first)
    for _ in range(2):
        versions.refresh(bundle, rebuild=True)
    assert first.folder not in [version.folder for version in versions.kept()]
    assert notes(server, first.folder) == [True]
    server.drop(first.folder)


def test_a_version_of_another_bundle_is_not_opened(
    database: Database, server: VectorServer, versions: IndexVersions, bundle: BundleRecord
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    made = versions.refresh(bundle).version
    text = server.note(made.folder)
    assert text is not None
    server.set_note(made.folder, text.replace("f" * 64, "e" * 64))
    with pytest.raises(VectorIndexError, match="holds vectors of another bundle"):
        versions.open(made)


def test_one_host_at_a_time_changes_the_index(
    database: Database, versions: IndexVersions, bundle: BundleRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_vectors(database, bundle, 50, seed=1)
    versions.refresh(bundle)
    with versions._shelf.alone():
        for change in (lambda: versions.refresh(bundle), versions.prune, versions.rollback):
            with pytest.raises((BusyError, NotFoundError), match=r"another host is at work|no earlier"):
                change()
    assert not versions.refresh(bundle).changed


def test_cells_are_for_files(database: Database, versions: IndexVersions, bundle: BundleRecord) -> None:
    add_vectors(database, bundle, 50, seed=1)
    with pytest.raises(VectorIndexError, match="is exact or hnsw, not ivf"):
        versions.refresh(bundle, kind=IndexKind.IVF)
    with database.reading() as session:
        assert not index_versions.folders(session)


def test_an_empty_catalogue_has_an_empty_index(
    database: Database, versions: IndexVersions, bundle: BundleRecord
) -> None:
    refreshed = versions.refresh(bundle)
    opened = versions.open(refreshed.version)
    assert (len(opened.index), opened.newest_id, refreshed.version.recall) == (0, 0, 1.0)
    hits = opened.index.search(np.eye(2, 16, dtype=np.float32), 3)
    assert (hits.ids == -1).all()


def test_a_crowd_hides_nothing(database: Database, versions: IndexVersions, bundle: BundleRecord) -> None:
    """A thousand equal vectors, and others around them that a graph would not reach past them."""
    add_vectors(database, bundle, 2_000, seed=1)
    with database.writing() as session:
        one = session.get(Vector, 1)
        assert one is not None
        for row in session.query(Vector).where(Vector.id <= 1_000):
            row.embedding = one.embedding
    built = versions.refresh(bundle, kind=IndexKind.HNSW).version
    assert built.count == 2_000
    index = versions.open(built).index
    with database.reading() as session:
        (batch,) = vectors.stream(session, bundle)
    stored = batch.vectors.astype(np.float32)
    for k in (10, 40, 1_050):
        hits = index.search(stored[[0, 1_500]], k)
        least = -np.sort(-(stored[[0, 1_500]] @ stored.T), axis=1)[:, k - 1 : k] - 1e-5
        assert (hits.ids > 0).all()
        assert np.mean(hits.similarities >= least) >= 0.95
    assert (np.sort(index.search(stored[:1], 1_000).ids[0]) == np.arange(1, 1_001)).all()
    np.testing.assert_array_equal(index.vectors(batch.ids[::-1]), batch.vectors[::-1])
    np.testing.assert_array_equal(index.ids, batch.ids)
