"""Answers of the API as they are sent: compressed if the client takes that and they are large enough."""

import gzip
from collections.abc import Iterator

import httpx
import pytest

from tests.command_home import CommandHome


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, make_home: object) -> Iterator[httpx.Client]:
    assert callable(make_home)
    home: CommandHome = make_home(tmp_path_factory.mktemp("packed"), "sqlite")
    with home.serving() as address, httpx.Client(base_url=address) as client:
        yield client


def test_json_is_compressed_for_who_takes_that(client: httpx.Client) -> None:
    plain = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert int(packed.headers["content-length"]) == len(raw) < len(plain.content) / 4
    assert {plain.headers["vary"], packed.headers["vary"]} == {"Accept-Encoding"}


def test_what_is_small_or_no_json_stays_as_it_is(client: httpx.Client) -> None:
    for path in ("/api/v1/genres", "/healthz", "/metrics"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, None), path
