"""What a page shows when there is nothing, when something is refused, and when a key is wanted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.command_home import CommandHome
from tests.factories import write_cover

KEY = "open sesame"


def _refused(route: Route, status: int, detail: str) -> None:
    document = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail}
    route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(document))


@pytest.mark.slow
def test_a_write_that_wants_a_key_asks_for_it_once(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(401)
    keys: list[str | None] = []

    def guard(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        keys.append(route.request.headers.get("x-api-key"))
        if keys[-1] == KEY:
            route.continue_()
        else:
            _refused(route, 401, "send the key of this service")

    page.route("**/api/v1/albums/4", guard)
    page.goto("/album/4")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Artist", exact=True).fill("Keyed")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("link", name="Keyed")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Artist", exact=True).fill("Keyed again")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Keyed again")).to_be_visible()
    assert keys == [None, KEY, KEY]


@pytest.mark.slow
def test_a_problem_is_one_line_and_can_be_tried_again(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(503)
    page.route("**/api/v1/albums?*", lambda route: _refused(route, 503, "there is no index; run `sleeve index`"))
    page.goto("/catalogue")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("There is no index; run sleeve index.")
    page.unroute("**/api/v1/albums?*")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("li.card[data-album]").first).to_be_visible()


@pytest.mark.slow
def test_a_view_that_cannot_be_loaded_says_so_and_is_tried_again(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(503)
    page.route("**/views/catalogue.js", lambda route: _refused(route, 503, "away"))
    page.goto("/")
    page.get_by_role("link", name="Catalogue").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Cannot reach the service")
    page.unroute("**/views/catalogue.js")
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")


@pytest.mark.slow
def test_a_picture_of_another_browser(page: Page) -> None:
    page.goto("/?upload=someone-elses")
    expect(page.get_by_role("alert")).to_contain_text("Drop or choose it again")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose another picture")).to_be_visible()


@pytest.mark.slow
def test_a_wrong_link_says_so_and_shows_the_way_home(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)
    page.goto("/nosuch/page")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="See the catalogue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")


@pytest.mark.slow
def test_an_empty_catalogue_says_what_to_do(
    browser: Browser, make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    with make_home(tmp_path, "sqlite").serving() as address:
        page = browser.new_page(base_url=address)
        page.goto("/")
        expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
        page.get_by_role("link", name="Add covers").click()
        expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
        page.goto("/map")
        expect(page.get_by_role("heading", name="No map yet")).to_be_visible()
        page.goto("/duplicates")
        expect(page.get_by_role("heading", name="Nothing to decide")).to_be_visible()
        page.goto("/index")
        expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
        page.goto("/catalogue?sort=colour&view=wall")
        expect(page.get_by_role("heading", name="The catalogue is empty")).to_be_visible()
        expect(page.get_by_role("link", name="By colour")).to_be_hidden()
        page.goto("/")
        page.get_by_label("Choose a picture").first.set_input_files(write_cover(tmp_path / "first.png", seed=1))
        expect(page.get_by_role("heading", name="Nothing to compare it with yet")).to_be_visible()
        page.get_by_role("button", name="Add it").click()
        row = page.locator(".queue-row")
        expect(row).to_contain_text("new", timeout=30_000)  # what reads covers is loaded first
        row.focus()
        page.keyboard.press("Enter")
        expect(row).to_contain_text("Added as")
        page.goto("/catalogue")
        expect(page.locator("li.card[data-album]")).to_have_count(1)
        page.close()


@pytest.mark.slow
def test_the_search_field_is_there_before_the_app_and_keeps_what_is_typed(page: Page) -> None:
    held: list[Route] = []
    page.route("**/js/app.js", lambda route: held.append(route))
    with page.expect_request("**/js/app.js"):
        page.goto("/", wait_until="commit")
    page.get_by_role("searchbox").press_sequentially("blue win")
    held[0].continue_()
    field = page.get_by_role("combobox", name="Artist")
    expect(field).to_have_value("blue win")
    expect(field).to_be_focused()
    field.press_sequentially("dow")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 albums for “blue window”")
