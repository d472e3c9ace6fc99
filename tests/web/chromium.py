"""A headless Chromium for tests: the system's, driven by Playwright; nothing is downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium_path() -> Path | None:
    """The browser of this machine, or None."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return None if found is None else Path(found)


@contextmanager
def chromium(*further: str) -> Iterator[Browser]:
    """A browser that draws WebGL in software, started with further arguments."""
    path = chromium_path()
    assert path is not None, "there is no Chromium: `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *further])
        try:
            yield browser
        finally:
            browser.close()
