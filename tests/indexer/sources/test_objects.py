"""Covers in object storage: a real S3 server, with faults in between."""

import io
import json
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import albums, bundles
from db.database import Database
from indexer.home import Home
from indexer.images.decoding import DecodingLimits, read
from indexer.images.leased import Holder
from indexer.images.storage import Copies, located, stores, use
from indexer.jobs.add import add
from indexer.jobs.export import export_catalogue
from indexer.jobs.remove import remove
from indexer.models.embedding import embed_pending
from indexer.progress import Silent
from indexer.sources import open_source
from indexer.sources.add_report import AddReport
from indexer.sources.shards import shards
from sleeve.errors import FileRejectedError, NotFoundError, SourceError
from sleeve.settings import Settings
from sleeve.vocabulary import Outcome, Rejection
from tests.conftest import sqlite_url
from tests.factories import FakeBackbone, write_cover, write_covers
from tests.object_storage import Between, Passing, S3Server, between, environment, s3_server

pytestmark = pytest.mark.slow

PATIENCE = stores.Patience(connect_s=2, silent_s=0.5, tries=3, tries_s=2)


@pytest.fixture(scope="module")
def running() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(running: S3Server) -> S3Server:
    running.clear()
    return running


@pytest.fixture
def path(s3: S3Server) -> Iterator[Between]:
    with between(s3.port) as path, environment(path.environment, PATIENCE):
        yield path


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Home:
    return Home(Settings(home=tmp_path / "home", threads=2, _env_file=None), database)


def added(home: Home, place: object) -> AddReport:
    return add(home, Silent(), [open_source(located(str(place)), store=home.covers)])


def counts(report: AddReport) -> dict[str, int]:
    return {str(outcome): number for outcome, number in report.counts.items() if number}


def catalogue(home: Home) -> list[tuple[str, tuple[str, ...]]]:
    """File and genres of every cover."""
    with home.database.reading() as session:
        return sorted((row.cover.file, row.genres) for row in albums.rows(session))


def ids(home: Home) -> dict[str, int]:
    with home.database.reading() as session:
        return {row.cover.file: row.cover.id for row in albums.rows(session)}


def forget_copies(home: Home) -> None:
    for copy in home.objects_folder.glob("*/*"):
        copy.unlink()


def png(folder: Path, seed: int) -> bytes:
    return write_cover(folder / "drawn" / f"{seed}.png", seed).read_bytes()


def test_a_folder_is_added_once_and_then_costs_a_listing(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    write_covers(tmp_path / "covers", {"jazz": 3, "rock": 2})
    s3.put_folder(tmp_path / "covers", "music")
    s3.put("music/", b"")
    s3.put("music/empty/", b"")
    s3.put("music/list.txt", b"no cover")
    report = added(home, "s3://covers/music")
    assert counts(report) == {"added": 5}
    assert report.of_kind() == {"marks of folders in object storage": 1, ".txt files": 1}
    assert catalogue(home) == [
        *((f"s3://covers/music/jazz/00{number}.png", ("jazz",)) for number in range(3)),
        *((f"s3://covers/music/rock/00{number}.png", ("rock",)) for number in range(2)),
    ]
    assert path.objects() == 5

    path.asked.clear()
    forget_copies(home)
    assert counts(added(home, "s3://covers/music")) == {"unchanged": 5}
    assert path.objects() == 0
    assert sum(path.asked.values()) <= 3


def test_what_is_changed_renamed_swapped_or_gone_is_noticed(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    for number in range(6):
        s3.put(f"music/jazz/{number}.png", png(tmp_path, number))
    added(home, "s3://covers/music")
    before = ids(home)

    s3.put("music/jazz/0.png", png(tmp_path, 10))
    s3.copy("music/jazz/1.png", "music/soul/one.png")
    s3.delete("music/jazz/1.png")
    s3.put("music/jazz/2.png", png(tmp_path, 3))
    s3.put("music/jazz/3.png", png(tmp_path, 2))
    s3.delete("music/jazz/4.png")
    path.asked.clear()
    report = added(home, "s3://covers/music")
    assert counts(report) == {"added": 1, "unchanged": 4}
    assert path.objects() == 4
    now = {number: file for file, number in ids(home).items()}
    assert now[before["s3://covers/music/jazz/1.png"]] == "s3://covers/music/soul/one.png"
    assert now[before["s3://covers/music/jazz/2.png"]] == "s3://covers/music/jazz/3.png"
    assert now[before["s3://covers/music/jazz/3.png"]] == "s3://covers/music/jazz/2.png"

    removed = remove(home, Silent(), missing=True)
    assert (removed.albums, removed.covers) == (1, 1)
    assert "s3://covers/music/jazz/4.png" not in [file for file, _ in catalogue(home)]
    removed = remove(home, Silent(), paths=[located("s3://covers/music/jazz")])
    assert removed.covers == 4
    assert [file for file, _ in catalogue(home)] == ["s3://covers/music/soul/one.png"]


def test_nothing_counts_as_missing_while_the_storage_does_not_answer(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    s3.put("music/1.png", png(tmp_path, 1))
    added(home, "s3://covers/music")
    path.fault = _says(503)
    with pytest.raises(NotFoundError, match="nothing was removed"):
        remove(home, Silent(), missing=True)
    assert len(catalogue(home)) == 1


def test_archives_and_shards_are_read_where_they_are(home: Home, s3: S3Server, path: Between, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.png", png(tmp_path, number))
    s3.put("packed/jazz.zip", packed.getvalue())
    for shard in range(2):
        laid = io.BytesIO()
        with tarfile.open(fileobj=laid, mode="w") as tar:
            for name, data in (
                ("a.png", png(tmp_path, 10 + shard)),
                ("a.json", json.dumps({"genre": "rock", "artist": "A", "album": f"B{shard}"}).encode()),
            ):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        s3.put(f"shards/s-{shard:03}.tar", laid.getvalue())
    assert counts(added(home, "s3://covers/packed")) == {"added": 3}
    sources = [open_source(one) for one in shards(located("s3://covers/shards/s-{000..001}.tar"))]
    assert counts(add(home, Silent(), sources)) == {"added": 2}
    assert catalogue(home) == [
        *((f"s3://covers/packed/jazz.zip/{number}.png", ("jazz",)) for number in range(3)),
        *((f"s3://covers/shards/s-00{shard}.tar/a.png", ("rock",)) for shard in range(2)),
    ]
    assert path.objects() == 3
    assert counts(added(home, "s3://covers/packed")) == {"unchanged": 3}
    assert path.objects() == 3
    forget_copies(home)
    assert read(Path("s3://covers/packed/jazz.zip/1.png")) == png(tmp_path, 1)
    with pytest.raises(FileRejectedError) as caught:
        read(Path("s3://covers/packed/jazz.zip/9.png"))
    assert caught.value.reason is Rejection.MISSING
    removed = remove(home, Silent(), missing=True)
    assert removed.covers == 0


def test_tables_in_a_bucket_and_on_a_disk_name_objects(home: Home, s3: S3Server, path: Between, tmp_path: Path) -> None:
    for number in range(4):
        s3.put(f"a b/ü{number}.png", png(tmp_path, number))
    rows = ["file,album", "ü0.png,B", "../a b/ü1.png,C", "../../x/etc.png,D", "/etc/x.png,E"]
    s3.put("a b/table.csv", "\n".join(rows).encode())
    report = added(home, "s3://covers/a b/table.csv")
    assert counts(report) == {"added": 2, "rejected": 2}
    assert {item.reason for item in report.rejected} == {Rejection.UNREADABLE}
    on_disk = tmp_path / "table.jsonl"
    said = [{"file": f"s3://covers/a b/ü{number}.png", "artist": "A", "album": f"No {number}"} for number in (2, 3)]
    said += [{"file": "s3://covers/a b/none.png", "artist": "A", "album": "None"}]
    said += [{"file": "s3://covers/a//b.png", "artist": "A", "album": "Odd"}]
    on_disk.write_text("\n".join(map(json.dumps, said)))
    report = added(home, on_disk)
    assert counts(report) == {"added": 2, "rejected": 2}
    assert [(item.path, item.reason) for item in report.rejected] == [
        ("s3://covers/a b/none.png", Rejection.MISSING),
        ("s3://covers/a//b.png", Rejection.UNREADABLE),
    ]
    path.asked.clear()
    assert counts(added(home, on_disk)) == {"unchanged": 2, "rejected": 2}
    assert path.objects() == 1, "only the missing one is asked for again"

    # An export names the objects, and adding it to an empty catalogue gives the same.
    exported = tmp_path / "out.csv"
    export_catalogue(home, Silent(), exported)
    with Database(sqlite_url(tmp_path / "other")) as database:
        other = Home(Settings(home=tmp_path / "other", _env_file=None), database)
        other.upgrade()
        assert counts(added(other, exported)) == {"added": 4}
        assert catalogue(other) == catalogue(home)


def test_an_image_folder_in_a_bucket(home: Home, s3: S3Server, path: Between, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    s3.put("set/train/1.png", png(tmp_path, 1))
    s3.put("set/train/2.png", png(tmp_path, 2))
    s3.put("set/metadata.csv", b"file_name,genre\ntrain/1.png,jazz\n")
    assert counts(added(home, "s3://covers/set")) == {"added": 2}
    assert catalogue(home) == [("s3://covers/set/train/2.png", ()), ("train/1.png", ("jazz",))]


def test_a_parquet_table_in_a_bucket(home: Home, s3: S3Server, path: Between, tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    s3.put("set/1.png", png(tmp_path, 1))
    pq.write_table(pa.table({"file": ["1.png"], "genre": ["jazz"]}), tmp_path / "t.parquet")
    s3.put("set/t.parquet", (tmp_path / "t.parquet").read_bytes())
    assert counts(added(home, "s3://covers/set/t.parquet")) == {"added": 1}
    assert catalogue(home) == [("1.png", ("jazz",))]


def test_an_object_that_is_too_large_is_not_fetched(home: Home, s3: S3Server, path: Between, tmp_path: Path) -> None:
    s3.put("music/1.png", png(tmp_path, 1) + bytes(100_000))
    with pytest.raises(FileRejectedError) as caught:
        read(Path("s3://covers/music/1.png"), DecodingLimits(max_bytes=50_000))
    assert caught.value.reason is Rejection.TOO_MANY_BYTES
    use(Copies(home.objects_folder, 50_000))
    report = added(home, "s3://covers/music")
    assert [item.reason for item in report.rejected] == [Rejection.TOO_MANY_BYTES]
    assert not list(home.objects_folder.rglob("*-*"))
    assert path.objects() == 1, "the listing says how large it is"


def test_copies_are_bounded_and_what_went_is_fetched_again(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    size = len(png(tmp_path, 0))
    for number in range(10):
        s3.put(f"music/{number}.png", png(tmp_path, number))
    use(Copies(home.objects_folder, 4 * size))
    assert counts(added(home, "s3://covers/music")) == {"added": 10}
    assert len(list(home.objects_folder.rglob("*-*"))) <= 5
    for number in range(10):
        assert read(Path(f"s3://covers/music/{number}.png")) == png(tmp_path, number)


def _says(status: int, *, times: int = 10**9) -> Callable[[Passing, str], bool]:
    left = [times]

    def fault(passing: Passing, _path: str) -> bool:
        left[0] -= 1
        if left[0] < 0:
            return False
        passing.say(status, b"<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>")
        return True

    return fault


def _every_other(fault: Callable[[Passing], None]) -> Callable[[Passing, str], bool]:
    """Each object fails once."""
    seen: set[str] = set()

    def meets(passing: Passing, path: str) -> bool:
        if path in seen or not path.endswith(".png"):
            return False
        seen.add(path)
        fault(passing)
        return True

    return meets


@pytest.mark.parametrize("trouble", ["429", "503", "cut", "silent", "reset"])
def test_a_fault_that_passes_changes_nothing(
    home: Home, s3: S3Server, path: Between, tmp_path: Path, trouble: str
) -> None:
    for number in range(4):
        s3.put(f"music/{number}.png", png(tmp_path, number))
    path.fault = _every_other(
        {
            "429": lambda passing: passing.say(429),
            "503": lambda passing: passing.say(503),
            "cut": Passing.cut,
            "silent": lambda _passing: time.sleep(3 * PATIENCE.silent_s),
            "reset": lambda passing: passing.connection.close(),
        }[trouble]
    )
    report = added(home, "s3://covers/music")
    if report.rejected:  # a body that was cut is not asked for again in the same run
        assert trouble == "cut"
        assert {item.reason for item in report.rejected} == {Rejection.NOT_FETCHED}
        report = added(home, "s3://covers/music")
    assert report.counts[Outcome.REJECTED] == 0
    assert len(catalogue(home)) == 4
    for number in range(4):
        assert read(Path(f"s3://covers/music/{number}.png")) == png(tmp_path, number)


def test_a_storage_that_stops_answering_ends_the_run_and_what_was_added_stays(
    home: Home, s3: S3Server, path: Between, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.sources.adding.BATCH_FILES", 10)
    for number in range(40):
        s3.put(f"music/{number:02}.png", png(tmp_path, number))
    fetched: list[str] = []

    def fault(passing: Passing, path: str) -> bool:
        if path.endswith(".png"):
            fetched.append(path)
        return len(fetched) > 20 and _says(503)(passing, path)

    path.fault = fault
    with pytest.raises(SourceError, match="what was added stays"):
        added(home, "s3://covers/music")
    assert len(catalogue(home)) == 20
    path.fault = None
    stores.bucket.cache_clear()  # the pause is over
    assert counts(added(home, "s3://covers/music")) == {"added": 20, "unchanged": 20}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("s3://nowhere/music", "there is no bucket s3://nowhere"),
        ("s3://covers/nothing", "does not exist"),
        ("s3://covers/a//b", "names no object"),
        ("s3://covers/../x", "names no object"),
        ("s3://", "names no object"),
    ],
)
def test_a_wrong_place_is_one_line(home: Home, path: Between, place: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        added(home, place)
    assert "\n" not in str(caught.value)


def test_wrong_credentials_are_one_line(home: Home, s3: S3Server, path: Between) -> None:
    s3.only_signed(enforced=True)
    try:
        with pytest.raises(SourceError, match=r"403|InvalidAccessKeyId|Forbidden") as caught:
            added(home, "s3://covers/music")
    finally:
        s3.only_signed(enforced=False)
    assert "\n" not in str(caught.value)
    assert "something" not in str(caught.value)


def test_a_redirect_does_not_take_the_credentials_along(home: Home, s3: S3Server, path: Between) -> None:
    with between(s3.port) as elsewhere:

        def send_on(passing: Passing, _path: str) -> bool:
            passing.say(307, headers=[("Location", f"{elsewhere.endpoint}{passing.path}"), ("Content-Length", "0")])
            return True

        path.fault = send_on
        with pytest.raises(SourceError):
            added(home, "s3://covers/nothing")
        assert elsewhere.heard
        assert all("authorization" not in headers for headers in elsewhere.heard)


def test_a_key_that_cannot_be_named_ends_only_the_listing_of_its_folder(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    s3.put("music/jazz/1.png", png(tmp_path, 1))
    s3.put("music/soul/2.png", png(tmp_path, 2))
    s3.put("music/soul//3.png", png(tmp_path, 3))
    report = added(home, "s3://covers/music")
    assert counts(report) == {"added": 1, "rejected": 1}
    [rejected] = report.rejected
    assert rejected.path == "s3://covers/music/soul"
    assert rejected.reason is Rejection.UNREADABLE_FOLDER
    assert "cannot name: music/soul//" in rejected.detail
    # Nobody knows what else is there, so nothing of it is missing.
    s3.delete("music/soul//3.png")
    assert counts(added(home, "s3://covers/music")) == {"added": 1, "unchanged": 1}
    s3.put("music/soul//3.png", b"")
    s3.delete("music/soul/2.png")
    assert remove(home, Silent(), missing=True).covers == 0


def test_a_member_that_a_table_names_changes_with_its_archive(
    home: Home, s3: S3Server, path: Between, tmp_path: Path
) -> None:
    def pack(seed: int) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("1.png", png(tmp_path, seed))
        s3.put("packed.zip", packed.getvalue())

    pack(1)
    s3.put("folder.zip/2.png", png(tmp_path, 2))
    (tmp_path / "t.csv").write_text("file\ns3://covers/packed.zip/1.png\ns3://covers/folder.zip/2.png\n")
    assert counts(added(home, tmp_path / "t.csv")) == {"added": 2}
    assert counts(added(home, tmp_path / "t.csv")) == {"unchanged": 2}
    pack(3)
    before = path.objects()
    assert counts(added(home, tmp_path / "t.csv")) == {"added": 1, "unchanged": 1}
    assert path.objects() == before + 1
    assert read(Path("s3://covers/packed.zip/1.png")) == png(tmp_path, 3)


@pytest.mark.parametrize(
    "host", [{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, {"AWS_SECRET_ACCESS_KEY": "wrong"}], ids=["cut off", "refused"]
)
def test_covers_in_a_bucket_that_this_host_cannot_see_are_left_to_others(
    home: Home, path: Between, s3: S3Server, tmp_path: Path, host: dict[str, str]
) -> None:
    write_covers(tmp_path / "covers", {"jazz": 2, "rock": 2})
    s3.put_folder(tmp_path / "covers", "music")
    write_covers(tmp_path / "here", {"pop": 3}, first_seed=40)
    for place in ("s3://covers/music", tmp_path / "here"):
        added(home, place)
    fake = FakeBackbone()
    with home.database.writing() as session:
        bundle = bundles.register(session, fake.fingerprint, name="fake", dimension=fake.dimension, manifest={})
    use(Copies(tmp_path / "objects of another host", 2**26))
    s3.only_signed(enforced="AWS_SECRET_ACCESS_KEY" in host)
    with environment({**path.environment, **host}, PATIENCE):
        here = embed_pending(home.database, fake, bundle, threads=2, holder=Holder("here", tries_again=False))
    s3.only_signed(enforced=False)
    assert (here.embedded, here.rejected, here.elsewhere) == (3, [], {"s3://covers/": 4})
    with home.database.reading() as session:
        assert albums.counts(session).rejections == {}
    stores.bucket.cache_clear()
    there = embed_pending(home.database, fake, bundle, threads=2, holder=Holder("there", tries_again=False))
    assert (there.embedded, there.rejected, there.elsewhere) == (4, [], {})
