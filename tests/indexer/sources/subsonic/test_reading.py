"""What servers write is understood, however they write it, and nothing they write breaks anything."""

import json
from typing import Any

import pytest

from indexer.sources.subsonic.reading import Refusal, ServerAlbum, albums_of, response_of
from sleeve.errors import SourceError
from tests.indexer.sources.subsonic.stand_in import says

RELEASE = "189002e7-3285-4e2e-92a3-7f6c30d407a2"


def read(*items: Any) -> list[ServerAlbum | None]:
    response = response_of(says({"albumList2": {"album": list(items)}})[1])
    assert not isinstance(response, Refusal)
    return albums_of(response)


def test_an_album_of_opensubsonic() -> None:
    item = {
        "id": "1",
        "name": "Blue",
        "artist": "Joni",
        "displayArtist": "Joni feat. X",
        "year": 1997,
        "originalReleaseDate": {"year": 1971, "month": 6, "day": 22},
        "genre": "Folk",
        "genres": [{"name": "Folk"}, {"name": "Singer/Songwriter"}],
        "musicBrainzId": RELEASE.upper(),
        "coverArt": "al-1_640a93a8",
    }
    assert read(item) == [
        ServerAlbum("1", "Blue", "Joni", 1971, ("Folk", "Singer/Songwriter"), RELEASE, "al-1_640a93a8")
    ]


def test_fields_that_are_empty_by_default_say_nothing() -> None:
    empty = {"genres": [], "originalReleaseDate": {}, "musicBrainzId": "", "artist": "", "year": 0, "genre": "Folk"}
    assert read({"id": "1", "name": "Blue", **empty}) == [ServerAlbum("1", "Blue", None, None, ("Folk",), None, None)]


def test_servers_of_old_write_numbers_and_a_list_of_one_as_the_one() -> None:
    [album] = albums_of({"albumList2": {"album": {"id": 12, "name": 1999, "artist": "Prince", "coverArt": 12}}})
    assert album == ServerAlbum("12", "1999", "Prince", None, (), None, "12")


@pytest.mark.parametrize("response", [{}, {"albumList2": {}}, {"albumList2": []}, {"albumList2": {"album": []}}])
def test_an_empty_list(response: dict[str, Any]) -> None:
    assert albums_of(response) == []


@pytest.mark.parametrize(
    "item", [None, 7, "album", [], {}, {"id": None}, {"id": True}, {"id": ""}, {"id": "x" * 201}, {"id": "a\nb"}]
)
def test_an_album_without_an_id_is_none(item: Any) -> None:
    assert read(item, {"id": "1"}) == [None, ServerAlbum("1", None, None, None, (), None, None)]


@pytest.mark.parametrize("value", [None, [], {}, True, [[]], {"name": 1}, -1, 10**30])
def test_fields_of_the_wrong_kind_say_nothing_that_hurts(value: Any) -> None:
    names = ("name", "artist", "displayArtist", "year", "originalReleaseDate", "genre", "genres", "musicBrainzId")
    [album] = read({"id": "1", **dict.fromkeys((*names, "coverArt"), value)})
    assert album is not None
    assert album.year is None
    assert album.release is None


def test_names_are_cut_and_made_printable() -> None:
    [album] = read({"id": "1", "name": "a\x00b\ud800" + "c" * 10_000, "genres": [{"name": str(n)} for n in range(99)]})
    assert album is not None
    assert album.title == "ab" + "c" * 498
    assert len(album.genres) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"subsonic-response": {"status": "good"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"subsonic-response": {"status": ["ok"]}}',
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError, match="does not answer as a Subsonic server should"):
        response_of(body)


def test_a_refusal() -> None:
    assert response_of(says({"error": {"code": 40, "message": "Wrong\npassword"}}, "failed")[1]) == Refusal(
        40, "Wrong password"
    )
    assert response_of(json.dumps({"subsonic-response": {"status": "failed", "error": 7}}).encode()) == Refusal(
        0, "it does not say why"
    )
