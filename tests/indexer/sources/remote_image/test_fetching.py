"""Fetching from servers that are well and badly behaved, over real sockets."""

import gzip
import socket
import ssl
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from indexer.images.decoding import DecodingLimits
from indexer.sources.remote_image import MAX_REDIRECTS, Reach, fetch_image
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.sources.remote_image.certificates import contexts_for
from tests.indexer.sources.remote_image.server import Server, answer, near, says, serving

SMALL = DecodingLimits(max_bytes=100_000)
PICTURE = bytes(range(256)) * 10


def rejection(server: Server, path: str = "/", reach: Reach | None = None, total_time_s: float = 20) -> tuple[str, str]:
    with pytest.raises(FileRejectedError) as refusal:
        fetch_image(server.url(path), SMALL, reach=reach or near(), total_time_s=total_time_s)
    return refusal.value.reason, refusal.value.detail


@pytest.mark.parametrize(
    "reply",
    [
        answer("200 OK", PICTURE),
        answer("200 OK", PICTURE, "Connection: close"),
        answer("200 OK", b"a00\r\n" + PICTURE + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        answer("200 OK", PICTURE + b"more than announced", f"Content-Length: {len(PICTURE)}"),
        answer("200 OK", PICTURE, f"Content-Length: {len(PICTURE)}", "Content-Type: text/html"),
        answer("100 Continue", b"", "X: y") + answer("200 OK", PICTURE),
    ],
    ids=["length", "until closed", "chunked", "more than announced", "called a page", "continue first"],
)
def test_the_bytes_come_as_they_are(reply: bytes) -> None:
    with serving(says(reply)) as server:
        assert fetch_image(server.url("/a/b.jpg?size=1"), SMALL, reach=near()) == PICTURE
    [request] = server.requests
    head, *headers = request.strip().split("\r\n")
    assert head == "GET /a/b.jpg?size=1 HTTP/1.1"
    assert sorted(headers) == [
        "Accept-Encoding: identity",
        "Accept: image/*",
        "Connection: close",
        f"Host: covers.example:{server.port}",
        "User-Agent: sleeve/1",
    ]


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        (answer("404 Not Found", b"no"), Rejection.UNREACHABLE, "the answer is 404"),
        (answer("500 Oops", b"no"), Rejection.UNREACHABLE, "the answer is 500"),
        (answer("206 Partial", PICTURE), Rejection.UNREACHABLE, "the answer is 206"),
        (answer("302 Found", b""), Rejection.UNREACHABLE, "the answer is 302"),
        (answer("200 OK", b""), Rejection.EMPTY, ""),
        (answer("200 OK", b"", "Connection: close"), Rejection.EMPTY, ""),
        (answer("200 OK", PICTURE, "Content-Length: 2561"), Rejection.TRUNCATED, "2,560 of 2,561 bytes came"),
        (answer("200 OK", b"a00\r\n" + PICTURE[:9], "Transfer-Encoding: chunked"), Rejection.UNREACHABLE, "as a web"),
        (answer("200 OK", b"zz\r\n", "Transfer-Encoding: chunked"), Rejection.UNREACHABLE, "as a web server"),
        (answer("200 OK", b"", "Content-Length: 100001"), Rejection.TOO_MANY_BYTES, "over 100,000 bytes"),
        (answer("200 OK", bytes(100_001), "Connection: close"), Rejection.TOO_MANY_BYTES, "over 100,000 bytes"),
        (
            answer("200 OK", gzip.compress(bytes(10**7)), "Content-Encoding: gzip"),
            Rejection.UNREACHABLE,
            "the answer is compressed",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Rejection.UNREACHABLE, "does not answer as a web server"),
        (b"", Rejection.UNREACHABLE, "does not answer as a web server"),
        (b"HTTP/1.1 200 OK\r\nX: " + bytes(70_000) + b"\r\n\r\n", Rejection.UNREACHABLE, "as a web server"),
        (answer("200 OK", PICTURE, *["X: y"] * 150), Rejection.UNREACHABLE, "as a web server"),
    ],
)
def test_a_bad_answer_has_its_reason(reply: bytes, reason: Rejection, detail: str) -> None:
    with serving(says(reply)) as server:
        found, result = rejection(server)
    assert found is reason
    assert detail in result


def endless(connection: socket.socket, _path: str) -> None:
    connection.sendall(answer("200 OK", b"", "Connection: close"))
    while True:
        connection.sendall(bytes(2**16))


def endless_chunks(connection: socket.socket, _path: str) -> None:
    connection.sendall(answer("200 OK", b"", "Transfer-Encoding: chunked"))
    while True:
        connection.sendall(b"400\r\n" + bytes(0x400) + b"\r\n")


@pytest.mark.parametrize("speak", [endless, endless_chunks])
def test_an_endless_body_ends_at_the_limit(speak: object) -> None:
    with serving(speak) as server:  # type: ignore[arg-type]
        assert rejection(server) == (Rejection.TOO_MANY_BYTES, "over 100,000 bytes")


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX: ", answer("200 OK", b"", "Content-Length: 9000")])
def test_a_server_that_drips_ends_with_the_time(start: bytes) -> None:
    over = Event()

    def drip(connection: socket.socket, _path: str) -> None:
        connection.sendall(start)
        while not over.wait(0.02):
            connection.sendall(b"x")

    with serving(drip) as server:
        assert rejection(server, total_time_s=0.3) == (Rejection.UNREACHABLE, "not there within 0.3 s")
        over.set()


def test_redirects_are_followed_three_times_and_no_further() -> None:
    def send_on(connection: socket.socket, path: str) -> None:
        left = int(path.rpartition("/")[2])
        reply = answer("302 Found", b"", f"Location: {left - 1}") if left else answer("200 OK", PICTURE)
        connection.sendall(reply)

    with serving(send_on) as server:
        assert fetch_image(server.url(f"/hop/{MAX_REDIRECTS}"), SMALL, reach=near()) == PICTURE
        assert len(server.requests) == MAX_REDIRECTS + 1
        assert rejection(server, f"/hop/{MAX_REDIRECTS + 1}") == (Rejection.FORBIDDEN_URL, "more than 3 redirects")
        assert rejection(server, "/hop/99") == (Rejection.FORBIDDEN_URL, "more than 3 redirects")


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not on the public Internet"),
        ("//[::1]/", "::1 is not on the public Internet"),
        ("http://inside.example/", "inside.example is not on the public Internet"),
        ("file:///etc/passwd", "not an http or https URL"),
        ("http://user:secret@covers.example/", "it holds a user name or password"),
        ("http://2130706433/", "unusual spelling"),
        ("http://[/", "not a URL"),
        ("http://covers.example/\x0bx", "only printable ASCII"),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Again", "308 Moved"])
def test_a_redirect_is_judged_like_the_first_url(status: str, location: str, detail: str) -> None:
    def resolve(host: str, _left_s: float) -> list[object]:
        names = {"covers.example": "127.0.0.1", "inside.example": "10.0.0.1"}
        return [ip_address(names.get(host, host))]

    reach = Reach(resolve=resolve, allowed=near().allowed, ports=None)  # type: ignore[arg-type]
    with serving(says(answer(status, b"", f"Location: {location}", "Content-Length: 0"))) as server:
        reason, result = rejection(server, reach=reach)
    assert reason is Rejection.FORBIDDEN_URL
    assert detail in result


def test_a_name_is_looked_up_once_and_its_address_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere at the second look (DNS rebinding) is never looked at a second time."""
    looks = count()

    def rebinding(_host: str, _left_s: float) -> list[object]:
        return [ip_address("127.0.0.1" if next(looks) == 0 else "10.0.0.1")]

    connected: list[object] = []
    connect = socket.create_connection

    def watched(address: tuple[str, int], *arguments: object) -> socket.socket:
        connected.append(address)
        return connect(address, *arguments)  # type: ignore[arg-type]

    with serving(says(answer("200 OK", PICTURE))) as server:
        monkeypatch.setattr(socket, "create_connection", watched)
        reach = Reach(resolve=rebinding, allowed=near().allowed, ports=None)  # type: ignore[arg-type]
        assert fetch_image(server.url(), SMALL, reach=reach) == PICTURE
        assert connected == [("127.0.0.1", server.port)]
        assert next(looks) == 1
        refused = pytest.raises(FileRejectedError, match="not on the public Internet")
        with refused:
            fetch_image(server.url(), SMALL, reach=reach)
        assert len(connected) == 1


def test_an_address_that_does_not_answer_gives_way_to_the_next() -> None:
    with serving(says(answer("200 OK", PICTURE))) as server:
        reach = Reach(
            resolve=lambda _host, _left_s: [ip_address("::1"), ip_address("127.0.0.1")],
            allowed=lambda _address: True,
            ports=None,
        )
        assert fetch_image(server.url(), SMALL, reach=reach) == PICTURE


def test_a_certificate_must_be_trusted_and_of_the_host(tmp_path: Path) -> None:
    serving_tls, trusting = contexts_for("covers.example", tmp_path)
    with serving(says(answer("200 OK", PICTURE)), serving_tls) as server:
        url = server.url(scheme="https")
        assert fetch_image(url, SMALL, reach=near(tls=trusting)) == PICTURE
        for other, reach in (
            (server.url(scheme="https", host="other.example"), near(tls=trusting)),
            (server.url(scheme="https", host="127.0.0.1"), near(tls=trusting)),
            (url, near()),
            (url, near(tls=ssl.create_default_context())),
        ):
            with pytest.raises(FileRejectedError) as refusal:
                fetch_image(other, SMALL, reach=reach)
            assert refusal.value.reason is Rejection.UNREACHABLE
        assert len(server.requests) == 1
