"""Other pressings over real HTTP, on both engines: linked as they are uploaded, shown, left out of taste and vote."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from indexer.artwork import LEAST_SIMILARITY
from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork, bordered, cropped, squeezed, stickered, turned

NEAR = 0.9
"""The similarity from which an image's neighbour was called a near-duplicate, if no calibration was fitted."""

UNLIKE = 0.8
"""The similarity of these borders' vectors to those of the pictures inside is lower: only links show it."""


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
    found: list[dict[str, Any]] = client.get(f"/api/v1/albums/{album_id}/same-artwork").json()["neighbours"]
    assert client.get(f"/api/v1/albums/{album_id}/near-duplicates").json()["neighbours"] == found, "the old name"
    return found


def similar(client: httpx.Client, query: dict[str, Any]) -> dict[int, bool]:
    found = client.post("/api/v1/similar?k=20", json=query).json()["neighbours"]
    assert all(album["near_duplicate"] == album["same_artwork"] for album in found)
    return {album["album_id"]: album["same_artwork"] for album in found}


def encoded(picture: Image.Image, kind: str = "JPEG") -> bytes:
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def asked_with(client: httpx.Client, *pictures: Image.Image, k: int = 20, **likes: Any) -> list[dict[str, Any]]:
    files = [("image", ("q.jpg", encoded(picture))) for picture in pictures]
    answer = client.post("/api/v1/similar", params={"k": k}, files=files, data=likes)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["neighbours"]
    return found


def same_artwork(found: list[dict[str, Any]]) -> set[int]:
    return {album["album_id"] for album in found if album["same_artwork"]}


def test_what_was_indexed_is_shown_as_linked(home: CommandHome, client: httpx.Client) -> None:
    one, other = (album_with(client, file) for file in ("/1.png", "1 bordered.png"))
    for album, twin in ((one, other), (other, one)):
        [found] = twins(client, album)
        assert (found["album_id"], found["same_artwork"], found["near_duplicate"]) == (twin, True, True)
        assert found["similarity"] < UNLIKE
    assert twins(client, album_with(client, "/2.png")) == []


def test_an_upload_is_linked_at_once_and_both_albums_stay(home: CommandHome, client: httpx.Client) -> None:
    original = album_with(client, "/6.png")
    before = client.get("/api/v1/status").json()["albums"]
    pressing, another = upload(client, bordered(artwork(6)), "Pressing"), upload(client, artwork(77), "Another")
    [found] = twins(client, pressing)
    assert (found["album_id"], found["same_artwork"]) == (original, True)
    assert found["similarity"] < UNLIKE
    assert [album["album_id"] for album in twins(client, original)] == [pressing]
    assert twins(client, another) == []
    assert client.get("/api/v1/status").json()["albums"] == before + 2

    near = similar(client, {"album_id": pressing})
    assert (near[original], near[another]) == (True, False)
    assert similar(client, {"like": [pressing]})[original] is True

    files = {"image": ("6.png", (home.folder / "covers/jazz/6.png").read_bytes())}
    voters = client.post("/api/v1/classify", files=files).json()["neighbours"]
    assert same_artwork(voters) == {pressing}, "it votes on a picture from elsewhere, as it is unlike enough"
    assert len(voters) > 1
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


def test_an_image_shows_the_artwork_of_its_crop_or_copy_whatever_the_similarity(
    home: CommandHome, client: httpx.Client
) -> None:
    original = album_with(client, "/6.png")
    for change in (cropped, squeezed, turned, bordered):
        found = asked_with(client, change(artwork(6)))
        assert same_artwork(found) == {original}, change
        [match] = [album for album in found if album["album_id"] == original]
        assert match["near_duplicate"] == (match["similarity"] >= NEAR), "by similarity alone, as ever"
    assert match["near_duplicate"], "a picture with a border is looked at without it"

    # Each field has the mean colour of the cover's: to the backbone the same picture, to the eye another.
    fields = artwork(6).resize((4, 4), Image.Resampling.BOX).resize((400, 400), Image.Resampling.NEAREST)
    [nearest, *_] = found = asked_with(client, fields)
    assert (nearest["album_id"], nearest["near_duplicate"]) == (original, True)
    assert nearest["similarity"] > 0.99
    assert same_artwork(found) == set()
    assert same_artwork(asked_with(client, artwork(555))) == set()


def test_what_is_linked_to_the_artwork_of_an_image_shows_it_too(home: CommandHome, client: httpx.Client) -> None:
    pair = {album_with(client, file) for file in ("/1.png", "1 bordered.png")}
    found = asked_with(client, stickered(artwork(1)))
    assert same_artwork(found) == pair
    far = bordered(bordered(artwork(1)))
    [inside] = [album for album in asked_with(client, far) if album["album_id"] == album_with(client, "/1.png")]
    assert inside["similarity"] > LEAST_SIMILARITY, "it is looked at without its borders"
    assert same_artwork(asked_with(client, far)) == pair


def test_each_image_of_several_is_compared(home: CommandHome, client: httpx.Client) -> None:
    expected = {album_with(client, file) for file in ("/4.png", "/5.png")}
    assert same_artwork(asked_with(client, cropped(artwork(4)), squeezed(artwork(5)), artwork(555))) == expected
    liked = album_with(client, "/1.png")
    with_album = asked_with(client, cropped(artwork(4)), like=[liked])
    assert same_artwork(with_album) == {album_with(client, "/4.png"), album_with(client, "1 bordered.png")}


def test_the_command_line_says_which_albums_show_the_same_artwork(home: CommandHome) -> None:
    query = home.folder / "q.jpg"
    query.write_bytes(encoded(cropped(artwork(3))))
    [match] = [album for album in home.json("similar", query)["neighbours"] if album["same_artwork"]]
    assert match["file"] == "covers/jazz/3.png"
    table = home.sleeve("similar", query).stdout.splitlines()
    table = table[[line.split()[:2] for line in table].index(["similarity", "artwork"]) :]
    assert [line.split()[1:3] for line in table if " same " in line] == [["same", str(match["album_id"])]]


def test_the_first_albums_of_an_empty_catalogue_are_linked(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        first, second = upload(client, artwork(3), "First"), upload(client, bordered(artwork(0)), "Second")
        third = upload(client, artwork(0), "Third")
        assert [album["album_id"] for album in twins(client, second)] == [third]
        assert twins(client, first) == []


def test_what_is_not_the_same_artwork_stays_so(home: CommandHome, client: httpx.Client) -> None:
    one, other = (
        upload(client, picture, title) for picture, title in ((artwork(91), "S"), (bordered(artwork(91)), "T"))
    )
    assert [album["album_id"] for album in twins(client, one)] == [other]
    assert client.delete(f"/api/v1/albums/{other}/same-artwork/{one}").status_code == 204
    assert twins(client, one) == twins(client, other) == []
    assert similar(client, {"album_id": one})[other] is False
    verdict = client.post("/api/v1/similar", files={"image": ("s.png", encoded(artwork(91), "PNG"))}).json()["verdict"]
    assert (verdict["answer"], verdict["album"]["album_id"], verdict["pressings"]) == ("found", one, [])
    assert same_artwork(asked_with(client, artwork(91))) == {one}
    assert same_artwork(asked_with(client, bordered(artwork(91)))) == {other}
    assert home.json("index")["links"] == 0
    assert twins(client, one) == []
    assert client.delete(f"/api/v1/albums/{one}/same-artwork/987654").status_code == 404
    assert client.put(f"/api/v1/albums/{one}/same-artwork/{other}").status_code == 204
    assert [album["album_id"] for album in twins(client, one)] == [other]
    assert same_artwork(asked_with(client, artwork(91))) == {one, other}


def test_pairs_are_listed_until_a_person_has_decided(client: httpx.Client) -> None:
    def pairs(*, decided: bool) -> list[tuple[list[int], bool]]:
        page = client.get("/api/v1/duplicates", params={"decided": decided, "limit": 100}).json()
        assert page["total"] == len(page["pairs"])
        assert all(pair["by_hand"] == decided for pair in page["pairs"])
        return [([album["id"] for album in pair["albums"]], pair["same"]) for pair in page["pairs"]]

    one, other = album_with(client, "/4.png"), upload(client, bordered(artwork(4)), "Second of two")
    assert one < other
    assert pairs(decided=False)[0] == ([one, other], True)
    assert client.get("/api/v1/duplicates?limit=1").json()["pairs"][0]["albums"][1]["title"] == "Second of two"
    before = len(pairs(decided=False))
    assert client.get("/api/v1/duplicates", params={"skip": before}).json()["pairs"] == []
    client.delete(f"/api/v1/albums/{other}/same-artwork/{one}")
    assert ([one, other], False) in pairs(decided=True)
    assert len(pairs(decided=False)) == before - 1
    client.put(f"/api/v1/albums/{one}/same-artwork/{other}", params={"by_hand": False})
    assert ([one, other], True) in pairs(decided=False)
    client.put(f"/api/v1/albums/{one}/same-artwork/{other}")
    assert ([one, other], True) in pairs(decided=True)
    client.delete(f"/api/v1/albums/{one}/same-artwork/{other}", params={"by_hand": False})
    assert not [pair for pair, _ in (*pairs(decided=False), *pairs(decided=True)) if other in pair]
    client.put(f"/api/v1/albums/{one}/same-artwork/{other}")
    client.post(f"/api/v1/albums/{one}/merge", json={"album_ids": [other]})
    assert not [pair for pair, _ in (*pairs(decided=False), *pairs(decided=True)) if other in pair]
