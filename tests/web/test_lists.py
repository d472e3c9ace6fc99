"""Albums of lists in the browser: without a cover, on a list, put on another one and taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from indexer.sources.list_columns import COLLECTION
from tests.command_home import CommandHome

CARDS = "main ul.virtual > li.card[data-album]"

pytestmark = pytest.mark.slow

ROWS = """\
UAS 29414,Can,Ege Bamyasi,United Artists,"LP, Album",,1972,1001,All,2020-01-01,Near Mint (NM or M-),Very Good (VG),
,Artist 1 (3),Album No 1,Label,LP,,0,1002,All,2020-01-01,,,
"""


@pytest.fixture(scope="module")
def web_home(web_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """With a list of two albums, one of which has a cover already."""
    table: Path = tmp_path_factory.mktemp("list") / "me-collection-20260101-1200.csv"
    table.write_text(",".join(COLLECTION) + "\n" + ROWS, encoding="utf-8")
    web_home.sleeve("add", table)
    return web_home


def test_a_list_narrows_the_catalogue_down_and_its_albums_say_so(page: Page) -> None:
    page.goto("/catalogue")
    page.get_by_role("link", name=re.compile(r"^Owned")).click()
    expect(page.locator(CARDS)).to_have_count(2)
    expect(page.locator(".chips .chip").first).to_contain_text("Owned")
    expect(page.locator(f"{CARDS} .tag.lists")).to_have_text(["Owned", "Owned"])
    expect(page.locator(CARDS).filter(has_text="Album No 1").locator("img")).to_have_count(1)
    expect(page.locator(CARDS).filter(has_text="Ege Bamyasi").locator(".cover.record")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^No cover")).click()
    expect(page.locator(CARDS)).to_have_count(1)


def test_an_album_without_a_cover_shows_its_pressing_and_is_put_on_a_list(page: Page) -> None:
    page.goto("/catalogue?list=owned&missing=cover")
    page.locator(CARDS).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ege Bamyasi")
    expect(page.locator(".pressings tbody tr")).to_have_text(
        re.compile("United Artists.*UAS 29414.*LP, Album.*1972.*Near Mint.*Very Good.*Owned.*Discogs")
    )
    expect(page.get_by_role("link", name="Find similar")).to_have_count(0)
    lists = page.get_by_role("group", name="Lists")
    owned, wanted = (lists.get_by_role("button", name=name) for name in ("Owned", "Wanted"))
    expect(owned).to_have_attribute("aria-pressed", "true")
    wanted.click()
    expect(wanted).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Undo").last.click()
    expect(wanted).to_have_attribute("aria-pressed", "false")
    owned.click()
    expect(owned).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Undo").last.click()
    expect(owned).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(owned).to_have_attribute("aria-pressed", "true")
    expect(wanted).to_have_attribute("aria-pressed", "false")


def test_a_list_narrows_a_search_and_takes_several_albums_at_once(page: Page) -> None:
    page.goto("/?album=2")
    page.locator("select[name=list]").select_option("owned")
    expect(page).to_have_url(re.compile("list=owned"))
    expect(page.locator("main ul.grid > li.card[data-album] .title")).to_have_text(["Album No 1"])
    page.goto("/catalogue?q=Blue Window")
    for place in (0, 1):
        page.locator(CARDS).nth(place).locator(".tick").check()
    page.get_by_role("group", name="Lists").get_by_role("button", name="Wanted").click()
    expect(page.locator(f"{CARDS} .tag.lists")).to_have_text(["Wanted", "Wanted"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"{CARDS} .tag.lists")).to_have_count(0)
