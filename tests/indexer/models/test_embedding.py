import shutil
from pathlib import Path

import numpy as np
import pytest

from db import albums, bundles, vectors
from db.database import Database
from db.records import BundleRecord
from indexer.models.embedding import STORE_COVERS, embed_pending
from indexer.models.preparing import fit_image
from indexer.sources import open_source
from indexer.sources.adding import add_source
from sleeve.vocabulary import Outcome, Rejection
from tests.factories import FakeBackbone, write_cover, write_covers


@pytest.fixture
def backbone() -> FakeBackbone:
    return FakeBackbone()


@pytest.fixture
def bundle(database: Database, backbone: FakeBackbone) -> BundleRecord:
    with database.writing() as session:
        return bundles.register(session, backbone.fingerprint, name="fake", dimension=backbone.dimension, manifest={})


def add_folder(database: Database, folder: Path) -> dict[Outcome, int]:
    return dict(add_source(database, open_source(folder), threads=2).counts)


def stored(database: Database, bundle: BundleRecord) -> np.ndarray:
    with database.reading() as session:
        batches = [batch.vectors for batch in vectors.stream(session, bundle)]
    return np.concatenate(batches) if batches else np.empty((0, bundle.dimension), np.float16)


def test_every_cover_gets_the_vector_of_its_own_pixels(
    database: Database, backbone: FakeBackbone, bundle: BundleRecord, tmp_path: Path
) -> None:
    paths = write_covers(tmp_path / "c", {"jazz": 40, "rock": 30})
    assert add_folder(database, tmp_path / "c") == {Outcome.ADDED: 70}
    report = embed_pending(database, backbone, bundle, threads=2)
    assert (report.embedded, report.rejected) == (70, [])
    pixels = np.stack([fit_image(path.read_bytes(), backbone) for path in sorted(paths)])
    expected = FakeBackbone().embed(pixels).astype(np.float16)
    np.testing.assert_array_equal(stored(database, bundle), expected)


def test_nothing_is_embedded_twice(
    database: Database, backbone: FakeBackbone, bundle: BundleRecord, tmp_path: Path
) -> None:
    write_covers(tmp_path / "c", {"jazz": 10})
    add_folder(database, tmp_path / "c")
    embed_pending(database, backbone, bundle, threads=2)
    write_cover(tmp_path / "c/jazz/000.png", seed=99)
    shutil.move(tmp_path / "c/jazz/001.png", tmp_path / "c/jazz/moved.png")
    write_cover(tmp_path / "c/jazz/new.png", seed=100)
    assert add_folder(database, tmp_path / "c") == {Outcome.ADDED: 2, Outcome.UNCHANGED: 9}
    embed_pending(database, backbone, bundle, threads=2)
    assert backbone.embedded == 12
    assert len(stored(database, bundle)) == 11


def test_bad_files_are_rejected_and_the_rest_goes_on(
    database: Database, backbone: FakeBackbone, bundle: BundleRecord, tmp_path: Path
) -> None:
    write_covers(tmp_path / "c", {"jazz": 6})
    (tmp_path / "c/jazz/page.jpg").write_text("<!doctype html><html><body>404</body></html>")
    (tmp_path / "c/jazz/empty.jpg").write_bytes(b"")
    report = add_source(database, open_source(tmp_path / "c"), threads=2)
    assert report.counts == {Outcome.ADDED: 6, Outcome.REJECTED: 2}
    assert {(Path(item.path).name, item.reason) for item in report.rejected} == {
        ("page.jpg", Rejection.NOT_AN_IMAGE),
        ("empty.jpg", Rejection.EMPTY),
    }
    (tmp_path / "c/jazz/000.png").unlink()
    write_cover(tmp_path / "c/jazz/001.png", seed=77)
    embedded = embed_pending(database, backbone, bundle, threads=2)
    assert embedded.embedded == 4
    assert {(Path(item.path).name, item.reason) for item in embedded.rejected} == {
        ("000.png", Rejection.MISSING),
        ("001.png", Rejection.CHANGED),
    }
    with database.reading() as session:
        assert albums.counts(session).rejections == {
            "empty file": 1,
            "file changed since it was added": 1,
            "missing file": 1,
            "not an image": 1,
        }


def test_a_vector_of_content_that_changed_meanwhile_is_dropped_and_made_again(
    database: Database, backbone: FakeBackbone, bundle: BundleRecord, tmp_path: Path
) -> None:
    write_covers(tmp_path / "c", {"jazz": 3})
    add_folder(database, tmp_path / "c")

    class Slow(FakeBackbone):
        def embed(self, images: np.ndarray) -> np.ndarray:
            if self.embedded == 0:
                write_cover(tmp_path / "c/jazz/001.png", seed=50)
                add_folder(database, tmp_path / "c")
                with database.writing() as session:
                    albums.remove(session, [albums.first_id(session)])
            return super().embed(images)

    slow = Slow()
    assert embed_pending(database, slow, bundle, threads=1).embedded == 2
    assert slow.embedded == 4, "three, one of which was gone and one another picture by then; and that picture"
    pixels = np.stack([fit_image((tmp_path / f"c/jazz/00{n}.png").read_bytes(), backbone) for n in (2, 1)])
    np.testing.assert_array_equal(stored(database, bundle), FakeBackbone().embed(pixels).astype(np.float16))


def test_what_was_stored_before_a_crash_stays(
    database: Database, backbone: FakeBackbone, bundle: BundleRecord, tmp_path: Path
) -> None:
    write_covers(tmp_path / "c", {"jazz": STORE_COVERS + 60})
    add_folder(database, tmp_path / "c")

    class Crashing(FakeBackbone):
        def embed(self, images: np.ndarray) -> np.ndarray:
            if self.embedded >= STORE_COVERS:
                raise KeyboardInterrupt
            return super().embed(images)

    with pytest.raises(KeyboardInterrupt):
        embed_pending(database, Crashing(), bundle, threads=2)
    assert len(stored(database, bundle)) == STORE_COVERS
    assert embed_pending(database, backbone, bundle, threads=2).embedded == 60
    assert backbone.embedded == 60
