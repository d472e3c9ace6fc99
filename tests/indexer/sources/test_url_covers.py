"""Manifests that name images by URL, over real HTTP: fetched once, kept, and from then on like any file."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Lock

import pytest

from db import albums, fetches
from db.database import Database
from db.records import RejectedFile
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import DecodingLimits
from indexer.jobs.export import export_catalogue
from indexer.jobs.remove import remove
from indexer.progress import Silent
from indexer.sources import open_source
from indexer.sources.add_report import AddReport
from indexer.sources.adding import add_source
from indexer.sources.kept_covers import FETCHES_AT_ONCE, KeptCovers
from indexer.sources.other_files import REPEATED_ROWS
from indexer.sources.remote_image import Reach, fetch_image
from sleeve.vocabulary import Rejection, Side
from tests.command_home import CommandHome
from tests.factories import home_at
from tests.indexer.images.decoding.pictures import png
from tests.indexer.jobs.test_export import SUFFIXES, contents, empty
from tests.indexer.sources.musicbrainz.stand_in import picture
from tests.indexer.sources.remote_image.server import Server, answer, near, serving

LIMITS = DecodingLimits(max_bytes=100_000)


@pytest.fixture
def web() -> Iterator[Server]:
    """``/N.png`` is cover N, whatever follows; there is nothing else."""

    def speak(connection: socket.socket, path: str) -> None:
        name = path.split("?")[0].strip("/").removesuffix(".png")
        connection.sendall(answer("200 OK", picture(int(name), False)) if name.isdigit() else answer("404 Not Found"))

    with serving(speak) as server:
        yield server


@dataclass
class Adding:
    """``sleeve add`` of a manifest in a home."""

    database: Database
    folder: Path
    reach: Reach | None = field(default_factory=near)
    total_time_s: float = 5

    @property
    def store(self) -> CoverStore:
        return CoverStore(self.folder / "home" / "covers")

    def __call__(self, manifest: Path, *, again: bool = False) -> AddReport:
        reach = self.reach or near()
        fetch = partial(fetch_image, limits=LIMITS, reach=reach, total_time_s=self.total_time_s)
        kept = KeptCovers(self.store, fetch if self.reach else None)
        source = open_source(manifest, store=self.store)
        return add_source(self.database, source, threads=2, progress=Silent(), kept=kept, again=again)

    def kept(self) -> list[Path]:
        return sorted(path for path in (self.folder / "home").rglob("*") if path.is_file())


@pytest.fixture
def adding(database: Database, tmp_path: Path) -> Adding:
    return Adding(database, tmp_path)


def manifest_of(folder: Path, *rows: str, head: str = "file") -> Path:
    path = folder / "m.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_images_by_url_are_fetched_kept_and_known(adding: Adding, web: Server, tmp_path: Path) -> None:
    urls = [web.url(f"/{number}.png") for number in range(3)]
    path = manifest_of(
        tmp_path,
        f"{urls[0]},{urls[1]},A,One,1999,jazz",
        f"{urls[2]},,B,Two,,",
        head="file,back,artist,album,year,genre",
    )
    assert dict(adding(path).counts) == {"added": 3}
    with adding.database.reading() as session:
        found = [albums.album(session, album_id) for album_id in sorted(albums.with_cover(session))]
    assert [(a.title, a.artist, a.year, a.genres) for a in found] == [
        ("One", "A", 1999, ("jazz",)),
        ("Two", "B", None, ()),
    ]
    covers = [cover for album in found for cover in album.covers]
    assert [(cover.file, cover.side) for cover in covers] == [
        (urls[0], Side.FRONT),
        (urls[1], Side.BACK),
        (urls[2], Side.FRONT),
    ]
    assert [cover.path.read_bytes() for cover in covers] == [picture(n, False) for n in range(3)]
    assert sorted(cover.path for cover in covers) == adding.kept()
    before = contents(adding.database)
    assert dict(adding(path).counts) == {"unchanged": 3}
    adding.reach = None
    assert dict(adding(path).counts) == {"unchanged": 3}, "what is kept needs no fetching"
    assert contents(adding.database) == before
    assert len(web.requests) == 3


def test_what_the_row_says_is_followed_without_a_request(adding: Adding, web: Server, tmp_path: Path) -> None:
    url = web.url("/1.png")
    adding(manifest_of(tmp_path, f"{url},A,Nevermnd", head="file,artist,album"))
    assert dict(adding(manifest_of(tmp_path, f"{url},A,Nevermind", head="file,artist,album")).counts) == {
        "unchanged": 1
    }
    [album] = contents(adding.database)
    assert album[0] == "Nevermind"
    assert len(web.requests) == 1


def test_urls_are_off_until_turned_on(adding: Adding, web: Server, tmp_path: Path) -> None:
    adding.reach = None
    local = picture(9, False)
    (tmp_path / "9.png").write_bytes(local)
    url = web.url("/1.png")
    report = adding(manifest_of(tmp_path, url, "9.png"))
    assert dict(report.counts) == {"rejected": 1, "added": 1}
    [rejected] = report.rejected
    assert (rejected.file, str(rejected.reason)) == (url, "URL not allowed")
    assert rejected.detail == "images by URL are off; set SLEEVE_IMAGE_URLS=1 and try again"
    assert web.requests == []
    adding.reach = near()
    assert dict(adding(tmp_path / "m.csv").counts) == {"added": 1, "unchanged": 1}
    with adding.database.reading() as session:
        assert albums.counts(session).files == {"added": 1, "unchanged": 1}


def test_the_command_says_how_to_turn_them_on(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    result = home.sleeve("add", manifest_of(tmp_path, "https://covers.example/1.png"), code=1)
    assert result.stderr.splitlines() == [
        "rejected https://covers.example/1.png: URL not allowed "
        "(images by URL are off; set SLEEVE_IMAGE_URLS=1 and try again)"
    ]
    on = CommandHome(home.folder, {**home.environment, "SLEEVE_IMAGE_URLS": "1"})
    result = on.sleeve("add", manifest_of(tmp_path, "http://127.0.0.1/1.png"), code=1)
    assert "127.0.0.1 is not on the public Internet" in result.stderr


def test_a_source_without_a_store_rejects_urls(tmp_path: Path) -> None:
    [item] = open_source(manifest_of(tmp_path, "https://covers.example/1.png"))
    assert (item.path, item.detail) == ("https://covers.example/1.png", "images by URL cannot be added here")  # type: ignore[union-attr]


@pytest.mark.parametrize("url", ["ftp://covers.example/1.png", "SFTP://bucket/1.png", "file:///etc/passwd"])
def test_a_url_that_cannot_be_fetched_is_no_missing_file(tmp_path: Path, url: str) -> None:
    [item] = open_source(manifest_of(tmp_path, url))
    assert isinstance(item, RejectedFile)
    assert (item.path, item.reason, item.detail) == (url, Rejection.FORBIDDEN_URL, "not an http or https URL")


def test_bad_urls_are_a_line_each_and_stop_nothing(adding: Adding, tmp_path: Path) -> None:
    image = picture(1, False)

    def speak(connection: socket.socket, path: str) -> None:
        answers = {
            "/good.png": answer("200 OK", image),
            "/page": answer("200 OK", b"<html>no image</html>"),
            "/large": answer("200 OK", b"", "Content-Length: 100001"),
            "/endless": answer("200 OK", b"x" * 100_001, "X: y"),
            "/cut": answer("200 OK", image[:50], f"Content-Length: {len(image)}"),
            "/empty": answer("200 OK"),
            "/file": answer("302 Found", b"", "Location: file:///etc/passwd"),
            "/loop": answer("302 Found", b"", "Location: /loop"),
            "/header": answer("200 OK", png((10_001, 10_000), 8, 2, [])),
        }
        connection.sendall(answers.get(path, answer("404 Not Found")))

    with serving(speak) as server:
        base = server.url("")
        adding.reach = Reach(
            resolve=lambda host, _left_s: [ip_address("10.0.0.1" if host == "inside.example" else "127.0.0.1")],
            allowed=near().allowed,
            ports=None,
        )
        expected = {
            f"{base}/gone": "the answer is 404",
            f"{base}/page": "HTML text",
            f"{base}/large": "over 100,000 bytes",
            f"{base}/endless": "over 100,000 bytes",
            f"{base}/cut": "bytes came",
            f"{base}/empty": "",
            f"{base}/file": "not an http or https URL",
            f"{base}/loop": "more than 3 redirects",
            f"{base}/header": "10001 x 10000 px",
            "http://inside.example/": "not on the public Internet",
            "http://me:secret@x.example/": "it holds a user name or password",
            "http://2130706433/": "an unusual spelling",
            "http://x.example/ü.png": "only printable ASCII",
            "HTTPS://": "it names no host",
            "http://x.example/" + "a" * 2000: "longer than 2,000 characters",
        }
        rows = [*expected, f"{base}/good.png", f"{base}/good.png"]
        report = adding(manifest_of(tmp_path, *rows))
    assert dict(report.counts) == {"rejected": len(expected), "added": 1}
    result = {outcome.file: outcome.detail for outcome in report.rejected}
    assert report.others == {(str(tmp_path / "m.csv"), REPEATED_ROWS): 1}
    for url, detail in expected.items():
        assert detail in result.pop(url[:500]), url
    assert result == {}
    assert len(adding.kept()) == 1


def test_a_dripping_answer_is_given_up(adding: Adding, tmp_path: Path) -> None:
    def drip(connection: socket.socket, _path: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        while True:
            connection.sendall(b"x")
            if connection.recv(1) == b"":
                return

    adding.total_time_s = 0.3
    with serving(drip) as server:
        report = adding(manifest_of(tmp_path, server.url("/1.png")))
    assert [outcome.detail for outcome in report.rejected] == ["not there within 0.3 s"]
    assert adding.kept() == []


def test_a_refused_url_is_asked_again_next_time(adding: Adding, tmp_path: Path) -> None:
    answers = [answer("503 Busy"), answer("200 OK", b"<html>"), answer("200 OK", picture(1, False))]
    with serving(lambda connection, _path: connection.sendall(answers.pop(0))) as server:
        path = manifest_of(tmp_path, server.url("/1.png"))
        assert [list(adding(path).counts) for _ in range(4)] == [["rejected"], ["rejected"], ["added"], ["unchanged"]]
    with adding.database.reading() as session:
        assert albums.counts(session).rejections == {}


def test_one_image_behind_two_urls_is_kept_once_and_fetched_once(adding: Adding, web: Server, tmp_path: Path) -> None:
    path = manifest_of(tmp_path, web.url("/1.png"), web.url("/1.png?again"))
    assert dict(adding(path).counts) == {"added": 1, "unchanged": 1}
    assert len(adding.kept()) == 1
    assert dict(adding(path).counts) == {"unchanged": 2}
    assert len(adding.kept()) == 1
    assert len(web.requests) == 2
    # The second row becomes an album of its own: its bytes are had from the first.
    path = manifest_of(tmp_path, f"{web.url('/1.png')},,", f"{web.url('/1.png?again')},A,One", head="file,artist,album")
    assert dict(adding(path).counts) == {"added": 1, "unchanged": 1}
    assert [item.read_bytes() for item in adding.kept()] == [picture(1, False)] * 2
    assert len(web.requests) == 2


def test_a_cover_whose_bytes_are_gone_or_damaged_is_fetched_again(adding: Adding, web: Server, tmp_path: Path) -> None:
    path = manifest_of(tmp_path, web.url("/1.png"))
    adding(path)
    [kept] = adding.kept()
    before = contents(adding.database)
    kept.unlink()
    assert dict(adding(path).counts) == {"unchanged": 1}
    kept.write_bytes(b"scratched")
    assert dict(adding(path).counts) == {"rejected": 1}
    assert dict(adding(path).counts) == {"unchanged": 1}
    assert contents(adding.database) == before
    assert kept.read_bytes() == picture(1, False)
    assert len(web.requests) == 3


@pytest.mark.parametrize("data", [picture(9, False), b"no image"], ids=["a picture", "no image"])
def test_a_file_of_the_users_where_an_image_is_to_be_stays(
    adding: Adding, web: Server, tmp_path: Path, data: bytes
) -> None:
    url = web.url("/1.png")
    own = adding.store.path_of_url(url)
    own.parent.mkdir(parents=True)
    own.write_bytes(data)
    adding(manifest_of(tmp_path, url))
    with adding.database.reading() as session:
        every = sorted(albums.with_cover(session))
    remove(home_at(adding.folder / "home", adding.database), Silent(), every)
    assert own.read_bytes() == data
    assert web.requests == []


def test_what_a_killed_run_left_is_known_as_sleeves(adding: Adding, web: Server, tmp_path: Path) -> None:
    url = web.url("/1.png")
    left = adding.store.path_of_url(url)
    with adding.database.writing() as session:
        fetches.begin(session, [str(left)])
    with adding.database.reading() as session:
        assert albums.counts(session).rejections == {"interrupted fetch": 1}
    left.parent.mkdir(parents=True)
    left.write_bytes(picture(1, False))
    assert dict(adding(manifest_of(tmp_path, url)).counts) == {"added": 1}
    assert web.requests == []
    with adding.database.reading() as session:
        assert albums.counts(session).rejections == {}
        every = sorted(albums.with_cover(session))
    remove(home_at(adding.folder / "home", adding.database), Silent(), every)
    assert adding.kept() == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("bytes_gone", [False, True])
@pytest.mark.slow
def test_export_and_add_give_the_same_catalogue(
    adding: Adding, web: Server, tmp_path: Path, suffix: str, bytes_gone: bool
) -> None:
    rows = [f"{web.url(f'/{n}.png')},{web.url(f'/{n + 10}.png')},A,Album {n},{1990 + n},x;y,9.99" for n in range(3)]
    (tmp_path / "own.png").write_bytes(picture(50, False))
    adding(manifest_of(tmp_path, *rows, "own.png,,,,,,", head="file,back,artist,album,year,genre,price"))
    before = contents(adding.database)
    table = tmp_path / f"out{suffix}"
    export_catalogue(home_at(tmp_path, adding.database), Silent(), table)
    asked = len(web.requests)
    if bytes_gone:
        with adding.database.reading() as session:
            every = sorted(albums.with_cover(session))
        remove(home_at(adding.folder / "home", adding.database), Silent(), every)
        assert adding.kept() == []
    else:
        empty(adding.database)
    assert not adding(table, again=True).rejected
    assert contents(adding.database) == before
    assert len(web.requests) - asked == (6 if bytes_gone else 0)


def test_few_are_fetched_at_once_and_each_is_reported(database: Database, tmp_path: Path) -> None:
    lock, full, now, most = Lock(), Event(), 0, 0
    result: list[int] = []

    def fetch(url: str) -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == FETCHES_AT_ONCE:
                full.set()
        # Nobody is done before as many are under way as may be.
        assert full.wait(10)
        with lock:
            now -= 1
        return picture(int(url.rsplit("/", 1)[1]), False)

    class Counted(Silent):
        def advance(self, count: int) -> None:
            result.append(count)

    store = CoverStore(tmp_path / "home" / "covers")
    path = manifest_of(tmp_path, *(f"http://covers.example/{number}" for number in range(40)))
    source = open_source(path, store=store)
    report = add_source(database, source, threads=1, progress=Counted(), kept=KeptCovers(store, fetch))
    assert dict(report.counts) == {"added": 40}
    assert most == FETCHES_AT_ONCE
    assert result == [1] * 40 + [0]


COMMAND = """
from indexer.jobs import add
from service.cli.whole import app
from tests.command_home import CommandHome
from tests.indexer.sources.musicbrainz.stand_in import picture
from tests.indexer.sources.remote_image.server import near
add.REACH = near()
app()
"""


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(home: CommandHome, web: Server, tmp_path: Path) -> None:
    path = manifest_of(tmp_path, *(web.url(f"/{number}.png") for number in range(30)))
    environment = {**home.environment, "SLEEVE_IMAGE_URLS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}

    def start() -> "subprocess.Popen[str]":
        arguments = [sys.executable, "-c", COMMAND, "add", str(path), "--json"]
        return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)

    speak = web.speak
    with start() as killed:

        def kill_at_the_twelfth(connection: socket.socket, asked: str) -> None:
            if len(web.requests) >= 12:
                killed.kill()
            speak(connection, asked)

        web.speak = kill_at_the_twelfth
        assert killed.wait(60) == -9
    web.speak = speak
    kept = {file.name for file in (tmp_path / "home" / "covers").rglob("url-*")}
    assert 0 < len(kept) < 30
    before = len(web.requests)
    with start() as again:
        out, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    assert json.loads(out)["added"] == 30
    store = CoverStore(tmp_path / "home" / "covers")
    asked = [store.path_of_url(web.url(request.split()[1])).name for request in web.requests[before:]]
    assert len(asked) == 30 - len(kept)
    assert kept.isdisjoint(asked)
