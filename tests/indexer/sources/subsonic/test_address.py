"""An address is taken apart, or refused in a line that shows no password."""

import pytest

from indexer.sources.subsonic import ServerAddress, is_server
from sleeve.errors import SourceError


@pytest.mark.parametrize(
    ("text", "name", "url", "user"),
    [
        ("subsonic://me@nas", "subsonic://nas", "http://nas/rest/ping.view", "me"),
        ("subsonics://me@nas/", "subsonics://nas", "https://nas/rest/ping.view", "me"),
        ("subsonic://me@nas:4533/music/", "subsonic://nas:4533/music", "http://nas:4533/music/rest/ping.view", "me"),
        ("SUBSONIC://a%40b.c@NAS:1", "subsonic://nas:1", "http://nas:1/rest/ping.view", "a@b.c"),
        ("subsonic://me@[::1]:4040", "subsonic://[::1]:4040", "http://[::1]:4040/rest/ping.view", "me"),
        ("subsonics://nas", "subsonics://nas", "https://nas/rest/ping.view", None),
    ],
)
def test_parts(text: str, name: str, url: str, user: str | None) -> None:
    address = ServerAddress.of(text)
    assert (address.name, address.endpoint("ping"), address.user) == (name, url, user)
    assert is_server(text)


@pytest.mark.parametrize(
    "text",
    [
        "subsonic://",
        "subsonic://me@",
        "subsonic://me@nas:x",
        "subsonic://me@nas:99999",
        "subsonic://me@nas?x=1",
        "subsonic://me@nas#x",
        "subsonic://me@2130706433",
        "subsonic://me@na s",
        "subsonic://me@[::1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(SourceError, match=r"is not the address of a music server.*write subsonics://USER@HOST"):
        ServerAddress.of(text)


@pytest.mark.parametrize("text", ["subsonic://me:s3cret@nas", "subsonic://me:@nas", "subsonic://:s3cret@nas"])
def test_a_password_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(SourceError, match="SLEEVE_SUBSONIC_PASSWORD") as refused:
        ServerAddress.of(text)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("text", ["covers", "subsonic", "subsonic:/me@nas", "https://me@nas", "s3://bucket"])
def test_paths_are_no_servers(text: str) -> None:
    assert not is_server(text)


def test_albums_of_one_server_are_told_apart_whatever_their_ids_hold() -> None:
    address = ServerAddress.of("subsonic://nas")
    assert address.album("a/b?c") == "subsonic://nas?album=a%2Fb%3Fc"
