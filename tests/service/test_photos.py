"""A photo of a sleeve, asked over real HTTP and on the command line: what it shows, where, and that it is not here."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from indexer.training.photographs import Photograph, photograph
from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork, bordered

GENRES = ("jazz", "rock")


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    home = make_home(tmp_path_factory.mktemp("photos"), "sqlite")
    for genre in GENRES:
        (home.folder / "covers" / genre).mkdir(parents=True)
    for seed in range(8):
        artwork(seed).save(home.folder / f"covers/{GENRES[seed % 2]}/{seed}.png")
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def client(home: CommandHome) -> Iterator[httpx.Client]:
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def _bytes(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()


def _asked(client: httpx.Client, picture: Image.Image, route: str = "similar", **params: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/{route}", params=params, files={"image": ("photo.jpg", _bytes(picture))})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _photo(seed: int) -> Photograph:
    return photograph(artwork(seed), f"{seed}", hand=False)


def _off(found: list[list[float]] | None, photo: Photograph) -> float:
    assert found is not None
    return float(np.abs(np.array(found) - photo.corners / photo.image.size).max())


def test_a_photo_is_answered_by_the_album_that_it_shows_and_where(client: httpx.Client) -> None:
    for seed in (0, 1, 2):
        photo = _photo(seed)
        found = _asked(client, photo.image, k=3)
        verdict = found["verdict"]
        assert verdict["answer"] == "found"
        assert verdict["album"]["file"].endswith(f"/{seed}.png")
        assert verdict["points"] >= 12
        assert verdict["pressings"] == []
        assert _off(found["outline"], photo) < 0.03
        assert found["neighbours"][0] == verdict["album"] | {"same_artwork": True} | {
            name: found["neighbours"][0][name] for name in ("similarity", "near_duplicate")
        }
        assert not any(other["same_artwork"] for other in found["neighbours"][1:])

        elsewhere = _asked(client, photo.image, genre=GENRES[(seed + 1) % 2])
        assert elsewhere["verdict"]["album"]["album_id"] == verdict["album"]["album_id"], "filters do not hide it"
        assert not any(other["same_artwork"] for other in elsewhere["neighbours"])


def test_a_photo_of_another_sleeve_is_not_here(client: httpx.Client) -> None:
    for seed in (100, 101):
        photo = _photo(seed)
        found = _asked(client, photo.image)
        assert (found["verdict"]["answer"], found["verdict"]["album"]) == ("absent", None)
        assert len(found["neighbours"]) == 8
        assert _off(found["outline"], photo) < 0.04, "its outline is found all the same"


def test_a_plain_cover_has_no_outline_and_a_border_makes_another_pressing(client: httpx.Client) -> None:
    found = _asked(client, artwork(3))
    assert (found["verdict"]["answer"], found["outline"]) == ("found", None)
    found = _asked(client, bordered(artwork(3)))
    assert found["verdict"]["answer"] == "pressing"
    assert found["verdict"]["album"]["file"].endswith("/3.png")
    absent = _asked(client, artwork(333))
    assert (absent["verdict"]["answer"], absent["outline"]) == ("absent", None)


def test_an_outline_may_be_given(client: httpx.Client) -> None:
    """Two sleeves in one picture: the outline says which."""
    both = Image.new("RGB", (900, 600), (120, 110, 90))
    both.paste(artwork(4, 300), (60, 150))
    both.paste(artwork(5, 300), (500, 120))
    for seed, (left, top) in ((4, (60, 150)), (5, (500, 120))):
        corners = [(left, top), (left + 300, top), (left + 300, top + 300), (left, top + 300)]
        outline = ",".join(f"{x / 900:.4f},{y / 600:.4f}" for x, y in corners)
        found = _asked(client, both, outline=outline)
        assert found["verdict"]["album"]["file"].endswith(f"/{seed}.png")
        assert np.allclose(np.array(found["outline"]), np.array(corners) / (900, 600), atol=0.02)


def test_a_wrong_outline_gets_one_line(client: httpx.Client) -> None:
    for outline in ("1,2,3", "a,b", "0,0,1,1,1,0,0,1", "0,0,0,1,1,1,1,0", "9,9,10,9,10,10,9,10", "nan,0,1,0,1,1,0,1"):
        answer = client.post(
            "/api/v1/similar", params={"outline": outline}, files={"image": ("a.jpg", _bytes(artwork(1)))}
        )
        assert answer.status_code == 422, outline
        assert "outline" in answer.json()["detail"]


def test_the_genre_of_a_photo_is_that_of_the_album_that_it_shows(client: httpx.Client) -> None:
    for seed in (2, 3):
        found = _asked(client, _photo(seed).image, "classify")
        assert found["genres"][0]["genre"] == GENRES[seed % 2]
        assert found["genres"][0]["probability"] == pytest.approx(0.99)
        assert sum(one["probability"] for one in found["genres"]) == pytest.approx(1)
        assert not found["unsure"]
        assert found["verdict"]["answer"] == "found"
    absent = _asked(client, _photo(102).image, "classify")
    assert absent["verdict"]["answer"] == "absent"
    assert absent["genres"][0]["probability"] < 0.99


def test_the_command_says_first_what_a_photo_shows(home: CommandHome) -> None:
    for seed in (0, 100):
        _photo(seed).image.save(home.folder / f"photo {seed}.png")
    said = home.sleeve("similar", "photo 0.png").stdout
    assert said.startswith("This is album 1, ")
    assert "points match" in said.splitlines()[0]
    assert "\nOutline: " in said
    assert home.sleeve("similar", "photo 100.png").stdout.startswith("Not in the catalogue")
    document = home.json("similar", "photo 0.png")
    assert document["verdict"]["album"]["album_id"] == 1
    outline = ",".join(str(number) for corner in document["outline"] for number in corner)
    assert home.json("similar", "photo 0.png", "--outline", outline)["verdict"]["answer"] == "found"
    assert "eight numbers" in home.sleeve("similar", "photo 0.png", "--outline", "1,2", code=2).stderr.replace(
        "\n", " "
    )
    assert home.json("similar", "--album", 1)["verdict"] is None
