"""The queue of pictures to add: it outlives the page, and what it did can be taken back."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.command_home import CommandHome
from tests.factories import write_cover


@pytest.mark.slow
def test_the_queue_outlives_the_page_until_it_is_cleared(
    page: Page, web_home: CommandHome, expected_failures: list[int]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.extend([request.url] if request.url.endswith("/classify") else []))
    files = [write_cover(web_home.folder / f"kept-{seed}.png", seed=seed) for seed in (7101, 7102)]
    rows = page.locator(".queue-row")
    page.goto("/queue")
    page.get_by_label("Pictures of covers").set_input_files(files)
    expect(page.get_by_role("region", name="New").locator(".queue-row")).to_have_count(2)
    page.get_by_label("Title of kept-7101.png").fill("Kept Waiting")
    page.get_by_label("Genres of kept-7101.png").fill("soul, jazz")
    rows.filter(has_text="kept-7102.png").get_by_role("button", name="Skip").click()
    page.reload()
    kept = page.get_by_role("region", name="New").locator(".queue-row")
    expect(kept).to_contain_text("kept-7101.png")
    expect(page.get_by_label("Title of kept-7101.png")).to_have_value("Kept Waiting")
    expect(page.get_by_label("Genres of kept-7101.png")).to_have_value("soul, jazz")
    expect(kept.locator("img").first).to_have_js_property("naturalWidth", 64)
    expect(page.get_by_role("region", name="Skipped").locator(".queue-row")).to_contain_text("kept-7102.png")
    assert len(asked) == 2, "nothing is looked up twice"
    page.get_by_label("Pictures of covers").set_input_files(files[0])
    expect(page.get_by_text("Left out: kept-7101.png (there already).")).to_be_visible()
    broken = web_home.folder / "broken.png"
    broken.write_bytes(files[0].read_bytes()[:200])
    expected_failures.append(422)
    page.get_by_label("Pictures of covers").set_input_files(broken)
    failed = page.get_by_role("region", name="Failed").locator(".queue-row")
    expect(failed).to_contain_text("The picture is not complete: a part of its file is missing.")
    expect(failed.get_by_role("button")).to_have_count(1)
    failed.get_by_role("button", name="Take broken.png out of the queue").click()
    kept.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("region", name="Added")).to_contain_text("Kept Waiting")
    page.reload()
    page.get_by_role("region", name="Added").get_by_role("button", name="Undo").click()
    expect(kept).to_contain_text("kept-7101.png")

    page.get_by_role("button", name="Clear all").click()
    expect(rows).to_have_count(0)
    page.get_by_text("2 pictures taken out").locator("..").get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2)
    page.reload()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Clear all").click()
    expect(rows).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert len(asked) == 3


@pytest.mark.slow
def test_a_picture_with_a_genre_that_goes_to_an_album_that_is_there_can_be_taken_back(
    page: Page, address: str, web_home: CommandHome
) -> None:
    page.goto("/queue")
    page.get_by_label("Pictures of covers").set_input_files(write_cover(web_home.folder / "more.png", seed=7110))
    for name, value in (("Title", "Blue Window"), ("Artist", "Ada Quartet"), ("Year", "1959"), ("Genres", "soul")):
        page.get_by_label(f"{name} of more.png").fill(value)
    row = page.locator(".queue-row")
    row.get_by_role("button", name="Add", exact=True).click()
    row.get_by_role("link", name="Blue Window").wait_for()
    [album] = httpx.get(f"{address}/api/v1/albums", params={"artist": "Ada Quartet", "year": 1959}).json()["albums"]
    assert (album["genres"], len(album["covers"])) == (["soul"], 3)
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Add", exact=True)).to_be_visible()
    back = httpx.get(f"{address}/api/v1/albums/{album['id']}").json()
    assert (back["genres"], len(back["covers"])) == (["jazz"], 2)
    page.get_by_role("button", name="Clear all").click()
