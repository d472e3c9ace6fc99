"""A photo of a sleeve in the browser: what it shows, its outline with four handles, and adding what is not here."""

import csv
import re
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from indexer.training.photographed_walls import Layout, photograph_several
from indexer.training.photographs import photograph
from tests.command_home import CommandHome
from tests.indexer.artwork.artworks import artwork
from tests.indexer.reading.test_barcodes import back, barcode


@pytest.fixture(scope="module")
def held_up(web_home: CommandHome, address: str) -> int:
    """An album whose cover has something to recognise."""
    file = BytesIO()
    artwork(1).save(file, "PNG")
    data = {"title": "Held Up", "artist": "Ada Quartet", "genre": "jazz"}
    made = httpx.post(f"{address}/api/v1/albums", files={"image": ("a.png", file.getvalue())}, data=data)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def _asked(page: Page, picture: Image.Image, folder: Path) -> None:
    picture.save(folder / "photo.jpg", quality=92)
    page.goto("/")
    page.get_by_label("Choose a picture of a cover").first.set_input_files(folder / "photo.jpg")


@pytest.mark.slow
def test_a_photo_says_what_it_shows_and_its_outline_can_be_moved(page: Page, held_up: int, tmp_path: Path) -> None:
    photo = photograph(artwork(1), "1", hand=False)
    _asked(page, photo.image, tmp_path)
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text("Held Up")
    expect(card).to_contain_text("This is")
    expect(card.get_by_role("link", name="Open")).to_have_attribute("href", f"/album/{held_up}")
    shape = page.locator(".outlined polygon").get_attribute("points") or ""
    drawn = np.array([[float(part) for part in corner.split(",")] for corner in shape.split()])
    assert np.abs(drawn - photo.corners / photo.image.size).max() < 0.03

    expect(page.get_by_role("button", name="Search with this outline")).to_be_hidden()
    corner = page.get_by_role("button", name="Upper left corner")
    corner.press("ArrowRight")
    corner.press("ArrowDown")
    box = page.locator(".outlined").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + drawn[2, 0] * box["width"], box["y"] + drawn[2, 1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + (drawn[2, 0] - 0.02) * box["width"], box["y"] + drawn[2, 1] * box["height"])
    page.mouse.up()
    page.get_by_role("button", name="Search with this outline").click()
    expect(card.get_by_role("heading")).to_have_text("Held Up")
    asked = [float(part) for part in httpx.URL(page.url).params["outline"].split(",")]
    assert asked[:2] == pytest.approx(drawn[0] + 0.01, abs=2e-4)
    assert asked[4:6] == pytest.approx([drawn[2, 0] - 0.02, drawn[2, 1]], abs=0.006)


@pytest.mark.slow
def test_a_back_cover_is_known_by_its_barcode(page: Page, web_home: CommandHome, tmp_path: Path) -> None:
    """Two albums have it: one is the answer, and the other is named."""
    for seed in (41, 42):
        artwork(seed).save(tmp_path / f"{seed}.png")
    rows = [f"{tmp_path / f'{seed}.png'},Ada Quartet,Coded {seed},jazz,5099902988023" for seed in (41, 42)]
    (tmp_path / "coded.csv").write_text("\n".join(["file,artist,album,genre,barcode", *rows]))
    web_home.sleeve("add", tmp_path / "coded.csv")
    web_home.sleeve("index")
    _asked(page, back(barcode("5099902988023")), tmp_path)
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text(re.compile("Coded 4[12]"))
    expect(card).to_contain_text("Its barcode is in your picture: 5099902988023.")
    expect(card).to_contain_text("1 other album with that barcode:")
    card.get_by_role("link", name=re.compile(r"^album \d+$")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Coded 4[12]"))


@pytest.mark.slow
def test_a_photo_of_no_album_can_be_added(page: Page, held_up: int, tmp_path: Path) -> None:
    _asked(page, photograph(artwork(100), "100", hand=False).image, tmp_path)
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text("Not in your catalogue")
    card.get_by_role("button", name="Add it").click()
    row = page.locator(".queue-row")
    expect(row).to_contain_text("new")
    row.get_by_role("button", name="Add", exact=True).click()
    expect(row).to_contain_text("Added as")
    row.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("new")


@pytest.mark.slow
def test_a_batch_of_photos_is_gone_through_by_keys_corrected_and_saved(
    page: Page, held_up: int, tmp_path: Path
) -> None:
    photograph(artwork(1), "1", hand=False).image.save(tmp_path / "=held.jpg", quality=92)
    photograph(artwork(200), "200", hand=False).image.save(tmp_path / "strange.jpg", quality=92)
    page.goto("/queue")
    page.get_by_label("Pictures of covers").set_input_files([tmp_path / "=held.jpg", tmp_path / "strange.jpg"])
    held = page.locator(".queue-row").filter(has_text="=held.jpg")
    strange = page.locator(".queue-row").filter(has_text="strange.jpg")
    expect(held).to_contain_text("This is Held Up")
    expect(held).to_contain_text(re.compile(r"\d+ points match, \d+ % of its parts agree, similarity 0\.\d\d"))
    expect(strange).to_contain_text("new")

    held.press("n")
    expect(held).to_contain_text("new")
    held.press("r")
    expect(held).to_contain_text("This is Held Up")
    expect(held).to_contain_text("You said so")
    strange.press("r")
    expect(strange).to_contain_text("found")
    held.press("Enter")
    expect(held).to_contain_text("skipped")
    found = strange.get_by_label("Find the album that strange.jpg shows")
    found.fill("blue windw")
    found.press("Enter")
    strange.get_by_role("button", name="It is Blue Window by Ada Quartet").click()
    expect(strange).to_contain_text("This is Blue Window")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    with Path(saved.value.path()).open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["file"], first["verdict"], first["corrected"]) == ("'=held.jpg", "same artwork", "yes")
    assert (first["state"], first["album_id"], first["title"]) == ("skipped", str(held_up), "Held Up")
    assert (second["file"], second["verdict"], second["corrected"]) == ("strange.jpg", "not here", "yes")
    assert (second["state"], second["title"], second["artist"]) == ("found", "Blue Window", "Ada Quartet")
    assert second["points"] == ""
    assert second["runner_up_id"] != ""


@pytest.mark.slow
def test_a_photo_of_several_sleeves_has_a_card_for_each(
    page: Page, held_up: int, web_home: CommandHome, tmp_path: Path
) -> None:
    """A tap on a card or a number goes to that sleeve; the queue takes the photo as several pictures."""
    wall = photograph_several([artwork(seed) for seed in (500, 1, 501)], "wall", Layout.GAPS)
    _asked(page, wall.image, tmp_path)
    expect(page.get_by_role("heading", level=1)).to_have_text("3 sleeves in your picture")
    cards = page.get_by_role("list", name="What your picture shows").get_by_role("listitem")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_contain_text("This is")
    expect(cards.nth(1)).to_contain_text("Held Up")
    expect(cards.nth(2)).to_contain_text("Not in your catalogue")
    expect(page.locator(".outlined polygon")).to_have_count(3)
    page.get_by_role("link", name="Sleeve 3").click()
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text("Not in your catalogue")
    page.go_back()
    cards.nth(1).get_by_role("link").click()
    expect(card.get_by_role("heading")).to_have_text("Held Up")
    shape = page.locator(".outlined polygon").get_attribute("points") or ""
    drawn = np.array([[float(part) for part in corner.split(",")] for corner in shape.split()])
    assert np.abs(drawn - wall.corners[1] / wall.image.size).max() < 0.03

    page.goto("/queue")
    page.get_by_label("Pictures of covers").set_input_files(tmp_path / "photo.jpg")
    rows = page.locator(".queue-row")
    expect(rows).to_have_count(3)
    found = rows.filter(has_text="photo, sleeve 2.jpg")
    expect(found).to_contain_text("This is Held Up")
    expect(rows.filter(has_text="photo, sleeve 3.jpg")).to_contain_text("new")
    page.reload()
    expect(rows).to_have_count(3)
    expect(found).to_contain_text("This is Held Up")


@pytest.mark.slow
def test_a_barcode_is_read_in_the_large_picture_of_an_album_without_a_cover(
    page: Page, web_home: CommandHome, tmp_path: Path
) -> None:
    """A whole LP in a photo of 12 million pixels: in the picture that is sent first, a bar has less than a pixel."""
    (tmp_path / "list.csv").write_text("artist,title,EAN\nThe Brick,Paper Lanterns,4006381333931\n")
    web_home.sleeve("add", tmp_path / "list.csv")
    photo = Image.fromarray(np.random.default_rng(1).integers(90, 200, (500, 375, 3), np.uint8)).resize((3000, 4000))
    code = barcode("4006381333931")
    photo.paste(code.resize((230, 230 * code.height // code.width), Image.Resampling.LANCZOS), (1900, 3000))
    with page.expect_request(re.compile("/barcodes$")) as asked:
        _asked(page, photo, tmp_path)
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text("Paper Lanterns")
    expect(card).to_contain_text("Its barcode is in your picture: 4006381333931.")
    assert asked.value.post_data_buffer is not None
    expect(card.get_by_role("link", name="Open")).to_have_attribute("href", re.compile(r"^/album/\d+$"))
