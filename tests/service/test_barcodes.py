"""A photo of a back cover is answered by its barcode, and albums are found by it, over real HTTP and as commands."""

import csv
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.reading.test_barcodes import back, barcode

ONE, TWO, UPC, LISTED = "5099902988023", "5099902988030", "036000291452", "4006381333931"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """Albums 1 and 2 have one barcode, 3 a UPC-A in its tags, and 4 is in a list without a cover."""
    home = make_home(tmp_path_factory.mktemp("barcodes"), "sqlite")
    (home.folder / "covers").mkdir()
    rows = ["file,artist,album,Barcode"]
    for seed, title in enumerate(("Quiet Harbour", "Second Winter")):
        artwork(seed).save(home.folder / f"covers/{seed}.png")
        rows.append(f"covers/{seed}.png,Ada Quartet,{title},{ONE}")
    artwork(5).save(home.folder / "covers/5.png")
    rows.append(f"covers/5.png,Ada Quartet,Salt Road,{TWO}")
    (home.folder / "shop.csv").write_text("\n".join(rows))
    home.sleeve("add", "shop.csv")
    track = home.folder / "music/Night Orchard/1.flac"
    write_track(track, album="Night Orchard", artist="Los Nubes", ids={"barcode": UPC})
    artwork(9).save(track.with_name("cover.png"))
    home.sleeve("add", "music", "--genre-from", "tags")
    (home.folder / "list.csv").write_text(f"artist,title,EAN\nThe Brick,Paper Lanterns,{LISTED}\n")
    home.sleeve("add", "list.csv")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def client(home: CommandHome) -> Iterator[httpx.Client]:
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def put_back(home: CommandHome, digits: str, kind: str = "EAN13") -> Path:
    path = home.folder / f"back {digits}.jpg"
    back(barcode(digits, kind)).resize((1500, 1500), Image.Resampling.BICUBIC).save(path, quality=90)
    return path


def titles(document: dict[str, Any]) -> list[str]:
    return [album["title"] for album in document["albums"]]


def test_a_back_cover_is_known_by_its_barcode(home: CommandHome) -> None:
    photo = put_back(home, TWO)
    found = home.json("similar", photo)
    verdict = found["verdict"]
    assert (verdict["match"], verdict["barcode"], verdict["same_barcode"]) == ("same artwork", TWO, [])
    assert (verdict["album"]["title"], found["neighbours"][0]["title"]) == ("Salt Road", "Salt Road")
    assert not any(one["same_artwork"] for one in found["neighbours"]), "its pixels confirm nothing"
    assert f"(barcode {TWO})" in home.sleeve("similar", photo).stdout
    home.sleeve("match", photo, "-o", "out.csv")
    assert f",{TWO}," in (home.folder / "out.csv").read_text()


def test_several_albums_with_one_barcode_are_all_named(home: CommandHome) -> None:
    verdict = home.json("similar", put_back(home, ONE))["verdict"]
    assert {verdict["album"]["title"]} < {"Quiet Harbour", "Second Winter"}
    assert len(verdict["same_barcode"]) == 1
    assert verdict["same_barcode"] != [verdict["album"]["album_id"]]
    shown = home.sleeve("similar", put_back(home, ONE)).stdout
    assert f"That barcode is also on: album {verdict['same_barcode'][0]}." in shown


def test_a_upc_is_an_ean_with_a_zero(home: CommandHome) -> None:
    verdict = home.json("similar", put_back(home, UPC, "UPCA"))["verdict"]
    assert (verdict["album"]["title"], verdict["barcode"]) == ("Night Orchard", f"0{UPC}")


def test_a_barcode_that_nobody_knows_decides_nothing(home: CommandHome) -> None:
    verdict = home.json("similar", put_back(home, "4012345678901"))["verdict"]
    assert (verdict["answer"], verdict["barcode"]) == ("absent", None)


def test_a_cover_that_is_recognised_needs_no_barcode(home: CommandHome) -> None:
    picture = artwork(0).resize((1200, 1200))
    picture.paste(barcode(TWO), (800, 900))
    picture.save(home.folder / "sticker.jpg", quality=92)
    verdict = home.json("similar", home.folder / "sticker.jpg")["verdict"]
    assert (verdict["album"]["title"], verdict["barcode"]) == ("Quiet Harbour", None)


def test_albums_are_found_by_it(home: CommandHome, client: httpx.Client) -> None:
    for asked, expected in (
        (ONE, ["Quiet Harbour", "Second Winter"]),
        ("5 099902 988030", ["Salt Road"]),
        (UPC, ["Night Orchard"]),
        (f"0{UPC}", ["Night Orchard"]),
        (LISTED, ["Paper Lanterns"]),
        ("4012345678901", []),
    ):
        assert sorted(titles(home.json("find", asked))) == expected
        answer = client.get("/api/v1/albums", params={"q": asked}).json()
        assert sorted(titles(answer)) == expected
    [match] = home.json("find", TWO)["albums"][0]["matches"]
    assert match["place"] == "barcode"


def test_the_service_says_so_too(client: httpx.Client, home: CommandHome) -> None:
    made = BytesIO(put_back(home, TWO).read_bytes())
    answer = client.post("/api/v1/similar", files={"image": ("back.jpg", made)}).json()
    assert (answer["verdict"]["barcode"], answer["verdict"]["album"]["title"]) == (TWO, "Salt Road")
    classified = client.post("/api/v1/classify", files={"image": ("back.jpg", made.getvalue())}).json()
    assert classified["verdict"]["barcode"] == TWO


def test_an_album_without_a_cover_is_known_by_it_too(home: CommandHome, client: httpx.Client) -> None:
    photo = put_back(home, LISTED)
    [listed] = home.json("find", LISTED)["albums"]
    verdict = home.json("similar", photo)["verdict"]
    assert (verdict["match"], verdict["answer"], verdict["album"]) == ("same artwork", "found", None)
    assert (verdict["barcode"], verdict["same_barcode"]) == (LISTED, [listed["id"]])
    said = home.sleeve("similar", photo).stdout.splitlines()[0]
    assert said == f"This is album {listed['id']}, which has no cover (barcode {LISTED}). The closest:"
    classified = client.post("/api/v1/classify", files={"image": ("back.jpg", photo.read_bytes())}).json()
    assert classified["verdict"] == verdict | {"runner_up": classified["verdict"]["runner_up"]}
    home.sleeve("match", photo, "-o", "listed.csv")
    with (home.folder / "listed.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["verdict"], row["album_id"], row["barcode"]) == ("same artwork", str(listed["id"]), LISTED)

    home.sleeve("relabel", "--album", listed["id"], "--list", "wanted")
    for on_list, expected in (("wanted", "same artwork"), ("owned", "not here")):
        assert home.json("match", photo, "--list", on_list)["results"][0]["verdict"]["match"] == expected


def test_barcodes_alone_are_read(home: CommandHome, client: httpx.Client) -> None:
    def read(path: Path) -> list[dict[str, Any]]:
        grey = BytesIO()
        Image.open(path).convert("L").save(grey, "JPEG", quality=70)
        answer = client.post("/api/v1/barcodes", files={"image": ("large.jpg", grey.getvalue())})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["barcodes"]
        return found

    [one] = read(put_back(home, ONE))
    assert (one["barcode"], titles(one)) == (ONE, ["Quiet Harbour", "Second Winter"])
    assert [titles(found) for found in read(put_back(home, LISTED))] == [["Paper Lanterns"]]
    assert [titles(found) for found in read(put_back(home, "4012345678901"))] == [[]]
    assert read(home.folder / "covers/0.png") == []
    refused = client.post("/api/v1/barcodes", files={"image": ("a.jpg", b"<html>")})
    assert refused.status_code == 422
