"""The app over a bundle without a model: albums lead to albums, and a picture gets a sentence."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.command_home import CommandHome


@pytest.fixture(scope="module")
def web_home(web_home: CommandHome) -> CommandHome:
    """The home of the other journeys, its vectors taken out and in again as made elsewhere."""
    environment = {name: value for name, value in web_home.environment.items() if name != "SLEEVE_BUNDLE"}
    table = Path(environment["SLEEVE_HOME"]) / "elsewhere.parquet"
    web_home.sleeve("export", table, "--vectors")
    home = CommandHome(web_home.folder, environment)
    home.sleeve("add", table, "--vector", "vector")
    home.sleeve("bundles", "use", "elsewhere")
    return home


@pytest.mark.slow
def test_the_first_page_offers_no_picture_and_says_why(page: Page) -> None:
    page.goto("/")
    expect(
        page.get_by_text("Pictures cannot be asked with: the vectors of the bundle elsewhere were made elsewhere")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Choose a picture")).to_have_count(0)
    page.locator("li.card[data-album] a").first.click()
    expect(page).to_have_url(re.compile("/album/"))
    page.get_by_role("link", name="Find similar").click()
    expect(page.locator("li.card[data-album]").nth(10)).to_be_visible()
    assert "false" not in page.locator("main").inner_text()


@pytest.mark.slow
def test_a_dropped_picture_gets_a_sentence(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(422)
    page.goto("/")
    expect(page.locator("li.card[data-album]").first).to_be_visible()
    page.evaluate(
        """() => new Promise((done) => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 64;
          canvas.toBlob((blob) => {
            const carried = new DataTransfer();
            carried.items.add(new File([blob], "dropped.png", { type: "image/png" }));
            const drag = { dataTransfer: carried, bubbles: true, cancelable: true };
            const kinds = ["dragenter", "dragover", "drop"];
            kinds.forEach((kind) => document.body.dispatchEvent(new DragEvent(kind, drag)));
            done();
          });
        })"""
    )
    expect(page.get_by_role("heading", name="Pictures cannot be asked with here")).to_be_visible()
    expect(page.get_by_text("no model here makes such vectors: albums can be asked with")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="See the catalogue").click()
    expect(page).to_have_url(re.compile("/catalogue"))


@pytest.mark.slow
def test_an_album_page_has_no_stray_words(page: Page) -> None:
    page.goto("/album/4")
    expect(page.get_by_role("link", name="Find similar")).to_be_visible()
    assert re.search(r"\b(false|null|undefined)\b", page.locator("main").inner_text()) is None
