"""The catalogue, an album and the index: adding, correcting, deleting, rebuilding, rolling back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.command_home import CommandHome
from tests.factories import write_cover

CARDS = "main ul.grid > li.card[data-album]"


def test_covers_are_added_found_corrected_and_deleted(page: Page, web_home: CommandHome) -> None:
    files = [write_cover(web_home.folder / f"new-{seed}.png", seed=seed) for seed in (7001, 7002)]
    page.goto("/catalogue")
    page.get_by_role("button", name="Add covers").click()
    page.get_by_label("Pictures of covers").set_input_files(files)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title of new-7001.png").fill("Fresh Paint")
    dialog.get_by_label("Artist of new-7001.png").fill("Nova")
    dialog.get_by_label("Genre").fill("rock")
    dialog.get_by_role("button", name="Add 2 covers").click()
    expect(dialog.get_by_text("2 covers added.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(CARDS).filter(has_text="Fresh Paint")).to_be_visible()
    page.get_by_role("searchbox").fill("fresh nova")
    page.keyboard.press("Enter")
    expect(page.locator(CARDS)).to_have_count(1)
    page.locator(CARDS).get_by_role("link", name=re.compile("^Fresh Paint")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fresh Paint")
    page.get_by_role("button", name="Set the genre to jazz").click()
    expect(page.get_by_role("list", name="Genres")).to_have_text("jazz")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("list", name="Genres")).not_to_have_text("jazz")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fresh Paint")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(page.locator(CARDS).first).to_be_visible()
    expect(page.locator(CARDS).filter(has_text="Fresh Paint")).to_have_count(0)
    page.goto("/catalogue?q=fresh")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


@pytest.mark.slow
def test_an_album_shows_both_sides_and_its_relatives(page: Page) -> None:
    page.goto("/catalogue?q=Blue Window&sort=year")
    page.locator(CARDS).first.get_by_role("link", name=re.compile("^Blue Window")).click()
    expect(page.get_by_role("img", name="Front cover of Blue Window by Ada Quartet")).to_be_visible()
    page.get_by_role("button", name="Show the back cover").click()
    expect(page.get_by_role("img", name="Back cover of Blue Window by Ada Quartet")).to_be_visible()
    expect(page.get_by_role("region", name="Same artwork").locator(".card[data-album]")).to_have_count(1)
    expect(page.get_by_role("region", name="You may like").locator(".card[data-album]").first).to_be_visible()
    page.get_by_role("link", name="Ada Quartet").first.click()
    expect(page.locator(CARDS)).to_have_count(2)


@pytest.mark.slow
def test_an_album_that_is_not_there(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)
    page.goto("/album/99999")
    expect(page.get_by_role("heading", name="There is no such album")).to_be_visible()


def test_the_catalogue_is_filtered_sorted_and_shared_by_its_address(page: Page) -> None:
    page.goto("/catalogue")
    page.locator("select[name=genre]").select_option("jazz")
    page.get_by_label("Sort by").select_option("year")
    expect(page).to_have_url(re.compile("genre=jazz&sort=year"))
    expect(page.locator(CARDS)).to_have_count(22)
    expect(page.locator(CARDS).first).to_contain_text("1959")
    years = [int(text) for text in re.findall(r"· (\d{4})", " ".join(page.locator(CARDS).all_inner_texts()))]
    assert years == sorted(years)
    assert len(years) == 22
    page.reload()
    expect(page.locator(CARDS)).to_have_count(22)


@pytest.mark.slow
def test_a_rebuild_is_watched_and_rolled_back(page: Page) -> None:
    page.goto("/index")
    expect(page.locator(".figure").filter(has_text="Recall")).to_contain_text("1.000")
    before = page.locator('[aria-label="Index versions"] tbody tr').count()
    page.get_by_role("button", name="Rebuild the index").click()
    expect(page.locator("section", has_text="Work").get_by_text(re.compile("Done"))).to_be_visible()
    expect(page.locator('[aria-label="Index versions"] tbody tr')).to_have_count(min(before + 1, 2))
    page.get_by_role("button", name="Roll back").click()
    expect(page.locator("#notes")).to_contain_text("is live again")
    expect(page.locator('[aria-label="Bundles"]')).to_contain_text("tiny")


@pytest.mark.slow
def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.goto("/")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_role("button", name="Switch to the dark theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.slow
def test_what_was_found_is_overruled(page: Page) -> None:
    page.goto("/catalogue?q=Blue Window&sort=year")
    page.locator(CARDS).first.get_by_role("link", name=re.compile("^Blue Window")).click()
    relatives = page.get_by_role("region", name="Same artwork").locator(".card[data-album]")
    page.get_by_role("button", name="Not the same artwork: Blue Window (Reissue)").click()
    expect(page.get_by_text("They count as different artworks from now on.")).to_be_visible()
    expect(relatives).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("They count as one artwork from now on.")).to_be_visible()
    expect(relatives).to_have_count(1)
    page.get_by_role("button", name="Not the same artwork: Blue Window (Reissue)").click()
    expect(relatives).to_have_count(0)
    page.get_by_role("button", name="Show the back cover").click()
    page.get_by_role("button", name="Make it another album").click()
    expect(page.get_by_text("It is an album of its own from now on.")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Back cover of"))).to_be_visible()
