"""Other pressings over real HTTP, on both engines: linked as they are uploaded, shown, left out of taste and vote."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork, bordered

UNLIKE = 0.8
"""The similarity of these borders' vectors to those of the pictures inside is lower: links alone can tell."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("links"), request.param)
    (home.folder / "covers/jazz").mkdir(parents=True)
    for seed in range(8):
        artwork(seed).save(home.folder / f"covers/jazz/{seed}.png")
    bordered(artwork(1)).save(home.folder / "covers/jazz/1 bordered.png")
    home.sleeve("add", "covers")
    assert home.json("index")["links"] == 1
    return home


def upload(client: httpx.Client, picture: Image.Image, title: str) -> int:
    file = BytesIO()
    picture.save(file, "PNG")
    data = {"title": title, "artist": "X", "genre": "rock"}
    made = client.post("/api/v1/albums", files={"image": ("a.png", file.getvalue())}, data=data)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def album_with(client: httpx.Client, file: str) -> int:
    albums = client.get("/api/v1/albums", params={"limit": 200}).json()["albums"]
    return int(next(album["id"] for album in albums if album["covers"][0]["file"].endswith(file)))


def twins(client: httpx.Client, album_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/albums/{album_id}/near-duplicates").json()["neighbours"]
    return found


def similar(client: httpx.Client, query: dict[str, Any]) -> dict[int, bool]:
    found = client.post("/api/v1/similar?k=20", json=query).json()["neighbours"]
    return {album["album_id"]: album["near_duplicate"] for album in found}


def test_what_was_indexed_is_shown_as_linked(home: CommandHome, client: httpx.Client) -> None:
    one, other = (album_with(client, file) for file in ("/1.png", "1 bordered.png"))
    for album, twin in ((one, other), (other, one)):
        [found] = twins(client, album)
        assert (found["album_id"], found["near_duplicate"]) == (twin, True)
        assert found["similarity"] < UNLIKE
    assert twins(client, album_with(client, "/2.png")) == []


def test_an_upload_is_linked_at_once_and_both_albums_stay(home: CommandHome, client: httpx.Client) -> None:
    original = album_with(client, "/6.png")
    before = client.get("/api/v1/status").json()["albums"]
    pressing, another = upload(client, bordered(artwork(6)), "Pressing"), upload(client, artwork(77), "Another")
    [found] = twins(client, pressing)
    assert (found["album_id"], found["near_duplicate"]) == (original, True)
    assert found["similarity"] < UNLIKE
    assert [album["album_id"] for album in twins(client, original)] == [pressing]
    assert twins(client, another) == []
    assert client.get("/api/v1/status").json()["albums"] == before + 2

    near = similar(client, {"album_id": pressing})
    assert (near[original], near[another]) == (True, False)
    assert similar(client, {"like": [pressing]})[original] is True

    files = {"image": ("6.png", (home.folder / "covers/jazz/6.png").read_bytes())}
    voters = client.post("/api/v1/classify", files=files).json()["neighbours"]
    assert pressing in {album["album_id"] for album in voters}, "to a picture alone it is a neighbour like any other"
    for album, twin in ((original, pressing), (pressing, original)):
        voters = client.post("/api/v1/classify", json={"album_id": album}).json()["neighbours"]
        assert voters
        assert twin not in {voter["album_id"] for voter in voters}

    def recommended(like: int) -> set[int]:
        found = client.post("/api/v1/recommend?k=50", json={"like": [like], "diversity": 0}).json()["recommendations"]
        return {album["album_id"] for album in found}

    assert original not in recommended(pressing)
    assert len({original, pressing} & recommended(another)) == 1, "the same artwork once"

    assert home.json("index")["links"] == 0, "nothing was left to be linked"
    [group] = [
        group for group in home.json("duplicates")["groups"] if pressing in {cover["album_id"] for cover in group}
    ]
    assert {cover["album_id"] for cover in group} == {original, pressing}
    assert client.delete(f"/api/v1/albums/{pressing}").status_code == 204
    assert twins(client, original) == []
    client.delete(f"/api/v1/albums/{another}")


def test_being_alike_is_not_being_one_artwork_but_the_same_file_is(home: CommandHome, client: httpx.Client) -> None:
    plain = (Image.new("RGB", (64, 64), colour) for colour in ((90, 90, 40), (90, 90, 40), (92, 90, 40)))
    one, same, alike = (upload(client, picture, f"Plain {number}") for number, picture in enumerate(plain))
    similarities = client.post("/api/v1/similar?k=20", json={"album_id": one}).json()["neighbours"]
    assert {found["album_id"] for found in similarities if found["similarity"] > 0.99} == {same, alike}
    assert [album["album_id"] for album in twins(client, one)] == [same]
    near = similar(client, {"album_id": one})
    assert (near[same], near[alike]) == (True, False)
    for album in (one, same, alike):
        client.delete(f"/api/v1/albums/{album}")


def test_the_first_albums_of_an_empty_catalogue_are_linked(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        first, second = upload(client, artwork(3), "First"), upload(client, bordered(artwork(0)), "Second")
        third = upload(client, artwork(0), "Third")
        assert [album["album_id"] for album in twins(client, second)] == [third]
        assert twins(client, first) == []
