"""axe-core over every view, in both themes and at phone width; and nothing is wider than the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

VIEWS = (
    "/",
    "/album/1",
    "/?album=1",
    "/?like=1&like=2&dislike=5",
    "/catalogue?sort=title",
    "/catalogue?view=rows",
    "/catalogue?sort=colour&view=wall",
    "/duplicates",
    "/compare?album=1&album=2",
    "/queue",
    "/docs",
    "/index",
    "/map",
)
pytestmark = pytest.mark.slow
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page: Page, view: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    _open(page, view)
    _no_violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    _no_violations(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _no_violations(page)


@pytest.mark.parametrize("button", ["Edit", "Show it in full size"])
def test_dialogs(page: Page, button: str) -> None:
    _open(page, "/album/1")
    page.get_by_title(button).or_(page.get_by_role("button", name=button)).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    _no_violations(page)


def test_what_was_done_and_its_undo(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _open(page, "/album/1")
        page.get_by_role("button", name="Wanted").click()
        expect(page.locator(".note").get_by_role("button", name="Undo")).to_be_visible()
        _no_violations(page)
        page.get_by_role("button", name="Undo").click()


def _open(page: Page, view: str) -> None:
    page.goto(view)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".wait")).to_have_count(0)


def _no_violations(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found] == []
