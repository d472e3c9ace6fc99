"""Leases on both databases: no cover for two at once, none lost with a process, nothing wrong from one that is late."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from sqlalchemy import text

from db import albums, bundles, leases, vectors
from db.database import Database
from db.records import BundleRecord, HashedCover, NewVector
from indexer.images import leased
from indexer.images.leased import Holder, LeasedCovers
from indexer.models import embedding
from indexer.models.embedding import embed_pending
from indexer.progress import Silent
from indexer.sources import open_source
from indexer.sources.adding import add_source
from sleeve.vocabulary import CoverId, Rejection
from tests.factories import FakeBackbone, write_cover, write_covers


@pytest.fixture
def bundle(database: Database, tmp_path: Path) -> BundleRecord:
    """Of a catalogue with ten covers."""
    write_covers(tmp_path / "c", {"jazz": 10})
    add_source(database, open_source(tmp_path / "c"), threads=2)
    fake = FakeBackbone()
    with database.writing() as session:
        return bundles.register(session, fake.fingerprint, name="fake", dimension=fake.dimension, manifest={})


@pytest.fixture
def share(database: Database, bundle: BundleRecord) -> Callable[..., LeasedCovers]:
    def make(name: str, *, tries_again: bool = False) -> LeasedCovers:
        return LeasedCovers(database, vectors.embedding(bundle), Holder(name, tries_again), 4)

    return make


def ids(covers: list[HashedCover]) -> list[int]:
    return [cover.cover_id for cover in covers]


def expire(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE leases SET until_s = until_s - 100"))


def store(database: Database, bundle: BundleRecord, share: LeasedCovers, covers: list[HashedCover]) -> set[CoverId]:
    """Give covers a vector, as far as they are the share's own."""
    made = [NewVector(cover.cover_id, cover.content_hash, np.ones(bundle.dimension, np.float16)) for cover in covers]
    with database.writing() as session:
        ours = leases.finish(session, share.ended(covers, {}))
        vectors.store(session, bundle, [vector for vector in made if vector.cover_id in ours])
    return ours


def test_a_cover_is_leased_to_one_at_a_time(share: Callable[..., LeasedCovers]) -> None:
    with share("one") as one, share("two") as two:
        first, second = one.pages(), two.pages()
        assert [ids(next(first)), ids(next(second)), ids(next(first))] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
        assert next(second, None) is None
        with share("three") as three:
            assert next(three.pages(), None) is None


def test_what_a_process_leaves_is_free_when_it_ends(share: Callable[..., LeasedCovers]) -> None:
    with share("one") as one, share("two") as two:
        next(one.pages())
        with share("three") as three:
            assert ids(next(three.pages())) == [5, 6, 7, 8]
        assert ids(next(two.pages())) == [5, 6, 7, 8]


def test_whoever_takes_the_place_of_a_process_goes_on_with_its_covers(share: Callable[..., LeasedCovers]) -> None:
    killed = share("home")
    assert ids(next(killed.pages())) == [1, 2, 3, 4]
    with share("another") as another:
        assert ids(next(another.pages())) == [5, 6, 7, 8]
        with share("home") as again:
            assert ids(next(again.pages())) == [1, 2, 3, 4]


def test_a_lease_that_ran_out_goes_to_others_and_what_comes_late_is_dropped(
    database: Database, bundle: BundleRecord, share: Callable[..., LeasedCovers], tmp_path: Path
) -> None:
    late = share("late")
    held = next(late.pages())
    expire(database)
    with share("other") as other:
        taken = next(other.pages())
        assert taken == held
        assert store(database, bundle, late, held[:2]) == set(), "another works on them"
        assert store(database, bundle, other, taken[:2]) == {1, 2}
        assert store(database, bundle, late, held) == set()
        with database.writing() as session:
            assert leases.finish(session, late.ended([], dict.fromkeys(held))) == set(), "nor does a failure count"
        with database.reading() as session:
            assert vectors.count(session, bundle) == 2
            assert session.execute(text("SELECT holder FROM leases")).scalars().all() == ["other", "other"]


def test_a_lease_that_ran_out_and_was_given_to_nobody_still_counts(
    database: Database, bundle: BundleRecord, share: Callable[..., LeasedCovers]
) -> None:
    slow = share("slow")
    held = next(slow.pages())
    expire(database)
    assert store(database, bundle, slow, held) == {1, 2, 3, 4}


def test_what_failed_rests_until_a_person_asks_or_its_content_changes(
    database: Database, share: Callable[..., LeasedCovers], tmp_path: Path
) -> None:
    with share("one") as one:
        bad = next(one.pages())
        with database.writing() as session:
            assert leases.finish(session, one.ended([], dict.fromkeys(bad))) == {1, 2, 3, 4}
        assert [ids(page) for page in one.pages()] == [[5, 6, 7, 8], [9, 10]]
    with share("one") as one:
        assert [ids(page) for page in one.pages()] == [[5, 6, 7, 8], [9, 10]]
    write_cover(tmp_path / "c/jazz/002.png", seed=99)
    add_source(database, open_source(tmp_path / "c"), threads=1)
    with share("one") as one:
        assert [ids(page) for page in one.pages()] == [[3, 5, 6, 7], [8, 9, 10]]
    with share("two", tries_again=True) as two:
        assert [ids(page) for page in two.pages()] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_one_waits_for_what_others_work_on_and_gets_what_they_leave(
    database: Database, bundle: BundleRecord, share: Callable[..., LeasedCovers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leased, "_LOOK_EVERY_S", 0.01)
    gone = share("gone")
    pages = list(gone.pages())
    with share("one") as one, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(one.wait, Silent())
        time.sleep(0.1)
        assert not waiting.done()
        store(database, bundle, gone, pages[0])
        time.sleep(0.1)
        assert not waiting.done()
        expire(database)
        assert waiting.result(timeout=10)
        for page in one.pages():
            store(database, bundle, one, page)
        assert not one.wait(Silent())
    with database.reading() as session:
        assert vectors.count(session, bundle) == 10


@pytest.mark.slow
def test_a_lease_is_renewed_while_its_process_lives(
    share: Callable[..., LeasedCovers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 1.0)
    monkeypatch.setattr(leased, "_RENEW_EVERY_S", 0.2)
    with share("one") as one, share("two") as two:
        next(one.pages())
        time.sleep(2.0)
        assert ids(next(two.pages())) == [5, 6, 7, 8]


def test_many_at_once_embed_every_cover_once(
    database: Database, bundle: BundleRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "STORE_COVERS", 4)
    monkeypatch.setattr(embedding, "AHEAD_COVERS", 4)
    monkeypatch.setattr(embedding, "EMBED_COVERS", 4)
    write_covers(tmp_path / "more", {"rock": 90}, first_seed=1000)
    add_source(database, open_source(tmp_path / "more"), threads=2)
    seen: Counter[bytes] = Counter()
    all_at_work = Barrier(3)

    class Counting(FakeBackbone):
        def embed(self, images: np.ndarray) -> np.ndarray:
            if self.embedded == 0:
                all_at_work.wait(timeout=60)
            seen.update(image.tobytes() for image in images)
            return super().embed(images)

    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: embed_pending(database, Counting(), bundle, threads=1), range(3)))
    assert sum(report.embedded for report in reports) == sum(seen.values()) == len(seen) == 100
    assert min(report.embedded for report in reports) > 0
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM leases")) == 0


def test_bad_covers_are_recorded_once_however_many_work(
    database: Database, bundle: BundleRecord, tmp_path: Path
) -> None:
    (tmp_path / "c/jazz/003.png").unlink()
    (tmp_path / "c/jazz/004.png").write_bytes(b"no picture")
    holders = [Holder(str(number), tries_again=False) for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        reports = list(
            pool.map(lambda one: embed_pending(database, FakeBackbone(), bundle, threads=1, holder=one), holders)
        )
    found = {Path(item.path).name: item.reason for report in reports for item in report.rejected}
    assert found == {"003.png": Rejection.MISSING, "004.png": Rejection.CHANGED}
    assert sum(len(report.rejected) + report.still_rejected for report in reports) == 2, "each was tried once"
    with database.reading() as session:
        assert sum(albums.counts(session).rejections.values()) == 2


@pytest.fixture
def away(database: Database, bundle: BundleRecord, tmp_path: Path) -> Path:
    """A folder of three covers that was there when they were added."""
    write_covers(tmp_path / "mount/covers", {"rock": 3}, first_seed=500)
    add_source(database, open_source(tmp_path / "mount/covers"), threads=2)
    (tmp_path / "mount").rename(tmp_path / "aside")
    return tmp_path / "mount"


def test_covers_of_a_folder_that_this_host_does_not_have_are_left_to_others(
    database: Database, bundle: BundleRecord, away: Path
) -> None:
    here = embed_pending(database, FakeBackbone(), bundle, threads=2)
    assert (here.embedded, here.rejected, here.elsewhere) == (10, [], {f"{away}/": 3})
    with database.reading() as session:
        assert albums.counts(session).rejections == {}
        assert session.scalar(text("SELECT count(*) FROM leases")) == 0
    away.with_name("aside").rename(away)
    there = embed_pending(database, FakeBackbone(), bundle, threads=2, holder=Holder("there", tries_again=False))
    assert (there.embedded, there.elsewhere) == (3, {})


def test_a_file_that_is_gone_while_its_folder_is_there_is_missing(
    database: Database, bundle: BundleRecord, tmp_path: Path
) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "black metal.zip", "w") as archive:
        archive.write(write_cover(tmp_path / "x.png", seed=700), "x.png")
    add_source(database, open_source(tmp_path / "black metal.zip"), threads=1)
    (tmp_path / "black metal.zip").unlink()
    report = embed_pending(database, FakeBackbone(), bundle, threads=1)
    assert [(Path(item.path).name, item.reason) for item in report.rejected] == [("x.png", Rejection.MISSING)]
    assert report.elsewhere == {}
