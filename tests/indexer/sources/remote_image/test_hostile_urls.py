"""URLs that must not be followed, each with its answer; no name is looked up and nothing is connected to."""

import socket
from ipaddress import ip_address
from threading import Event

import pytest

from indexer.sources.remote_image import MAX_URL_CHARACTERS, Reach, fetch_image, is_public, system_addresses
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

PUBLIC_V4, PUBLIC_V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


def _never(host: str, _left_s: float) -> list[object]:
    raise AssertionError(f"{host} was looked up")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "only printable ASCII"),
        ("cover.jpg", "not an http or https URL"),
        ("//example.org/cover.jpg", "not an http or https URL"),
        ("file:///etc/passwd", "not an http or https URL"),
        ("gopher://example.org/_x", "not an http or https URL"),
        ("ftp://example.org/cover.jpg", "not an http or https URL"),
        ("s3://covers/cover.jpg", "not an http or https URL"),
        ("data:image/png;base64,AAAA", "not an http or https URL"),
        ("javascript:alert(1)", "not an http or https URL"),
        ("http:///cover.jpg", "it names no host"),
        ("http://?x", "it names no host"),
        ("http://user@example.org/", "user name or password"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://example.org@127.0.0.1/", "user name or password"),
        ("http://@example.org/", "user name or password"),
        ("http://example.org\\@127.0.0.1/", "only printable ASCII"),
        ("http://example.org/a b.jpg", "only printable ASCII"),
        ("http://exam\tple.org/", "only printable ASCII"),
        ("http://example.org/\r\nHost: x", "only printable ASCII"),
        (" http://example.org/", "only printable ASCII"),
        ("http://exämple.org/", "only printable ASCII"),
        ("http://ⓛocalhost/", "only printable ASCII"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:8080/", "port 8080"),
        ("http://example.org:99999/", "not a URL"),
        ("http://example.org:x/", "not a URL"),
        ("http://[::1/", "not a URL"),
        ("http://[fe80::1%25eth0]/", "it names no host"),
        ("http://ex%61mple.org/", "it names no host"),
        ("http://2130706433/", "unusual spelling"),
        ("http://017700000001/", "unusual spelling"),
        ("http://0x7f000001/", "unusual spelling"),
        ("http://0x7f.1/", "unusual spelling"),
        ("http://0177.0.0.1/", "unusual spelling"),
        ("http://127.1/", "unusual spelling"),
        ("http://127.0.0.1./", "unusual spelling"),
        ("http://1.1.1.256/", "unusual spelling"),
        ("http://example.org/" + "a" * MAX_URL_CHARACTERS, "longer than 2,000"),
    ],
)
def test_a_url_that_is_no_plain_web_address_is_refused_unseen(url: str, why: str) -> None:
    with pytest.raises(FileRejectedError) as refusal:
        fetch_image(url, reach=Reach(resolve=_never))  # type: ignore[arg-type]
    assert refusal.value.reason is Rejection.FORBIDDEN_URL
    assert why in refusal.value.detail


NOT_PUBLIC = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1", "64:ff9b::5db8:d70e"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:20::1", "2002:7f00:1::", "2002:5db8:d70e::1"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_public(ip_address(address))
    monkeypatch.setattr(socket, "create_connection", _never)
    reach = Reach(resolve=lambda _host, _left_s: [ip_address(PUBLIC_V4), ip_address(address)])
    with pytest.raises(FileRejectedError, match=r"covers\.example is not on the public Internet") as refusal:
        fetch_image("http://covers.example/", reach=reach)
    assert refusal.value.reason is Rejection.FORBIDDEN_URL


@pytest.mark.parametrize("address", [PUBLIC_V4, PUBLIC_V6, "1.1.1.1", "2a00:1450:4001:82b::200e", "172.32.0.1"])
def test_a_public_address_is_not(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://LOCALHOST/"],
)
def test_this_machine_is_refused_by_the_system_s_own_look_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", _never)
    with pytest.raises(FileRejectedError) as refusal:
        fetch_image(url)
    assert refusal.value.reason is Rejection.FORBIDDEN_URL


def test_names_without_an_address_and_slow_look_ups_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FileRejectedError, match="does not answer") as failure:
        fetch_image("http://nowhere.example/")
    assert failure.value.reason is Rejection.UNREACHABLE

    def slow(*_: object, **__: object) -> list[object]:
        never.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(TimeoutError):
        system_addresses("slow.example", 0.01)
    never.set()
