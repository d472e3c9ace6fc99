"""What covers say, in the browser: found, outlined, and made a name with one click."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.command_home import CommandHome
from tests.indexer.reading.drawn import drawn


@pytest.fixture(scope="module")
def web_home(web_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """With one more album, which only its cover names."""
    folder: Path = tmp_path_factory.mktemp("printed")
    drawn({"GIANT STEPS": (60, 240)}).save(folder / "printed.png")
    web_home.sleeve("add", folder)
    web_home.sleeve("index")
    web_home.sleeve("read")
    return web_home


@pytest.mark.slow
def test_a_misspelled_word_finds_a_cover_and_its_line_becomes_the_title(page: Page) -> None:
    page.goto("/?q=gaint+steps")
    card = page.locator("[data-album]").first
    expect(card).to_contain_text("says “GIANT STEPS”")
    outline = card.locator(".outlines polygon").bounding_box()
    picture = card.locator(".cover img").bounding_box()
    assert outline is not None
    assert picture is not None
    assert 0.3 < (outline["y"] + outline["height"] / 2 - picture["y"]) / picture["height"] < 0.6
    page.goto("/catalogue")
    expect(page.locator(".card .unnamed").first).to_have_text("GIANT STEPS")
    page.locator("[data-album]").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Make “GIANT STEPS” the title").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GIANT STEPS")
