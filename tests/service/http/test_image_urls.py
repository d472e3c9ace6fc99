"""Queries by URL: off by default, and when on, only to the public Internet."""

from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import anyio
import httpx
import pytest

from indexer.sources.remote_image import Reach, fetch_image
from indexer.sources.remote_image.addresses import Address
from service.http.questions import AT_ONCE, ImageUrls
from service.http.room import Room
from sleeve.errors import FileRejectedError
from tests.command_home import CommandHome
from tests.indexer.sources.remote_image.server import Server, answer, says, serving
from tests.service.http.test_http import problem
from tests.service.http.test_protection import home_with

ROUTES = ("/api/v1/similar", "/api/v1/classify")


@pytest.fixture(scope="module", params=["off", "on"])
def service(
    request: pytest.FixtureRequest,
    make_home: Callable[[Path, str], CommandHome],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, httpx.Client]]:
    settings = {"SLEEVE_IMAGE_URLS": "1"} if request.param == "on" else {}
    home = home_with(make_home, tmp_path_factory.mktemp("urls"), **settings)
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        yield request.param, client


@pytest.fixture(scope="module")
def inside() -> Iterator[Server]:
    with serving(says(answer("200 OK", b"inside"))) as server:
        yield server


@pytest.mark.parametrize("route", ROUTES)
def test_urls_are_off_until_turned_on_and_never_lead_inside(
    service: tuple[str, httpx.Client], inside: Server, route: str
) -> None:
    state, client = service
    for url, why in (
        (inside.url(host="127.0.0.1"), f"port {inside.port}"),
        ("http://127.0.0.1/", "127.0.0.1 is not on the public Internet"),
        ("http://169.254.169.254/latest/meta-data", "not on the public Internet"),
        ("file:///etc/passwd", "not an http or https URL"),
        (f"http://localhost:{client.base_url.port}/healthz", f"port {client.base_url.port}"),
    ):
        result = problem(client.post(route, json={"image_url": url}), 422)
        expected = why if state == "on" else "set SLEEVE_IMAGE_URLS=1"
        assert expected in result
    assert inside.requests == []


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "body",
    [
        {"image_url": ""},
        {"image_url": "http://x.example/" + "a" * 2000},
        {"image_url": 5},
        {"image_url": "http://x.example/", "album_id": 1},
    ],
)
def test_a_malformed_query_is_refused(service: tuple[str, httpx.Client], route: str, body: object) -> None:
    assert problem(service[1].post(route, json=body), 422)


async def _asked(urls: ImageUrls, url: str) -> None:
    async with urls.image(url, Room()) as image:
        assert image == b"image"


def test_whether_a_name_exists_inside_is_not_said() -> None:
    def resolve(host: str, _left_s: float) -> list[Address]:
        if host == "nowhere.example":
            raise OSError("no such host")
        return [ip_address("10.0.0.1")]

    def said(host: str) -> str:
        urls = ImageUrls(partial(fetch_image, reach=Reach(resolve=resolve)))
        with pytest.raises(FileRejectedError) as refusal:
            anyio.run(_asked, urls, f"http://{host}/")
        return str(refusal.value)

    expected = "URL without an image: {} is not on the public Internet, or does not answer as a web server should"
    assert said("inside.example") == expected.format("inside.example")
    assert said("nowhere.example") == expected.format("nowhere.example")


def test_few_are_fetched_at_once() -> None:
    from threading import Lock

    lock, now, most = Lock(), 0, 0

    def fetch(_url: str) -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        anyio.from_thread.run(anyio.sleep, 0.01)
        with lock:
            now -= 1
        return b"image"

    async def ask() -> None:
        urls = ImageUrls(fetch)
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(_asked, urls, "https://covers.example/")

    anyio.run(ask)
    assert most == AT_ONCE


def test_what_was_fetched_and_finds_no_room_keeps_the_next_from_being_fetched() -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return b"image"

    async def ask() -> None:
        urls, room = ImageUrls(fetch), Room(most_bytes=5)

        async def asked(number: int) -> None:
            async with urls.image(f"https://covers.example/{number}", room):
                pass

        async with room.taken(5), anyio.create_task_group() as group:
            for number in range(2 * AT_ONCE):
                group.start_soon(asked, number)
            await anyio.wait_all_tasks_blocked()
            while len(fetched) < AT_ONCE:
                await anyio.sleep(0.01)
            await anyio.wait_all_tasks_blocked()
            assert len(fetched) == AT_ONCE
            group.cancel_scope.cancel()

    anyio.run(ask)
