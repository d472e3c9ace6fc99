"""A photo of several sleeves: each is judged, over real HTTP and on the command line; a photo of one is as before."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from indexer.outline import outside
from indexer.training.photographed_walls import Layout, WallPhotograph, photograph_several
from service.schemas.corners import outline_text
from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork
from tests.service.test_match import TITLES, make_shop, photo_of, rows_of

SHOWN = (0, 1, 2, 100, 4, 5)
"""What the photo shows: one is in no catalogue."""


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    return make_shop(make_home, tmp_path_factory.mktemp("several"), "sqlite")


@pytest.fixture(scope="module")
def client(home: CommandHome) -> Iterator[httpx.Client]:
    with home.serving() as address, httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def wall() -> WallPhotograph:
    return photograph_several([artwork(seed) for seed in SHOWN], "wall", Layout.GAPS)


def _bytes(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()


def _check(sleeves: list[dict[str, Any]], wall: WallPhotograph) -> None:
    """Six, in the order of the drawing, each where it was drawn; one is not here."""
    corners = wall.corners / wall.image.size
    for sleeve, seed, own in zip(sleeves, SHOWN, corners, strict=True):
        album = sleeve["verdict"]["album"]
        assert (album and album["title"]) == (None if seed == 100 else TITLES[seed])
        assert sleeve["verdict"]["match"] == ("not here" if seed == 100 else "same artwork")
        assert not outside(np.array(sleeve["outline"]).mean(0)[None], own)[0]
        if album:
            assert float(np.abs(np.array(sleeve["outline"]) - own).max()) < 0.02


def test_each_sleeve_gets_its_verdict(client: httpx.Client, wall: WallPhotograph) -> None:
    found = client.post("/similar", params={"k": 3}, files={"image": ("wall.jpg", _bytes(wall.image))}).json()
    _check(found["sleeves"], wall)
    assert found["verdict"] == found["sleeves"][0]["verdict"]
    assert found["outline"] == found["sleeves"][0]["outline"]
    assert found["neighbours"][0]["title"] == TITLES[0]

    third = outline_text(found["sleeves"][2]["outline"])
    only = client.post("/similar", params={"outline": third}, files={"image": ("wall.jpg", _bytes(wall.image))}).json()
    assert [one["verdict"]["album"]["title"] for one in only["sleeves"]] == [TITLES[2]]

    files = [("image", ("wall.jpg", _bytes(wall.image))), ("image", ("one.jpg", _bytes(photo_of(3))))]
    several, one = client.post("/match", files=files).json()["results"]
    _check(several["sleeves"], wall)
    assert [sleeve["cover_size_px"] for sleeve in several["sleeves"]] == [
        None if seed == 100 else [400, 400] for seed in SHOWN
    ]
    assert (several["verdict"], several["cover_size_px"]) == (several["sleeves"][0]["verdict"], [400, 400])
    assert len(one["sleeves"]) == 1
    assert one["sleeves"][0] == {name: one[name] for name in ("verdict", "outline", "cover_size_px")}
    assert one["verdict"]["album"]["title"] == TITLES[3]

    classified = client.post("/classify", files={"image": ("wall.jpg", _bytes(wall.image))}).json()
    _check(classified["sleeves"], wall)


def test_on_the_command_line_each_has_a_row(home: CommandHome, wall: WallPhotograph, tmp_path: Path) -> None:
    wall.image.save(tmp_path / "a wall.jpg", quality=92)
    photo_of(3).save(tmp_path / "one.jpg", quality=92)
    run = home.json("match", tmp_path, "-o", tmp_path / "out.csv")
    assert (run["pictures"], run["sleeves"], run["verdicts"]["same artwork"], run["verdicts"]["not here"]) == (
        2,
        7,
        6,
        1,
    )
    *rows, last = rows_of(tmp_path / "out.csv")
    assert [(row["sleeve"], row.get("title")) for row in rows] == [
        (f"{number}", None if seed == 100 else TITLES[seed]) for number, seed in enumerate(SHOWN, start=1)
    ]
    assert len({row["outline"] for row in rows}) == 6
    assert ("sleeve" in last, last["title"]) == (False, TITLES[3])

    said = home.sleeve("match", tmp_path / "a wall.jpg").stdout.splitlines()
    assert len(said) == 8, "a head, six sleeves and what they were"
    assert said[0].split()[:3] == ["file", "sleeve", "verdict"]
    assert said[-1].startswith("1 picture, 6 sleeves: 5 same artwork")

    said = home.sleeve("similar", tmp_path / "a wall.jpg", "-k", "2").stdout.splitlines()
    assert said[0] == "6 sleeves are in it:"
    assert next(line for line in said if line.startswith("4.")) == "4. Not in the catalogue, as far as can be seen."
    assert sum("This is album" in line for line in said) == 5


def test_a_cover_with_pictures_on_it_is_one(client: httpx.Client) -> None:
    """In no catalogue; alone, and on a table in a photo."""
    cover = Image.new("RGB", (800, 800), (200, 30, 40))
    for at, (left, top) in enumerate(((60, 60), (430, 60), (60, 430), (430, 430))):
        cover.paste(artwork(300 + at, 310), (left, top))
    table = Image.new("RGB", (1600, 1200), (90, 120, 60))
    table.paste(cover.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 120, 60)), (300, 150))
    for picture in (cover, table):
        found = client.post("/similar", files={"image": ("a.jpg", _bytes(picture))}).json()
        assert len(found["sleeves"]) == 1
        assert found["verdict"]["answer"] == "absent"


def test_sleeves_of_which_none_is_known_are_several_too(client: httpx.Client) -> None:
    photo = photograph_several([artwork(400 + seed) for seed in range(4)], "b", Layout.GAPS)
    found = client.post("/match", files={"image": ("a.jpg", _bytes(photo.image))}).json()["results"][0]
    assert [sleeve["verdict"]["match"] for sleeve in found["sleeves"]] == ["not here"] * 4
