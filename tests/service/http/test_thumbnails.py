"""Covers as pictures over HTTP, and the folder that keeps them."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from db.records import CoverRecord
from service.http.thumbnails import SIZES_PX, PictureFormat, Thumbnails, size_made
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side
from tests.command_home import CommandHome
from tests.factories import write_cover


def cover_of(path: Path) -> CoverRecord:
    content_hash = ContentHash(hashlib.sha256(path.read_bytes()).hexdigest())
    return CoverRecord(CoverId(1), AlbumId(1), Side.FRONT, path.name, str(path), content_hash)


def kept_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*"))


@pytest.fixture
def shelf(tmp_path: Path) -> Thumbnails:
    return Thumbnails(tmp_path / "thumbnails", 2**20)


def test_sizes_snap_up() -> None:
    assert [size_made(size) for size in (16, 96, 97, 192, 384, 385, 768, 1000, 1537, 2048)] == [
        *(96, 96, 192, 192, 384, 768, 768, 1536, 2048, 2048)
    ]


@pytest.mark.parametrize(("kind", "name"), [(PictureFormat.WEBP, "WEBP"), (PictureFormat.JPEG, "JPEG")])
def test_a_picture_is_made_once_and_kept(shelf: Thumbnails, tmp_path: Path, kind: PictureFormat, name: str) -> None:
    cover = cover_of(write_cover(tmp_path / "a.png", seed=1, size_px=500))
    made = shelf.picture(cover, 192, kind).data
    image = Image.open(BytesIO(made))
    assert (image.format, image.size) == (name, (192, 192))
    [kept] = (tmp_path / "thumbnails").glob("*/*")
    assert kept.name == f"{cover.content_hash}-192-srgb.{kind}"
    marked = made + b"kept"
    kept.write_bytes(marked)
    assert shelf.picture(cover, 192, kind).data == marked, "not made again"
    assert shelf.picture(cover, 96, kind).data != marked
    kept.write_bytes(b"")
    assert shelf.picture(cover, 192, kind).data == made


def test_a_cover_that_is_gone_or_changed_is_not_answered_from_the_folder(shelf: Thumbnails, tmp_path: Path) -> None:
    path = write_cover(tmp_path / "a.png", seed=1)
    cover = cover_of(path)
    first = shelf.picture(cover, 96, PictureFormat.JPEG)
    assert first.is_of_content
    write_cover(path, seed=2)
    os.utime(path, (time.time() + 5, time.time() + 5))
    other = shelf.picture(cover, 96, PictureFormat.JPEG)
    assert other.data != first.data
    assert not other.is_of_content
    [kept] = (tmp_path / "thumbnails").glob("*/*")
    assert kept.read_bytes() == first.data, "what the file holds now is not kept under the old hash"
    path.unlink()
    with pytest.raises(FileRejectedError, match="missing file"):
        shelf.picture(cover, 96, PictureFormat.JPEG)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    folder = tmp_path / "thumbnails"
    covers = [cover_of(write_cover(tmp_path / f"{seed}.png", seed, size_px=300)) for seed in range(12)]
    sizes = []
    for number, cover in enumerate(covers):
        picture = Thumbnails(folder, 2**30).picture(cover, 192, PictureFormat.JPEG).data
        sizes.append(len(picture))
        [kept] = folder.glob(f"*/{cover.content_hash}*")
        os.utime(kept, (1_000_000 + number, 1_000_000 + number))
        os.utime(cover.path, (1, 1))
    begun = folder / "ab" / f".{'ab' * 16}.part"
    own = [folder / "ab" / name for name in (".hidden", "ab.webp", f"{'ab' * 32}.jpeg")]
    begun.parent.mkdir(exist_ok=True)
    for file in (begun, *own):
        file.write_bytes(b"x")
        os.utime(file, (1, 1))
    bound = sum(sizes) * 2 // 3
    last = cover_of(write_cover(tmp_path / "last.png", 99, size_px=300))
    Thumbnails(folder, bound).picture(last, 192, PictureFormat.JPEG)
    left = [cover for cover in (*covers, last) if list(folder.glob(f"*/{cover.content_hash}*"))]
    assert left == [*covers, last][-len(left) :], "the newest stay"
    total = sum(path.stat().st_size for path in folder.glob("*/*") if path not in own)
    assert 0.8 * bound - max(sizes) < total <= 0.8 * bound
    assert not begun.exists()
    assert [file.read_bytes() for file in own] == [b"x"] * len(own), "what was not made here stays"


def test_threads_and_processes_do_not_disturb_each_other(tmp_path: Path) -> None:
    covers = [cover_of(write_cover(tmp_path / f"{seed}.png", seed)) for seed in range(6)]
    shelves = [Thumbnails(tmp_path / "thumbnails", 2_000) for _ in range(3)]

    def look(number: int) -> bytes:
        return shelves[number % 3].picture(covers[number % 6], 96, PictureFormat.JPEG).data

    with ThreadPoolExecutor(8) as threads:
        pictures = list(threads.map(look, range(240)))
    assert {len(set(pictures[start::6])) for start in range(6)} == {1}
    assert not [name for name in kept_in(tmp_path / "thumbnails") if name.startswith(".")]


def test_a_folder_that_cannot_be_written_keeps_nothing_and_answers(tmp_path: Path) -> None:
    (tmp_path / "thumbnails").write_bytes(b"a file")
    cover = cover_of(write_cover(tmp_path / "a.png", seed=1))
    shelf = Thumbnails(tmp_path / "thumbnails", 2**20)
    assert Image.open(BytesIO(shelf.picture(cover, 96, PictureFormat.WEBP).data)).size == (64, 64)


@pytest.fixture(scope="module")
def client(
    make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    home = make_home(tmp_path_factory.mktemp("pictures"), "sqlite")
    write_cover(home.folder / "covers/jazz/a.png", seed=3, size_px=900)
    home.sleeve("add", "covers")
    with (
        home.serving("--workers", 2) as address,
        httpx.Client(base_url=address, timeout=30, follow_redirects=True) as client,
    ):
        yield client


PICTURE = "/api/v1/covers/1/image"


@pytest.mark.parametrize(
    ("query", "accept", "kind", "side_px"),
    [
        ("", "image/avif,image/webp,*/*", "webp", 384),
        ("", "*/*", "jpeg", 384),
        ("?size=100", "image/webp", "webp", 192),
        ("?size=100&format=jpeg", "image/webp", "jpeg", 192),
        ("?size=768&format=webp", "text/html", "webp", 768),
        ("?size=2000", "*/*", "jpeg", 900),
    ],
)
def test_the_format_follows_what_is_asked(
    client: httpx.Client, query: str, accept: str, kind: str, side_px: int
) -> None:
    answer = client.get(PICTURE + query, headers={"Accept": accept})
    assert answer.headers["content-type"] == f"image/{kind}"
    assert answer.headers["vary"] == "Accept"
    image = Image.open(BytesIO(answer.content))
    assert (str(image.format).lower(), max(image.size)) == (kind, side_px)


def test_a_picture_that_the_client_has_is_not_sent_again(client: httpx.Client) -> None:
    tags = {client.get(f"{PICTURE}?size={size}&format=webp").headers["etag"] for size in SIZES_PX}
    assert len(tags) == len(SIZES_PX)
    tag = client.get(f"{PICTURE}?size=90&format=webp").headers["etag"]
    assert tag in tags
    for known in (tag, f'W/{tag}, "x"', f'"x", {tag}'):
        again = client.get(f"{PICTURE}?size=96&format=webp", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = client.get(f"{PICTURE}?size=96&format=jpeg", headers={"If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize("query", ["?size=15", "?size=2049", "?size=x", "?format=png", "?format=../../x"])
def test_other_sizes_and_formats_are_refused(client: httpx.Client, query: str) -> None:
    assert client.get(PICTURE + query).status_code == 422
