"""The client asks as the server wants to be asked, and bounds a server that lies, stalls or sends on elsewhere."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from pydantic import SecretStr

from indexer.sources.remote_image.addresses import Address
from indexer.sources.subsonic import Client, Credentials, ServerAddress, Waits
from indexer.sources.subsonic import client as client_module
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Rejection
from tests.indexer.sources.remote_image.certificates import contexts_for
from tests.indexer.sources.remote_image.server import near
from tests.indexer.sources.subsonic.stand_in import API_KEY, PASSWORD, USER, StandIn, album, says, serving, stalls

WITH_PASSWORD = Credentials(user=USER, password=SecretStr(PASSWORD))
ELSEWHERE = {"Location": "http://169.254.169.254/latest/meta-data"}


def client_of(server: StandIn, credentials: Credentials = WITH_PASSWORD, waits: Waits | None = None) -> Client:
    return Client(ServerAddress.of(server.address), credentials, waits=waits or Waits())


def test_a_token_hides_the_password(server: StandIn) -> None:
    server.have(1)
    client = client_of(server)
    client.log_in()
    assert [found.id for page in client.albums() for found in page if found] == ["al-1"]
    forms = [form for _, form in server.asked]
    assert all(form["u"] == [USER] and "p" not in form for form in forms)
    assert len({form["s"][0] for form in forms}) == len(forms)
    assert PASSWORD not in str(forms)


def test_a_key_is_sent_without_a_user(server: StandIn) -> None:
    server.takes_keys = True
    client_of(server, Credentials(api_key=SecretStr(API_KEY))).log_in()
    [(_, form)] = server.asked
    assert form["apiKey"] == [API_KEY]
    assert not {"u", "p", "t"} & form.keys()


def test_a_key_that_is_refused_is_not_tried_in_another_way(server: StandIn) -> None:
    with pytest.raises(SourceError, match="no keys here"):
        client_of(server, Credentials(api_key=SecretStr("secret key"))).log_in()
    assert len(server.asked) == 1


def test_a_server_without_tokens_gets_the_password_in_a_private_network(server: StandIn) -> None:
    server.takes_tokens = False
    server.have(1)
    client = client_of(server)
    client.log_in()
    assert client.cover("art-1") == server.pictures["art-1"]


def test_no_server_on_the_internet_gets_the_password_without_https(server: StandIn) -> None:
    server.takes_tokens = False
    answers = iter(["127.0.0.1", "8.8.8.8", "8.8.8.8"])

    def resolve(_host: str, _left_s: float) -> Sequence[Address]:
        return [ip_address(next(answers))]

    client = client_of(server)
    client.reach = replace(client.reach, resolve=resolve)
    with pytest.raises(SourceError, match="wants the password itself, which anybody on the way could read"):
        client.log_in()
    assert len(server.asked) == 1
    assert "p" not in server.asked[0][1]


def test_through_https_only_a_trusted_certificate_will_do(tmp_path: Path) -> None:
    serving_tls, trusting = contexts_for("music.example", tmp_path)
    with serving(serving_tls) as encrypted:
        address = ServerAddress.of(f"subsonics://me@music.example:{encrypted.port}")
        client = Client(address, WITH_PASSWORD, reach=near(tls=trusting))
        client.log_in()
        assert [method for method, _ in encrypted.asked] == ["ping"]
        client.reach = near(tls=ssl.create_default_context())
        with pytest.raises(SourceError, match="certificate"):
            client.log_in()
        assert len(encrypted.asked) == 1


def test_a_wrong_password_is_refused(server: StandIn) -> None:
    with pytest.raises(SourceError, match=r"refuses: Wrong username or password \(error 40\)"):
        client_of(server, Credentials(user=USER, password=SecretStr("other"))).log_in()


@pytest.mark.parametrize("secret", [PASSWORD, PASSWORD.encode().hex()])
def test_a_server_that_repeats_the_password_is_not_quoted(server: StandIn, secret: str) -> None:
    server.faults["ping"] = lambda: says({"error": {"code": 0, "message": f"bad {secret}!"}}, "failed")
    with pytest.raises(SourceError, match="it repeats the password") as refused:
        client_of(server).log_in()
    assert secret not in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_never_follows(server: StandIn, status: int) -> None:
    server.faults["ping"] = lambda: (status, b"", ELSEWHERE)
    with pytest.raises(SourceError, match="sends on to another address, which Sleeve does not follow"):
        client_of(server).log_in()
    server.faults = {"art-1": lambda: (status, b"", ELSEWHERE)}
    with pytest.raises(FileRejectedError) as refused:
        client_of(server).cover("art-1")
    assert refused.value.reason is Rejection.FORBIDDEN_URL


def test_a_server_that_stalls_is_left(server: StandIn) -> None:
    server.faults = {"ping": stalls(5), "art-1": stalls(5)}
    client = client_of(server, waits=Waits(page_s=0.2, cover_s=0.2))
    with pytest.raises(SourceError, match=r"cannot be asked: not there within 0.2 s"):
        client.log_in()
    with pytest.raises(FileRejectedError) as refused:
        client.cover("art-1")
    assert refused.value.reason is Rejection.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ((200, b"x", {"Content-Length": str(17 * 2**20)}), "over 16,777,216 bytes"),
        ((200, b"{}", {"Content-Encoding": "gzip"}), "compressed"),
        ((404, b"<html>", {}), "does not answer as a Subsonic server should.*the status is 404"),
        ((405, b"", {}), "the status is 405"),
    ],
)
def test_other_answers_are_named(server: StandIn, answer: tuple[int, bytes, dict[str, str]], what: str) -> None:
    server.faults["ping"] = lambda: answer
    with pytest.raises(SourceError, match=what):
        client_of(server).log_in()


def test_fewer_albums_than_were_asked_for_are_not_the_end(server: StandIn) -> None:
    server.page = 3
    server.have(*range(8))
    pages = list(client_of(server).albums())
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [form["offset"] for form in server.of("getAlbumList2")] == [["0"], ["3"], ["6"], ["8"]]


def test_a_list_that_repeats_itself_ends(server: StandIn) -> None:
    server.faults["getAlbumList2"] = lambda: says({"albumList2": {"album": [album(1), album(2)]}})
    assert len(list(client_of(server).albums())) == 1


def test_a_list_without_an_end_is_refused(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ALBUMS", 1_000)
    numbers = iter(range(10**9))
    server.faults["getAlbumList2"] = lambda: says({"albumList2": {"album": [album(next(numbers)) for _ in range(500)]}})
    with pytest.raises(SourceError, match="lists more than 1,000 albums"):
        list(client_of(server).albums())
    assert len(server.asked) == 3


def test_a_server_that_goes_down_is_left_alone(server: StandIn) -> None:
    client = client_of(server)
    server.faults["getCoverArt"] = lambda: (503, b"", {})
    for _ in range(7):
        with pytest.raises(FileRejectedError):
            client.cover("art-1")
    for _ in range(2):
        with pytest.raises(SourceError, match="does not answer any more"):
            client.cover("art-1")
    assert len(server.asked) == 8


def test_covers_that_are_not_there_do_not_count_as_down(server: StandIn) -> None:
    client = client_of(server)
    for _ in range(20):
        with pytest.raises(FileRejectedError) as refused:
            client.cover("other")
        assert refused.value.reason is Rejection.NO_ART


def test_nothing_shows_the_password(server: StandIn) -> None:
    client = client_of(server, Credentials(USER, SecretStr(PASSWORD), SecretStr(API_KEY)))
    assert PASSWORD not in repr(client)
    assert API_KEY not in repr(client)
