"""Searching as a person would: by picture, by album, by name; refining by taste; the address says it all."""

import re
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Locator, Page, Route, expect

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
    expect(why.locator("summary").first).to_contain_text(re.compile(r"jazz, \d+ %|unsure"))
    expect(why.locator(".voters img").first).to_be_hidden()
    why.get_by_text("Why?").click()
    expect(why.locator(".voters img").first).to_be_attached()
    page.reload()
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")
    expect(page.locator(".asked-with")).to_contain_text("named.png")
    expect(page.locator(CARDS).filter(has_text="same artwork")).to_have_count(2)
    page.get_by_role("button", name="Same artwork only").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 albums with the artwork of your picture")
    expect(page.locator(CARDS)).to_have_count(2)


@pytest.mark.slow
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
        why.get_by_text("Why?").click()
        expect(why.locator("tbody tr").first).to_contain_text("75 %")
        spoken = why.locator(".spoken")
        spoken.locator(".cover").scroll_into_view_if_needed()
        expect(spoken).to_contain_text("Blue Window · Stereo")
        expect(spoken.locator("strong")).to_have_text("Blue")
        outline = spoken.locator(".outlines polygon")
        expect(outline).to_have_count(1)
        width, height = map(int, str(spoken.locator(".outlines").get_attribute("viewBox")).split()[2:])
        corners = [tuple(map(float, corner.split(","))) for corner in str(outline.get_attribute("points")).split()]
        assert corners[2] == pytest.approx((0.9 * width, 0.4 * height))
        page.goto("/")
        page.get_by_label("Choose a picture of a cover").first.set_input_files(web_home.folder / "named.png")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["read.heic", "seen.avif", "shown.ico"])
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
    expect(page.get_by_role("alert").first).to_contain_text("That file is not a picture.")
    assert "\n" not in page.get_by_role("alert").first.inner_text().replace("\nChoose another picture", "")


@pytest.mark.slow
def test_names_filters_and_going_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name=re.compile("^Artist")).fill("blue window")
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
def test_filters_that_leave_nothing_alike_say_so(page: Page) -> None:
    def unlike(route: Route) -> None:
        answer = route.fetch()
        neighbours = [{**one, "similarity": -0.1} for one in answer.json()["neighbours"]]
        route.fulfill(response=answer, json={**answer.json(), "neighbours": neighbours})

    page.route("**/api/v1/similar?*", unlike)
    page.goto("/?album=1&genre=rock")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Nothing here looks like .*; the nearest$"))
    expect(page.locator(".likeness").first).to_have_attribute("title", "Similarity 0.00, of 1 for the same picture")
    page.goto("/?album=1")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Looks like "))


TRAY = "section.tray"


def album_of(card: Locator) -> str:
    return str(card.get_attribute("data-album"))


def marked(page: Page, album_id: str, label: str) -> Locator:
    """The button of an album's card."""
    card = page.locator(f'{CARDS}[data-album="{album_id}"]')
    card.hover()
    return card.get_by_role("button", name=re.compile(f"^{label}"))


@pytest.mark.slow
def test_a_taste_stays_across_searches_pages_and_reloads_until_it_is_asked_with(page: Page) -> None:
    page.goto("/?q=Artist 1")
    tray = page.locator(TRAY)
    expect(page.locator(CARDS).first).to_be_visible()
    expect(tray).to_be_hidden()
    first, second = (album_of(page.locator(CARDS).nth(place)) for place in (0, 1))
    marked(page, first, "Less like this").click()
    expect(tray).to_contain_text("Like an album to get recommendations.")
    expect(page).to_have_url(re.compile(r"\?q=Artist"))
    marked(page, second, "More like this").click()
    expect(marked(page, second, "More like this")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("combobox", name=re.compile("^Artist")).fill("Artist 2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Artist 2")
    third = next(id for id in map(album_of, page.locator(CARDS).all()) if id not in {first, second})
    page.locator(f'{CARDS}[data-album="{third}"] .face').focus()
    page.keyboard.press("l")
    expect(page.locator(":focus")).to_have_class("face")
    page.goto("/catalogue")
    expect(tray.get_by_role("listitem")).to_have_count(3)
    tray.get_by_role("button", name="Recommend from 3").click()
    expect(page.get_by_role("heading", name="For your taste")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?like={second}&like={third}&dislike={first}$"))
    expect(page.locator(CARDS).nth(3)).to_be_visible()
    assert not {first, second, third} & set(map(album_of, page.locator(CARDS).all()))
    expect(tray.get_by_role("button", name=re.compile("^Recommend"))).to_have_count(0)
    page.get_by_label("How varied the list is").press("ArrowRight")
    expect(page).to_have_url(re.compile("diversity=0.4"))
    tray.get_by_role("button", name=re.compile("^Take .* out of your taste")).last.click()
    expect(tray.get_by_role("listitem")).to_have_count(2)
    expect(tray.get_by_role("button", name="Recommend from 2")).to_be_visible()
    tray.get_by_role("button", name="Clear").click()
    expect(tray).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(tray.get_by_role("listitem")).to_have_count(2)


@pytest.mark.slow
def test_a_shared_taste_is_kept_if_there_is_none_and_else_only_when_asked(page: Page) -> None:
    page.goto("/?like=1&dislike=2")
    tray = page.locator(TRAY)
    expect(tray.get_by_role("listitem")).to_have_count(2)
    page.goto("/?like=3")
    expect(page.get_by_text("This list is for another taste")).to_be_visible()
    expect(tray.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Make it mine").click()
    expect(tray.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(tray.get_by_role("listitem")).to_have_count(2)
    page.goto("/?dislike=2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Like an album to get recommendations")
    expect(page.locator(CARDS).first).to_be_visible()


@pytest.mark.slow
def test_a_search_with_a_picture_is_refined_by_the_taste(page: Page, web_home: CommandHome) -> None:
    page.goto("/")
    page.get_by_label("Choose a picture of a cover").first.set_input_files(web_home.folder / "named.png")
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks like your picture")
    liked = album_of(page.locator(CARDS).nth(5))
    marked(page, liked, "More like this").click()
    page.get_by_role("button", name="Refine this search").click()
    expect(page).to_have_url(re.compile(f"upload=.*like={liked}"))
    expect(page.locator(f'{CARDS}[data-album="{liked}"]')).to_have_count(0)


@pytest.mark.slow
def test_suggestions_while_typing(page: Page) -> None:
    page.goto("/")
    field = page.get_by_role("combobox", name=re.compile("^Artist"))
    field.press_sequentially("blue windw")
    options = page.get_by_role("option")
    expect(options.first).to_have_accessible_name("Blue Window by Ada Quartet")
    expect(options.first.locator("img")).to_be_visible()
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Blue Window")
    page.goto("/")
    field.press_sequentially("JAZ")
    page.get_by_role("option", name="Genre: jazz").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?genre=jazz"))
    page.go_back()
    field.press_sequentially("zz zz qq")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press("Enter")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


@pytest.mark.slow
def test_both_years_are_typed_before_they_count(page: Page) -> None:
    page.goto("/?album=1")
    expect(page.locator(CARDS).first).to_be_visible()
    page.get_by_label("From year").fill("1970")
    page.keyboard.press("Tab")
    page.keyboard.type("1980")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("year=1970%3A1980"))
    expect(page.get_by_label("To year")).to_be_focused()
    expect(page.get_by_label("To year")).to_have_value("1980")


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
    page.get_by_role("link", name="Skip to the results").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    while "chip" in str(page.locator(":focus").get_attribute("class")):
        page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("face")
    page.keyboard.press("m")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^More like this"))
    page.keyboard.press("Enter")
    expect(page.locator(TRAY).get_by_role("listitem")).to_have_count(1)
    expect(page.locator(":focus")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^Less like this"))
    page.keyboard.press("Escape")
    expect(page.locator(":focus")).to_have_class("face")
    assert page.locator(f"{CARDS} [tabindex='0']").count() == 1, "one stop for all cards"
    page.keyboard.press("d")
    expect(page.locator(TRAY).locator(".away")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_text("Arrows go from cover to cover")).to_be_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator(f"{CARDS} [tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    expect(page.locator(f"{CARDS} :focus")).to_have_count(0)
    first, second = (page.locator(CARDS).nth(place).get_by_role("link").first for place in (0, 1))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(second).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=re.compile("^Artist"))).to_be_focused()


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
