"""Asking with the URL of a picture: fetched by the service, shown like any other query."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, expect

from indexer.sources.remote_image import fetch_image
from service.http.app import create_app
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.indexer.sources.remote_image.server import Server, answer, near, serving
from tests.web.test_search_journeys import CARDS


@pytest.fixture(scope="module")
def pictures(web_home: CommandHome) -> Iterator[Server]:
    """A host with one picture."""
    image = (web_home.folder / "named.png").read_bytes()
    with serving(
        lambda connection, path: connection.sendall(
            answer("200 OK", image) if path == "/named.png" else answer("404 Not Found")
        )
    ) as server:
        yield server


@pytest.fixture(scope="module")
def address(browser: Browser, web_home: CommandHome) -> Iterator[str]:
    """The service in this process, with a world in which the host of the pictures is a public one."""
    home = Path(web_home.environment["SLEEVE_HOME"])
    settings = Settings(home=home, bundle=web_home.environment["SLEEVE_BUNDLE"], image_urls=True)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_config=None))
    thread = Thread(target=server.run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.http.app.fetch_image", partial(fetch_image, reach=near()))
        thread.start()
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.mark.slow
def test_the_url_of_a_picture_finds_its_album(page: Page, pictures: Server) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="Artist").fill(pictures.url("/named.png"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks like that picture")
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")
    assert "image_url=" in page.url
    page.reload()
    expect(page.locator(CARDS).first).to_contain_text("Blue Window")


@pytest.mark.slow
def test_a_url_entered_before_the_status_is_known_is_still_a_picture(page: Page, pictures: Server) -> None:
    """A service that just started says late what it can; covers and the field are there before."""
    asked: list[Route] = []
    page.route("**/api/v1/status", lambda route: asked.append(route))
    page.goto("/")
    expect(page.locator(CARDS).first).to_be_visible()
    field = page.get_by_role("combobox", name="Artist")
    field.fill(pictures.url("/named.png"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Albums that look like this")
    [status] = asked
    status.continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks like that picture")


@pytest.mark.slow
def test_a_url_without_a_picture_is_answered_in_one_line(
    page: Page, pictures: Server, expected_failures: list[int]
) -> None:
    expected_failures.append(422)
    page.goto("/")
    page.get_by_role("combobox", name="Artist").fill(pictures.url("/nothing.png"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("404")
