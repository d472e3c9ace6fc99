"""Pictures of every view of the running app: ``make screenshots``. With an address, of the app that runs there.

``make pictures`` takes them of the demo, and keeps some for the README.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.command_home import CommandHome
from tests.web.chromium import chromium

FOLDER = Path("screenshots")
VIEWS = {
    "search": "/",
    "similar": "/?album={album}",
    "names": "/?q=the",
    "taste": "/?{taste}",
    "album": "/album/{album}",
    "map": "/map",
    "map-near": "/map?x=0.1&y=0.1&z=5",
    "map-result": "/map?{highlight}",
    "map-decades": "/map?by=year",
    "catalogue": "/catalogue",
    "catalogue-rows": "/catalogue?sort=title&view=rows",
    "catalogue-wall": "/catalogue?sort=colour&view=wall",
    "duplicates": "/duplicates",
    "compare": "/compare?album={album}&album={other}",
    "queue": "/queue",
    "index": "/index",
    "docs": "/docs",
    "nowhere": "/there/is/no/such/page",
    "nothing": "/?q=there+is+no+such+album",
}
SCREENS = {
    "desktop-light": (1440, 900, 1),
    "desktop-dark": (1440, 900, 1),
    "phone-light": (390, 844, 2),
    "phone-dark": (390, 844, 2),
}
SETTLE_MS = 700

README_FOLDER = Path("docs/pictures")
README_PICTURES = ("similar-desktop-light", "album-desktop-dark", "map-desktop-dark", "similar-phone-dark")
README_WIDTH_PX = 1200


@contextmanager
def demo() -> Iterator[str]:
    """The address of a service over the demo's catalogue, drawn and laid out if it is not yet."""
    folder = Path(os.environ.get("SLEEVE_HOME", ".sleeve")).absolute()
    CommandHome(Path.cwd(), {**os.environ, "SLEEVE_HOME": str(folder)}).sleeve("demo", "--no-serve", timeout_s=600)
    home = CommandHome(Path.cwd(), {**os.environ, "SLEEVE_HOME": str(folder / "demo")})
    home.sleeve("map", timeout_s=600)
    with home.serving() as address:
        yield address


def take(browser: Browser, address: str, album: int) -> Iterator[Path]:
    """Each picture as it is taken."""
    wanted = {
        "album": album,
        "other": album + 1,
        "taste": urlencode([("like", album), ("like", album + 7), ("dislike", album + 3)]),
        "highlight": urlencode([("highlight", album + step) for step in range(0, 60, 5)]),
    }
    FOLDER.mkdir(exist_ok=True)
    for screen, (width, height, ratio) in SCREENS.items():
        phone = screen.startswith("phone")
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            device_scale_factor=ratio,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if screen.endswith("dark") else "light",
        )
        page = context.new_page()
        for name, view in VIEWS.items():
            yield _taken(page, view.format(**wanted), FOLDER / f"{name}-{screen}.png")
        context.close()


def _taken(page: Page, view: str, file: Path) -> Path:
    page.goto(view)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE_MS)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    return file


def keep_for_readme() -> None:
    """Write the README's pictures, smaller and as WebP."""
    README_FOLDER.mkdir(exist_ok=True)
    for name in README_PICTURES:
        picture = Image.open(FOLDER / f"{name}.png").convert("RGB")
        picture.thumbnail((README_WIDTH_PX, README_WIDTH_PX), Image.Resampling.LANCZOS)
        picture.save(README_FOLDER / f"{name}.webp", quality=80, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", help="of a running app; by default the demo is served")
    parser.add_argument("album", nargs="?", type=int, default=6)
    parser.add_argument("--readme", action="store_true", help="keep some for the README")
    asked = parser.parse_args()
    with chromium() as browser, nullcontext(asked.address) if asked.address else demo() as address:
        files = list(take(browser, address, asked.album))
    if asked.readme:
        keep_for_readme()
    sys.stderr.write(f"{len(files)} pictures in {FOLDER}/\n")


if __name__ == "__main__":
    main()
