"""The service below a path of its host, asked by a proxy that leaves the path on and by one that takes it away."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from fastapi.routing import APIRoute

from service.http.app import create_app
from service.http.protection.root_path import OWN_PATHS
from service.http.routes.web import router
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import problem
from tests.service.http.test_protection import KEY, home_with


@pytest.fixture(scope="module")
def client(
    make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    home = home_with(make_home, tmp_path_factory.mktemp("below"), SLEEVE_API_KEY=KEY)
    write_covers(home.folder / "covers", {"jazz": 2})
    home.sleeve("add", "covers")
    home.sleeve("index")
    with home.serving("--root-path", "sleeve/") as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.mark.parametrize("before", ["/sleeve", ""])
def test_every_address_leads_below_the_path(client: httpx.Client, before: str, tmp_path: Path) -> None:
    for path in ("/", "/map", "/album/1"):
        page = client.get(f"{before}{path}").text
        named = re.findall(r'(?:href|src)="([^"#]+)"', page)
        assert len(named) > 9
        assert all(name.startswith("/sleeve/") for name in named)
        assert {client.get(name.removeprefix("/sleeve" if not before else "")).status_code for name in named} == {200}
    image = write_cover(tmp_path / "new.png", seed=70 + len(before)).read_bytes()
    added = client.post(f"{before}/api/v1/albums", files={"image": ("n.png", image)}, headers={"X-API-Key": KEY})
    assert added.headers["location"] == f"/sleeve/api/v1/albums/{added.json()['id']}"
    assert client.get(added.headers["location"]).json()["id"] == added.json()["id"]
    led = client.get(f"{before}/api/v1/covers/{added.json()['covers'][0]['id']}/image")
    where = urljoin(f"/sleeve{str(led.url.path).removeprefix(before)}", led.headers["location"])
    assert where.startswith("/sleeve/api/v1/images/")
    assert client.get(where).headers["content-type"].startswith("image/")
    assert client.get(f"{before}/api/v1/openapi.json").json()["servers"] == [{"url": "/sleeve"}]


def test_the_path_itself_is_the_app(client: httpx.Client) -> None:
    assert client.get("/sleeve").text == client.get("/sleeve/").text == client.get("/").text
    for wrong in ("/sleeves", "/sleeve/sleeve/", "/sleeve//healthz", "/other/sleeve/"):
        assert problem(client.get(wrong), 404)
    for slash in ("/sleeve/map/", "/sleeve/api/v1/albums/"):
        assert "location" not in client.get(slash).headers


def test_the_same_rules_hold_below_the_path(client: httpx.Client) -> None:
    assert client.post("/sleeve/api/v1/recommend", json={"like": [1]}).status_code == 200, "a question needs no key"
    assert problem(client.patch("/sleeve/api/v1/albums/1", json={"year": 1999}), 401)
    assert client.get("/sleeve/healthz", headers={"Host": "probe.internal"}).status_code == 200
    assert problem(client.get("/sleeve/readyz", headers={"Host": "probe.internal"}), 421)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("/map", "begins as an address of the service does"),
        ("/api/v1", "begins as an address of the service does"),
        ("/a b", "SLEEVE_ROOT_PATH: must be a path such as /sleeve"),
        ('/"><script>', "SLEEVE_ROOT_PATH: must be a path such as /sleeve"),
        ("/a/../b", "SLEEVE_ROOT_PATH: must be a path such as /sleeve"),
    ],
)
def test_a_path_that_cannot_be_is_one_line(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, given: str, says: str
) -> None:
    err = make_home(tmp_path, "sqlite").sleeve("serve", "--root-path", given, code=1).stderr
    assert says in err
    assert err.count("\n") == 1


def test_how_the_service_s_own_paths_begin() -> None:
    api = {path.split("/")[1] for path in create_app(Settings()).openapi()["paths"]}
    web = {route.path.split("/")[1] for route in router.routes if isinstance(route, APIRoute)}
    assert web - {""} | api == OWN_PATHS
