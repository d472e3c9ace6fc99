"""Hostile uploads over real HTTP, each with its answer; the service answers the next question as ever."""

import asyncio
import gzip
import resource
import signal
import struct
import sys
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from service.http.protection.body_limit import BodyLimit
from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.indexer.images.decoding.pictures import chunk, encode, plain, png
from tests.service.http.test_http import problem

ROUTES = ("/api/v1/similar", "/api/v1/classify")


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    home = make_home(tmp_path_factory.mktemp("uploads"), "sqlite")
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def good(home: CommandHome) -> bytes:
    return write_cover(home.folder / "q.png", seed=7).read_bytes()


def part(data: bytes, headers: bytes = b'Content-Disposition: form-data; name="image"; filename="q.png"') -> bytes:
    return b"--x\r\n" + headers + b"\r\n\r\n" + data + b"\r\n"


def send(
    client: httpx.Client, route: str, body: bytes, kind: str = "multipart/form-data; boundary=x"
) -> httpx.Response:
    return client.post(route, content=body, headers={"content-type": kind})


def only_claims(size: tuple[int, int]) -> bytes:
    """A PNG that has a header and no pixels."""
    return png(size, 8, 2, [b""])


def long_comment() -> bytes:
    """A PNG of 8 x 8 px with a comment that is longer than Pillow reads."""
    return png((8, 8), 8, 0, [bytes(8)] * 8, chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20 + 1))))


JPEG = encode(plain(size=(64, 64)), "JPEG")
IMAGES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty file"),
    "text": (b"just some words", "not an image: text"),
    "one byte": (b"\xff", "not an image"),
    "zeros": (bytes(100_000), "not an image: only zero bytes"),
    "truncated": (encode(Image.effect_noise((200, 200), 80), "JPEG")[:4000], "truncated image"),
    "truncated after the magic": (JPEG[:4], "truncated image"),
    "large": (only_claims((10_001, 10_000)), "too many pixels"),
    "large and thin": (only_claims((100_000_001, 1)), "too many pixels"),
    "long header": (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2000) + b"IHDR" + bytes(1000), "image: PNG"),
    "tracking pixel": (encode(plain(size=(1, 1)), "PNG"), "too few pixels: 1 x 1 px"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "unsupported image format: SVG"),
    "svg behind xml": (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg/>', "SVG"),
    "html": (b"<!doctype html><html><script>alert(1)</script></html>", "not an image: HTML text"),
    "pdf": (b"%PDF-1.7\n%\xff\xff", "unsupported image format: PDF"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported image format: PostScript"),
    "zip": (b"PK\x03\x04" + bytes(100), "not an image: zip archive"),
    "gzip": (gzip.compress(JPEG), "not an image: gzip archive"),
    "imagemagick": (b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(http://127.0.0.1/)'", "not an image: text"),
    "html before a picture": (b"<html>" + JPEG, "not an image: HTML text"),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", IMAGES)
def test_what_is_no_cover_gets_its_reason(client: httpx.Client, route: str, name: str) -> None:
    data, detail = IMAGES[name]
    answer = client.post(route, files={"image": ("cover.jpg", data, "image/jpeg")})
    assert detail in problem(answer, 422)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "data",
    [
        JPEG + b"<script>alert(1)</script>",
        JPEG + b"PK\x03\x04" + bytes(50),
        b"GIF89a" + encode(plain(size=(64, 64)), "GIF")[6:] + b";/*<script>*/",
    ],
    ids=["picture and script", "picture and archive", "GIF and script"],
)
def test_a_picture_with_more_in_it_is_a_picture_and_nothing_else(client: httpx.Client, route: str, data: bytes) -> None:
    answer = client.post(route, files={"image": ("cover.html", data, "text/html")})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json()["neighbours"]) > 0


BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "no boundary": (part(b"x") + b"--x--", "multipart/form-data", 400, "boundary"),
    "another boundary": (part(b"x") + b"--x--", "multipart/form-data; boundary=y", 400, "Invalid multipart data"),
    "boundary of 1,000 characters": (b"x", f"multipart/form-data; boundary={'b' * 1000}", 400, ""),
    "nothing in it": (b"", "multipart/form-data; boundary=x", 422, "`image` holds no file"),
    "only its end": (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "`image` holds no file"),
    "no name": (
        part(b"x", b"Content-Disposition: form-data") + b"--x--",
        "multipart/form-data; boundary=x",
        400,
        '"name"',
    ),
    "no headers": (b"--x\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x", 400, ""),
    "a field and no file": (
        part(b"x", b'Content-Disposition: form-data; name="image"') + b"--x--",
        "multipart/form-data; boundary=x",
        422,
        "`image` holds no file",
    ),
    "1,000 files": (part(b"x") * 1000 + b"--x--", "multipart/form-data; boundary=x", 400, "Too many files"),
    "1,000 fields": (
        part(b"x", b'Content-Disposition: form-data; name="a"') * 1000 + b"--x--",
        "multipart/form-data; boundary=x",
        400,
        "Too many fields",
    ),
    "a field of 2 MB": (
        part(bytes(2**21), b'Content-Disposition: form-data; name="a"') + b"--x--",
        "multipart/form-data; boundary=x",
        400,
        "exceeded maximum size",
    ),
    "a part's header of 1 MB": (
        part(b"x", b'Content-Disposition: form-data; name="image"; filename="' + b"a" * 2**20 + b'"') + b"--x--",
        "multipart/form-data; boundary=x",
        400,
        "",
    ),
    "nested": (
        part(
            b'--y\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\nx\r\n--y--',
            b'Content-Disposition: form-data; name="image"; filename="a"\r\nContent-Type: multipart/mixed; boundary=y',
        )
        + b"--x--",
        "multipart/form-data; boundary=x",
        422,
        "not an image: text",
    ),
    "an archive of the form": (gzip.compress(part(b"x")), "multipart/form-data; boundary=x", 400, ""),
    "a form in the address's manner": (b"image=x", "application/x-www-form-urlencoded", 415, "multipart/form-data"),
    "a bare picture": (JPEG, "image/jpeg", 415, "multipart/form-data"),
    "JSON of 1,000 levels": (b"[" * 1_000, "application/json", 422, ""),
    "JSON of a large number": (b'{"album_id": ' + b"9" * 5_000 + b"}", "application/json", 422, ""),
    "XML": (b"<a/>", "application/xml", 415, "multipart/form-data"),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", BODIES)
def test_a_form_that_is_none_gets_a_problem(client: httpx.Client, route: str, name: str) -> None:
    body, kind, status, detail = BODIES[name]
    assert detail in problem(send(client, route, body, kind), status)


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_past_the_limit_is_refused(client: httpx.Client, route: str) -> None:
    body = part(b"\xff\xd8\xff" + bytes(65 * 2**20)) + b"--x--"
    try:
        answer = send(client, route, body)
    except httpx.TransportError:
        pass  # The service answers before all is sent, and closes.
    else:
        assert "larger than" in problem(answer, 413)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("POST", "/api/v1/similar"),
        ("POST", "/api/v1/classify"),
        ("POST", "/api/v1/classify/batch"),
        ("POST", "/api/v1/match"),
        ("POST", "/api/v1/recommend"),
        ("PATCH", "/api/v1/albums/1"),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_body_that_is_no_form_is_small(client: httpx.Client, method: str, route: str, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = client.request(method, route, content=b'{"x": "' + bytes([120]) * 2**16 + b'"}', headers=headers)
    assert "larger than 65536 bytes" in problem(answer, 413)


def test_a_name_that_a_request_made_up_is_not_repeated_in_full(client: httpx.Client) -> None:
    answer = client.post("/api/v1/recommend", json={"like": [1], "x" * 10_000: 1})
    assert len(problem(answer, 422)) < 200


@pytest.mark.parametrize(
    "name",
    ["Björk: Début.png", "封面.png", "../../etc/passwd", "a\u202egpj.exe", "C:\\covers\\a.png", "x" * 3000, "\u0000"],
)
def test_a_file_s_name_is_only_ever_repeated(client: httpx.Client, good: bytes, name: str) -> None:
    answer = client.post("/api/v1/similar", files={"image": (name, good)})
    assert answer.status_code == 200
    assert answer.json()["query"]["file"].replace("%22", '"').endswith(name.replace("\x00", "")[-4:])


def test_a_body_that_drips_is_given_up() -> None:
    sent: list[Any] = []

    async def reading(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        raise AssertionError("it never ends")

    async def drip() -> Any:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(BodyLimit(reading, max_form_bytes=10**6, max_other_bytes=10**6, max_seconds=0.1)(scope, drip, send))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b"did not arrive within 0.1 s" in sent[1]["body"]


def test_more_than_can_be_held_at_once_comes_later() -> None:
    async def slow(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def asked(limit: BodyLimit) -> Any:
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"x" * 60, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await limit({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
        return sent[0]

    async def ask() -> None:
        limit = BodyLimit(slow, max_form_bytes=100, max_other_bytes=100, max_seconds=5, max_bytes_at_once=150)
        answers = await asyncio.gather(*(asked(limit) for _ in range(3)))
        assert sorted(answer["status"] for answer in answers) == [200, 200, 503]
        [refused] = [dict(answer["headers"]) for answer in answers if answer["status"] == 503]
        assert refused[b"retry-after"] == b"5"
        assert (await asked(limit))["status"] == 200, "what was held is given back"

    asyncio.run(ask())


def test_a_body_that_has_arrived_may_be_answered_for_as_long_as_it_takes() -> None:
    seen: list[Any] = []
    messages = [{"type": "http.request", "body": b"x", "more_body": False}, {"type": "http.disconnect"}]

    async def answering(_scope: Any, receive: Any, _send: Any) -> None:
        seen.append(await receive())
        await asyncio.sleep(0.1)
        seen.append(await receive())

    async def receive() -> Any:
        return messages[len(seen)]

    async def send(_message: Any) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(BodyLimit(answering, max_form_bytes=10, max_other_bytes=10, max_seconds=0.05)(scope, receive, send))
    assert seen == messages


def test_afterwards_it_answers_as_ever(client: httpx.Client, good: bytes) -> None:
    answer = client.post("/api/v1/similar", files={"image": ("q.png", BytesIO(good))})
    assert len(answer.json()["neighbours"]) == 4


@pytest.mark.slow
def test_questions_with_images_leave_threads_for_all_others(client: httpx.Client) -> None:
    picture = BytesIO()
    Image.new("L", (2500, 2500), 90).save(picture, "PNG")
    asked = 100
    answered: list[int] = []

    def ask(_number: int) -> None:
        answer = client.post("/api/v1/similar", files={"image": ("large.png", picture.getvalue())})
        answered.append(answer.status_code)

    limits = httpx.Limits(max_connections=asked)
    with (
        httpx.Client(base_url=client.base_url, timeout=300, limits=limits) as client,
        ThreadPoolExecutor(asked) as pool,
    ):
        questions = [pool.submit(ask, number) for number in range(asked)]
        while not answered:
            time.sleep(0.01)
        with httpx.Client(base_url=client.base_url, timeout=300) as other:
            assert other.get("/healthz").status_code == 200
            assert other.get("/api/v1/albums").status_code == 200
        before = len(answered)
        for question in questions:
            question.result()
    assert answered == [200] * asked
    assert before < asked // 2, "the others did not wait for all images that came before them"


def test_a_comment_that_is_longer_than_is_read_costs_nothing(client: httpx.Client) -> None:
    for route in ROUTES:
        assert client.post(route, files={"image": ("q.png", long_comment())}).status_code == 200


def test_a_form_for_which_there_is_no_room_is_not_called_wrong(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    """The service may write no file past 1 MiB, as if the temporary folder were full; forms of less stay in memory."""
    if sys.platform != "linux":
        pytest.skip("limits another process")
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 2})
    home.sleeve("add", "covers")
    home.sleeve("index")
    process = home.start("serve", "--port", 0)
    assert process.stderr is not None
    try:
        with httpx.Client(base_url=process.stderr.readline().split()[2], timeout=60) as client:
            assert client.get("/readyz").status_code == 200
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2**20, 2**20))
            for route in (*ROUTES, "/api/v1/albums"):
                answer = client.post(route, files={"image": ("q.png", bytes(3 * 2**20))})
                assert "no room" in problem(answer, 507)
            small = write_cover(tmp_path / "q.png", seed=7).read_bytes()
            assert client.post(ROUTES[0], files={"image": ("q.png", small)}).status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
