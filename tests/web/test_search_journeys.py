"""Searching as a person would: by picture, by album, by name; refining by taste; the address says it all."""

import re
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Page, Route, expect

from tests.command_home import CommandHome

CARDS = "main ul.grid > li.card[data-album]"


def test_a_chosen_picture_finds_its_album_and_says_why(page: Page, web_home: CommandHome) -> None:
    page.goto("/")
    page.get_by_label("Choose a picture of a cover").first.set_input_files(web_home.folder / "named.png")
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks like your picture")
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")
    assert "upload=" in page.url
    why = page.locator("details.why")
    expect(why).to_contain_text("jazz", ignore_case=True)
    expect(why.locator(".opinion").first).to_contain_text(re.compile(r"\d+ %"))
    expect(why.locator(".voters img").first).to_be_attached()
    page.reload()
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")
    expect(page.locator(CARDS).filter(has_text="same artwork")).to_have_count(2)
    page.get_by_role("button", name="Same artwork only").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 albums with the artwork of your picture")
    expect(page.locator(CARDS)).to_have_count(2)


def test_the_words_on_a_cover_are_shown_with_what_they_say(page: Page, web_home: CommandHome) -> None:
    """The drawn covers have no words, so the service's answer gets some on its way to the page."""

    def with_words(route: Route) -> None:
        answer = route.fetch()
        document = answer.json()
        box = [[0.1, 0.2], [0.9, 0.2], [0.9, 0.4], [0.1, 0.4]]
        document["text"] = [{"text": text, "box": box, "confidence": 0.9} for text in ("Blue Window", "Stereo")]
        document["genres"][0] |= {"text": 0.75, "words": [{"word": "Blue", "line": 0, "weight": 1.5}]}
        route.fulfill(response=answer, json=document)

    page.route("**/api/v1/classify", with_words)
    page.goto("/?album=1")
    for _ in range(2):
        why = page.locator("details.why")
        expect(why.locator(".opinion .sr").first).to_contain_text("text 75 %")
        spoken = why.locator(".spoken")
        expect(spoken).to_contain_text("Blue Window · Stereo")
        expect(spoken.locator("strong")).to_have_text("Blue")
        outline = spoken.locator(".outlines polygon")
        expect(outline).to_have_count(1)
        width, height = map(int, str(spoken.locator(".outlines").get_attribute("viewBox")).split()[2:])
        corners = [tuple(map(float, corner.split(","))) for corner in str(outline.get_attribute("points")).split()]
        assert corners[2] == pytest.approx((0.9 * width, 0.4 * height))
        page.goto("/")
        page.get_by_label("Choose a picture of a cover").first.set_input_files(web_home.folder / "named.png")


@pytest.mark.parametrize("name", ["seen.avif", "read.heic", "shown.ico"])
def test_pictures_that_the_browser_or_the_service_alone_can_read(
    page: Page, web_home: CommandHome, tmp_path: Path, name: str
) -> None:
    """An AVIF both can read, a HEIC only the service, an ICO only the browser; each also after a reload."""
    register_heif_opener()
    with Image.open(web_home.folder / "named.png") as cover:
        cover.convert("RGB").resize((256, 256)).save(tmp_path / name, sizes=[(256, 256)])
    page.goto("/")
    page.get_by_label("Choose a picture of a cover").first.set_input_files(tmp_path / name)
    for _ in range(2):
        expect(page.get_by_role("heading", level=1)).to_have_text("Looks like your picture")
        expect(page.locator(CARDS).first).to_contain_text("Blue Window")
        page.reload()


@pytest.mark.slow
def test_a_dropped_and_a_pasted_picture_search(page: Page, web_home: CommandHome) -> None:
    for event, holder in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        page.goto("/catalogue")
        page.evaluate(
            """([event, holder, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "mine.png", {type: "image/png"}));
                const how = {[holder]: data, bubbles: true, cancelable: true};
                const made = event === "paste" ? new ClipboardEvent(event, how) : new DragEvent(event, how);
                document.body.dispatchEvent(made);
            }""",
            [event, holder, list((web_home.folder / "named.png").read_bytes())],
        )
        expect(page.locator(CARDS).first).to_contain_text("Blue Window")


def test_what_is_no_picture_is_refused_in_one_line(page: Page, tmp_path: Path, expected_failures: list[int]) -> None:
    expected_failures.append(422)
    fake = tmp_path / "fake.png"
    fake.write_bytes(b"<script>alert(1)</script>")
    page.goto("/")
    page.get_by_label("Choose a picture of a cover").first.set_input_files(fake)
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "\n" not in page.get_by_role("alert").first.inner_text().replace("\nTry again", "")


@pytest.mark.slow
def test_names_filters_and_going_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("blue window")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 albums for “blue window”")
    page.get_by_label("From year").fill("1999")
    page.get_by_label("From year").press("Enter")
    expect(page.locator(CARDS)).to_have_count(1)
    assert "year=1999%3A" in page.url
    page.go_back()
    expect(page.locator(CARDS)).to_have_count(2)
    page.locator(CARDS).first.get_by_role("link", name=re.compile("^Blue Window")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Blue Window")
    page.go_back()
    expect(page.locator(CARDS)).to_have_count(2)


@pytest.mark.slow
def test_a_genre_narrows_the_neighbours(page: Page) -> None:
    page.goto("/?album=1")
    page.locator("select[name=genre]").select_option("rock")
    expect(page).to_have_url(re.compile("genre=rock"))
    expect(page.locator(CARDS).first).to_contain_text("rock")
    expect(page.locator(CARDS).filter(has_text="jazz")).to_have_count(0)


@pytest.mark.slow
def test_a_taste_grows_by_likes_and_dislikes_and_stays_in_the_address(page: Page) -> None:
    page.goto("/?album=1")
    expect(page.locator(CARDS).nth(2)).to_be_visible()
    liked, disliked = (page.locator(CARDS).nth(place).get_attribute("data-album") for place in (0, 1))
    page.locator(CARDS).nth(0).hover()
    page.locator(CARDS).nth(0).get_by_role("button", name=re.compile("^More like this")).click()
    expect(page.get_by_role("heading", name="Your taste", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"like=1&like={liked}"))
    expect(page.locator(f'{CARDS}[data-album="{liked}"]')).to_have_count(0)
    away = page.locator(f'{CARDS}[data-album="{disliked}"]')
    away.hover()
    away.get_by_role("button", name=re.compile("^Less like this")).click()
    expect(page).to_have_url(re.compile(f"dislike={disliked}"))
    expect(page.locator(".chip.pick")).to_have_count(3)
    page.reload()
    expect(page.locator(".chip.pick")).to_have_count(3)
    page.get_by_label("Close to what you like, or varied").press("ArrowRight")
    expect(page).to_have_url(re.compile("diversity=0.4"))
    page.get_by_role("button", name=re.compile("^Remove .* from your taste")).last.click()
    expect(page.locator(".chip.pick")).to_have_count(2)


@pytest.mark.slow
def test_other_albums_with_the_same_artwork_are_found(page: Page) -> None:
    page.goto("/?q=Blue Window")
    first = page.locator(CARDS).first
    first.hover()
    first.get_by_role("link", name=re.compile("^Find albums that look like")).click()
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")
    page.get_by_role("button", name="Same artwork only").click()
    expect(page).to_have_url(re.compile("same_artwork=1"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 other album with the artwork of Blue Window")
    expect(page.locator(CARDS)).to_have_count(1)


@pytest.mark.slow
def test_everything_is_within_reach_of_the_keyboard(page: Page) -> None:
    page.goto("/?album=1")
    expect(page.locator(CARDS).first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.locator(CARDS).first.get_by_role("link").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^More like this"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your taste", exact=True)).to_be_visible()


def test_names_from_the_catalogue_are_text_and_never_markup(page: Page, address: str) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    page.goto("/album/2")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title", exact=True).fill(hostile)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(hostile)
    page.goto("/?album=2")
    expect(page.locator(".asked-with .name")).to_have_text(hostile)
    assert page.locator('img[src="x"]').count() == 0
