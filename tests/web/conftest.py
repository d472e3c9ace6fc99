"""A served home with drawn covers, and pages of a real browser that may not log an error."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.web.chromium import chromium, chromium_path

WAIT_MS = 10_000
VIEW = re.compile(r"^http://[^/]+/(?!api/|static/)")
POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each module: while it is open its event loop runs in this thread, and nobody else's can."""
    if chromium_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def filled_home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """Forty albums, of which one has a back cover and two show the same picture; indexed and mapped."""
    home = make_home(tmp_path_factory.mktemp("web"), "sqlite")
    covers = home.folder / "covers"
    write_covers(covers, {"jazz": 20, "rock": 18})
    rows = ["file,genre,artist,album,year,side"]
    for file in sorted(covers.rglob("*.png")):
        number = len(rows)
        names = f"Artist {number % 5},Album No {number},{1960 + number},front"
        rows.append(f"{file.relative_to(home.folder)},{file.parent.name},{names}")
    write_cover(home.folder / "named.png", seed=901)
    write_cover(home.folder / "named-back.png", seed=902)
    (home.folder / "copy.png").write_bytes((home.folder / "named.png").read_bytes() + b"\0")
    rows.append("named.png,jazz,Ada Quartet,Blue Window,1959,front")
    rows.append("named-back.png,jazz,Ada Quartet,Blue Window,1959,back")
    rows.append("copy.png,jazz,Ada Quartet,Blue Window (Reissue),1999,front")
    (home.folder / "catalogue.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    home.sleeve("add", "catalogue.csv")
    home.sleeve("index")
    home.sleeve("map")
    return home


@pytest.fixture(scope="module")
def web_home(filled_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """A copy for each module: its journeys change the catalogue."""
    copy = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(filled_home.environment["SLEEVE_HOME"], copy)
    return CommandHome(filled_home.folder, {**filled_home.environment, "SLEEVE_HOME": str(copy)})


@pytest.fixture(scope="module")
def address(browser: Browser, web_home: CommandHome) -> Iterator[str]:
    with web_home.serving() as address:
        yield address


@pytest.fixture
def expected_failures() -> list[int]:
    """HTTP statuses that a journey means to provoke; the browser logs each as an error."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, expected_failures: list[int]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 860})
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page = context.new_page()
    page.route(VIEW, _with_policy)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.extend(_complaint(message, expected_failures)))
    page.on("request", lambda request: errors.extend([] if _is_own(request.url, address) else [request.url]))
    yield page
    context.close()
    assert errors == []


def _with_policy(route: Route) -> None:
    """The page as it is sent under the strictest of policies."""
    response = route.fetch()
    route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})


def _is_own(url: str, address: str) -> bool:
    return url.startswith((address, "blob:", "data:"))


def _complaint(message: ConsoleMessage, expected: list[int]) -> list[str]:
    meant = any(f"status of {status}" in message.text for status in expected)
    return [message.text] if message.type in {"error", "warning"} and not meant and "WebGL" not in message.text else []
