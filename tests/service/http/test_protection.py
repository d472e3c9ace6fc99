"""What is in front of the routes, over real HTTP: the key, other sites, headers, request ids and the log."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from service.http.protection.changes import changes_something
from service.http.protection.rate_limit import (
    FETCHES_PER_MINUTE,
    MAX_ADDRESSES,
    READS_PER_MINUTE,
    WRITES_PER_MINUTE,
    Buckets,
    counted_as,
)
from service.http.protection.security_headers import SecurityHeaders
from sleeve.errors import SettingsError
from sleeve.settings import read_settings
from tests.command_home import CommandHome
from tests.factories import write_cover
from tests.service.http.test_http import problem

KEY = "a-key-nobody-guesses"
SETTINGS = {
    "SLEEVE_API_KEY": KEY,
    "SLEEVE_CORS_ORIGINS": "https://shop.example, https://other.example/",
    "SLEEVE_LOG_FORMAT": "json",
    "SLEEVE_HOSTS": "Covers.Shop.Example",
}


def home_with(make_home: Callable[[Path, str], CommandHome], folder: Path, **settings: str) -> CommandHome:
    home = make_home(folder, "sqlite")
    return replace(home, environment={**home.environment, **settings})


@pytest.fixture(scope="module")
def client(
    make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    home = home_with(make_home, tmp_path_factory.mktemp("protected"), **SETTINGS)
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


REBUILD = "/api/v1/index/rebuild"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"X-API-Key": "wrong"},
        {"X-API-Key": "kéy"},
        {"Cookie": f"key={KEY}"},
    ],
)
def test_a_change_without_the_key_is_refused(client: httpx.Client, headers: dict[str, str]) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client.post(REBUILD, headers=encoded)  # type: ignore[arg-type]
    assert "send it as `Authorization: Bearer KEY`" in problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY}"}, {"X-API-Key": KEY}]
)
def test_a_change_with_the_key_is_heard(client: httpx.Client, headers: dict[str, str]) -> None:
    assert "there is no index yet" in problem(client.post(REBUILD, headers=headers), 503)


@pytest.mark.parametrize(
    ("method", "path", "changes"),
    [
        *((method, "/api/v1/albums/1", False) for method in ("GET", "HEAD", "OPTIONS")),
        *(
            ("POST", f"/api/v1/{name}", False)
            for name in ("similar", "classify", "classify/batch", "match", "recommend")
        ),
        *((method, "/api/v1/albums/1", True) for method in ("PUT", "PATCH", "DELETE", "TRACE", "get", "X")),
        *(("POST", path, True) for path in ("/api/v1/albums", REBUILD, "/api/v1/similar/", "/", "/api/v1//similar")),
        *((method, "/api/v1/similar", True) for method in ("PUT", "DELETE", "post")),
    ],
)
def test_what_is_not_known_to_be_a_question_is_a_change(method: str, path: str, changes: bool) -> None:
    assert changes_something({"type": "http", "method": method, "path": path}) is changes


def test_questions_and_reading_need_no_key(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert "there is no index yet" in problem(client.get("/readyz"), 503)
    assert "there is no index yet" in problem(client.post("/api/v1/similar", json={"album_id": 1}), 503)
    assert "send multipart" in problem(client.post("/api/v1/classify"), 415)
    assert problem(client.delete("/api/v1/albums/1"), 401)
    assert problem(client.put("/api/v1/similar"), 401)


def test_other_sites_read_nothing_unless_allowed(client: httpx.Client) -> None:
    for origin, allowed in (("https://shop.example", True), ("https://other.example", True), ("https://x.org", False)):
        answer = client.get("/healthz", headers={"Origin": origin})
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        asked = client.options(
            "/api/v1/albums/1",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        assert (asked.status_code == 200) is allowed


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[::1", 403),
        ("http://127.0.0.1:1", 403),
        ("https://shop.example.evil.example", 403),
        ("https://shop.example", 503),
        ("{own}", 503),
    ],
)
def test_other_sites_change_and_ask_nothing_even_with_the_key(client: httpx.Client, origin: str, status: int) -> None:
    headers = {"Origin": origin.format(own=str(client.base_url).rstrip("/")), "X-API-Key": KEY}
    assert problem(client.post(REBUILD, headers=headers), status)
    assert problem(client.post("/api/v1/similar", json={"album_id": 1}, headers=headers), status)


@pytest.mark.parametrize(
    ("result", "status"), [("same-origin", 503), ("none", 503), ("same-site", 403), ("cross-site", 403), ("", 403)]
)
def test_a_browser_s_own_word_counts_where_a_proxy_changed_the_host(
    client: httpx.Client, result: str, status: int
) -> None:
    headers = {"Origin": "https://covers.example", "Sec-Fetch-Site": result, "X-API-Key": KEY}
    assert problem(client.post(REBUILD, headers=headers), status)


def test_a_change_that_a_browser_calls_foreign_is_refused_without_an_origin(client: httpx.Client) -> None:
    assert problem(client.post(REBUILD, headers={"Sec-Fetch-Site": "cross-site", "X-API-Key": KEY}), 403)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("app.localhost", True),
        ("[::1]:8000", True),
        ("192.168.7.20", True),
        ("covers.shop.example", True),
        ("COVERS.shop.example.:8000", True),
        ("foreign.example", False),
        ("shop.example", False),
        ("127.0.0.1.foreign.example", False),
        ("localhost.foreign.example:8000", False),
        ("localhost@foreign.example", False),
        ("foreign.example/localhost", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_only_names_of_the_service_are_answered(client: httpx.Client, host: str, known: bool) -> None:
    for method, path in (("GET", "/api/v1/albums"), ("GET", "/"), ("PATCH", "/api/v1/albums/1"), ("POST", REBUILD)):
        answer = client.request(method, path, headers={"Host": host})
        assert (answer.status_code == 421) is not known, (method, path, answer.text)
    assert client.get("/healthz", headers={"Host": host}).status_code in {200, 400}


OWN_NAME = "covers.shop.example"


@pytest.mark.parametrize(
    ("sender", "asked", "origin", "status"),
    [
        ("127.0.0.1", OWN_NAME, f"https://{OWN_NAME}", 503),
        ("127.0.0.1", f"foreign.example, {OWN_NAME}", f"https://{OWN_NAME}", 503),
        ("127.0.0.1", OWN_NAME, "https://foreign.example", 403),
        ("127.0.0.1", "foreign.example", "https://foreign.example", 421),
        ("127.0.0.1", f"{OWN_NAME}, foreign.example", f"https://{OWN_NAME}", 421),
        ("127.0.0.2", OWN_NAME, f"https://{OWN_NAME}", 403),
        ("127.0.0.2", "foreign.example", "{own}", 503),
    ],
)
def test_the_host_that_a_visitor_asked_for_is_believed_of_a_named_proxy_only(
    client: httpx.Client, sender: str, asked: str, origin: str, status: int
) -> None:
    own = str(client.base_url).rstrip("/")
    headers = {"X-Forwarded-Host": asked, "Origin": origin.format(own=own), "X-API-Key": KEY}
    with httpx.Client(base_url=own, transport=httpx.HTTPTransport(local_address=sender)) as other:
        assert problem(other.post(REBUILD, headers=headers), status)


def test_a_host_that_is_not_the_service_s_own_is_not_mended_by_a_forwarded_one(client: httpx.Client) -> None:
    assert problem(client.get("/", headers={"Host": "foreign.example", "X-Forwarded-Host": "localhost"}), 421)


def test_an_address_is_believed_of_a_named_proxy_only(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = home_with(make_home, tmp_path, SLEEVE_LOG_FORMAT="json", SLEEVE_PROXIES="127.0.0.2, 127.0.8.0/24")
    said = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9, 127.0.8.4", "X-Forwarded-Proto": "https"}
    process = home.start("serve", "--port", 0)
    assert process.stderr is not None
    address = process.stderr.readline().split()[2]
    for sender in ("127.0.0.1", "127.0.0.2", "127.0.8.77"):
        with httpx.Client(base_url=address, transport=httpx.HTTPTransport(local_address=sender)) as client:
            client.get("/healthz", headers={**said, "X-Request-ID": sender})
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    clients = {line["request_id"]: line["client"] for line in lines if line["logger"] == "service.http.requests"}
    assert clients == {"127.0.0.1": "127.0.0.1", "127.0.0.2": "203.0.113.9", "127.0.8.77": "203.0.113.9"}


@pytest.mark.parametrize("given", ["*", "proxy.example", "10.0.0.1/8", "127.0.0.1;10.0.0.1"])
def test_a_proxy_is_named_by_its_address(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLEEVE_PROXIES", given)
    with pytest.raises(SettingsError, match=r"^SLEEVE_PROXIES: must be IP addresses or networks"):
        read_settings()


@pytest.mark.slow
def test_a_forwarded_request_is_not_the_machine_itself(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = home_with(make_home, tmp_path, FORWARDED_ALLOW_IPS="*")
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        answers: list[int] = []
        # The bucket fills while it is emptied: on a slow machine it takes more requests than it holds.
        while 429 not in answers and len(answers) < 10 * WRITES_PER_MINUTE:
            forwarded = {"X-Forwarded-For": "127.0.0.1"}
            answers.append(client.delete("/api/v1/albums/1", headers=forwarded).status_code)
        assert answers.count(404) >= WRITES_PER_MINUTE
        assert answers[-1] == 429
        assert client.delete("/api/v1/albums/1").status_code == 404


def test_a_service_that_others_reach_without_a_key_says_so(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    process = home.start("serve", "--port", 0, "--host", "0.0.0.0")
    assert process.stderr is not None
    try:
        assert "set SLEEVE_API_KEY" in process.stderr.readline()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def test_every_answer_says_what_a_page_may_load(client: httpx.Client) -> None:
    for answer in (
        client.get("/healthz"),
        client.get("/nowhere"),
        client.post(REBUILD),
        client.post("/api/v1/similar?k=0"),
        client.get("/api/v1/openapi.json", headers={"Origin": "https://shop.example"}),
    ):
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["img-src"] == "'self' blob: data:"
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("shared", [True, False])
def test_other_sites_cannot_even_measure_a_cover_unless_some_may_read(shared: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("a cover")(scope, receive, send)

    headers = TestClient(SecurityHeaders(app, shared=shared)).get("/").headers
    assert headers.get("cross-origin-resource-policy") == (None if shared else "same-origin")


def test_a_request_keeps_its_id_or_gets_one(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "Order-66_a.b"}).headers["x-request-id"] == "Order-66_a.b"
    made = {client.get("/nowhere").headers["x-request-id"] for _ in range(3)}
    for wrong in ("", "a b", "x" * 65, 'a"b', "{}"):
        made.add(client.get("/healthz", headers={"X-Request-ID": wrong}).headers["x-request-id"])
    assert len(made) == 8
    assert all(len(identifier) == 32 and identifier.isalnum() for identifier in made)


def test_the_log_has_a_line_a_request_and_no_secrets(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = home_with(make_home, tmp_path, **SETTINGS)
    process = home.start("serve", "--port", 0)
    assert process.stderr is not None
    address = process.stderr.readline().split()[2]
    with httpx.Client(base_url=address, timeout=30) as client:
        text = {"text": "my secret wish"}
        client.post("/api/v1/similar?artist=hidden", json=text, headers={"X-Request-ID": "first"})
        client.get("/api/v1/albums/12?token=hidden", headers={"X-Request-ID": "second"})
        client.post(REBUILD, headers={"Authorization": f"Bearer {KEY}", "X-Request-ID": "third"})
        client.get("/secret-path", headers={"X-Request-ID": "fourth"})
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        client.get("/healthz", headers={**upgrade, "X-Request-ID": "fifth"})
        form = {"Content-Type": "multipart/form-data; boundary=x", "X-Request-ID": "sixth"}
        odd = b"--another boundary\r\n"
        client.post("/api/v1/similar", content=odd, headers=form)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    lines: list[dict[str, Any]] = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    result = {line["request_id"]: line for line in lines if line["logger"] == "service.http.requests"}
    assert {name: (line["method"], line["route"], line["status"]) for name, line in result.items()} == {
        "first": ("POST", "/api/v1/similar", 503),
        "second": ("GET", "/api/v1/albums/{album_id}", 404),
        "third": ("POST", REBUILD, 503),
        "fourth": ("GET", "other", 404),
        "fifth": ("GET", "/healthz", 200),
        "sixth": ("POST", "/api/v1/similar", 400),
    }
    assert len(lines) == len(result), "nothing else is said of them"
    assert all(line["duration_ms"] > 0 and line["client"] == "127.0.0.1" for line in result.values())
    for secret in (KEY, "hidden", "wish", "secret-path"):
        assert secret not in err


def test_who_asks_too_often_waits(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = home_with(make_home, tmp_path, SLEEVE_READS_PER_MINUTE="5", SLEEVE_WRITES_PER_MINUTE="2")
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        reads = [client.get("/api/v1/albums/1").status_code for _ in range(7)]
        assert reads == [404] * 5 + [429] * 2
        refused = client.get("/api/v1/albums/1")
        assert "wait " in problem(refused, 429)
        assert 0 < int(refused.headers["retry-after"]) <= 12
        assert client.post("/api/v1/similar", json={"album_id": 1}).status_code == 429, "asking is reading"
        assert [client.post(REBUILD).status_code for _ in range(3)] == [503, 503, 429]
        assert {client.get("/healthz").status_code for _ in range(9)} == {200}
        elsewhere = {"X-Forwarded-For": "198.51.100.7"}
        assert client.get("/api/v1/albums/1", headers=elsewhere).status_code == 404, "another address"


@pytest.mark.slow
def test_embedding_counts_for_more_than_looking_up(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = home_with(make_home, tmp_path, SLEEVE_READS_PER_MINUTE="100")
    image = write_cover(tmp_path / "q.png", seed=1).read_bytes()

    def asked(client: httpx.Client, sender: int, *, method: str = "POST", route: str, **request: Any) -> list[int]:
        """Statuses up to the first refusal, the bucket of this sender full."""
        statuses: list[int] = []
        while 429 not in statuses:
            headers = {"X-Forwarded-For": f"198.51.100.{sender}"}
            statuses.append(client.request(method, route, headers=headers, **request).status_code)
        return statuses

    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        look_up = asked(client, 1, route="/api/v1/similar", json={"album_id": 1})
        by_image = asked(client, 2, route="/api/v1/similar", files={"image": ("q.png", image)})
        batch = asked(client, 3, route="/api/v1/classify/batch", files=[("image", ("q.png", image))] * 4)
        matched = asked(client, 8, route="/api/v1/match", files=[("image", ("q.png", image))] * 4)
        albums = asked(client, 4, route="/api/v1/classify/batch", json={"album_ids": list(range(1, 25))})
        upload = asked(
            client, 5, route="/api/v1/albums", files=[("image", ("q.png", image)), ("back", ("b.png", image))]
        )
        fetched = asked(client, 6, route="/api/v1/similar", json={"image_url": "http://covers.example/1.png"})
        found = asked(client, 7, method="GET", route="/api/v1/albums?q=blue")
    assert FETCHES_PER_MINUTE < len(fetched) < 2 * FETCHES_PER_MINUTE, (
        "as many as may be fetched, in spite of the reads"
    )
    # A slow machine fills a bucket by one in 0.6 s, hence the bounds.
    assert 48 <= len(look_up) < 200
    assert 5 <= len(by_image) < len(look_up) / 3
    assert 20 <= len(found) < len(look_up) / 1.5
    assert 2 <= len(batch) <= len(by_image)
    assert 2 <= len(matched) <= len(by_image)
    assert 4 <= len(albums) < len(look_up) / 3
    assert 2 <= len(upload) <= len(by_image)


def test_a_bucket_fills_at_an_even_rate() -> None:
    buckets, a, b = Buckets(per_minute=60), {"a": 1}, {"b": 1}
    assert [buckets.wait_s(a, 100.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait_s(a, 100.25) == pytest.approx(0.75)
    assert buckets.wait_s(b, 100.25) == 0.0
    assert buckets.wait_s(a, 101.0) == 0.0
    assert buckets.wait_s(a, 101.0) == pytest.approx(1.0)
    assert [buckets.wait_s(a, 1e6) for _ in range(61)][59:] == [0.0, pytest.approx(1.0)]


def test_dear_requests_take_more_and_none_is_too_dear_for_a_full_bucket() -> None:
    buckets, a = Buckets(per_minute=60), {"a": 1}
    assert buckets.wait_s(a, 0.0, tokens=50) == 0.0
    assert buckets.wait_s(a, 0.0, tokens=20) == pytest.approx(10.0)
    assert buckets.wait_s(a, 10.0, tokens=20) == 0.0, "nothing was taken by the refused one"
    assert buckets.wait_s(a, 70.0, tokens=1000) == 0.0
    assert buckets.wait_s(a, 70.0) == pytest.approx(1.0)


def test_the_networks_of_one_site_share_ten_times_as_much() -> None:
    buckets = Buckets(per_minute=100)
    answered = [not buckets.wait_s(counted_as(f"2001:db8:7:{number:x}::1")[0], 0.0) for number in range(2_000)]
    assert answered == [True] * 1000 + [False] * 1000
    assert [not buckets.wait_s(counted_as("2001:db8:8::1")[0], 0.0) for _ in range(101)] == [True] * 100 + [False]


def test_addresses_are_forgotten_and_networks_counted_as_one() -> None:
    buckets = Buckets(per_minute=1)
    for number in range(MAX_ADDRESSES + 5):
        buckets.wait_s({str(number): 1}, 0.0)
    assert len(buckets) == MAX_ADDRESSES
    assert buckets.wait_s({"5": 1}, 0.0) > 0, "still known"
    assert buckets.wait_s({"0": 1}, 0.0) == 0.0, "forgotten"
    assert counted_as("2001:db8::1") == counted_as("2001:db8::ffff:1")
    assert counted_as("2001:db8::1") != counted_as("2001:db8:0:1::1")
    assert counted_as("::ffff:192.0.2.1") == counted_as("192.0.2.1") == ({"192.0.2.1": 1}, False)
    assert counted_as("127.0.0.1")[1]
    assert counted_as("::1")[1]
    assert counted_as("unix") == ({"": 1}, False)


def test_without_a_setting_only_this_machine_is_spared(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    import anyio

    from service.http.protection.rate_limit import RateLimit

    answered: list[int] = []

    async def inner(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def ask() -> None:
        limit = RateLimit(inner, None, None)

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        for client, count in (("127.0.0.1", READS_PER_MINUTE + 50), ("198.51.100.7", READS_PER_MINUTE + 2_000)):
            for _ in range(count):
                scope = {"type": "http", "method": "GET", "path": "/x", "client": (client, 1), "headers": []}
                await limit(scope, None, send)  # type: ignore[arg-type]

    anyio.run(ask)
    assert answered[: READS_PER_MINUTE + 50] == [200] * (READS_PER_MINUTE + 50)
    assert answered[READS_PER_MINUTE + 50 : 2 * READS_PER_MINUTE + 50] == [200] * READS_PER_MINUTE
    assert answered[-1] == 429
