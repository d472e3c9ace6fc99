"""What a page asks the service for: nothing twice."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.factories import write_cover

VIEWS = ("/", "/?album=4", "/?q=blue", "/?like=3&like=4", "/catalogue", "/album/4", "/map", "/duplicates")

SENT_PICTURES = """performance.getEntriesByType("resource")
    .filter((entry) => entry.name.includes("/images/") && entry.transferSize > 0).map((entry) => entry.name)"""
"""The addresses of pictures that came over the network, and not from the browser's memory."""

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(page: Page) -> Counter[tuple[str, str, bytes | None]]:
    """How often each request went to the service: method, address and body."""
    seen: Counter[tuple[str, str, bytes | None]] = Counter()

    def count(request: Request) -> None:
        if request.url.startswith("http"):
            seen[request.method, request.url, request.post_data_buffer] += 1

    page.on("request", count)
    return seen


def _twice(asked: Counter[tuple[str, str, bytes | None]]) -> list[tuple[str, str]]:
    return [(method, url) for (method, url, _), times in asked.items() if times > 1]


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_asks_twice(page: Page, asked: Counter[tuple[str, str, bytes | None]], view: str) -> None:
    page.goto(view)
    page.wait_for_load_state("networkidle")
    expect(page.locator("main img, canvas[data-drawn]").first).to_be_visible()
    assert any("/api/v1/" in url for _, url, _ in asked)
    assert _twice(asked) == []


def test_a_picture_is_sent_once_and_its_result_asks_nothing_twice(
    page: Page, asked: Counter[tuple[str, str, bytes | None]], tmp_path: Path
) -> None:
    page.goto("/")
    page.wait_for_load_state("networkidle")
    asked.clear()
    page.locator("main input[type=file]").first.set_input_files(write_cover(tmp_path / "asked.png", seed=3))
    expect(page.locator("main .results .card[data-album]").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sum(method == "POST" and "/similar" in url for method, url, _ in asked.elements()) == 1
    assert _twice(asked) == []


def test_who_goes_back_to_a_list_is_not_sent_its_pictures_again(page: Page) -> None:
    page.goto("/catalogue")
    page.wait_for_load_state("networkidle")
    page.locator("li.card[data-album] a").first.click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    page.go_back()
    expect(page.locator("li.card[data-album]").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    names = page.evaluate(SENT_PICTURES)
    assert len(names) >= 20
    assert [name for name, times in Counter(names).items() if times > 1] == []
