"""What a first visit loads: `python -m benchmarks.pages [ADDRESS] [--album 35] [--quick] [--cold HOME]`.

A headless Chromium with an empty cache opens each page of a running service (by default the demo's), as a phone and as
a desktop, on a slow network (400 ms before each answer, 50 kB a second) or on this machine's. Printed are the requests
and the kB that came over the network, with their headers, by kind; when there is a search field, a heading or the map's
canvas; when there is something of the answer; and when nothing more comes. The start page picks the same albums in each
run.

With ``--cold`` a service is started anew for each visit over HOME (only read) with no thumbnails, and is visited from
this machine as soon as it says that it is there. Printed are the ms from the visit to the first cover that is shown and
to all covers of the first screen, the median of so many visits and the most.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, CDPSession

from benchmarks.services import HERE, serving
from tests.web.chromium import chromium
from tests.web.screenshots import demo

PAGES = {
    "start": "/",
    "similar": "/?album={album}",
    "words": "/?q=the",
    "catalogue": "/catalogue",
    "album": "/album/{album}",
    "map": "/map",
    "queue": "/queue",
}
SCREENS: Mapping[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
KINDS = {"Document": "page", "Stylesheet": "code", "Script": "code", "Image": "pictures", "Fetch": "data"}
SAME_PICKS = "let at = 1; Math.random = () => { at = (at * 48271) % 2147483647; return at / 2147483647; };"
FIRST_FIELD = "main input[type=search], main h1:not(.sr), canvas"
FIRST_ANSWER = "main .card[data-album], main .stage img, canvas[data-drawn], main .state"

COLD_PAGES = ("start", "catalogue")
COVERS_SHOWN = """
window.shownMs = { first: 0, all: 0 };
const look = () => {
  const isInScreen = (each) => each.getBoundingClientRect().top < innerHeight;
  const screen = [...document.querySelectorAll("main img")].filter(isInScreen);
  const shown = screen.filter((each) => each.complete && each.naturalWidth > 0);
  if (shown.length > 0) shownMs.first ||= performance.now();
  if (shown.length < screen.length || screen.length === 0) shownMs.all = 0;
  else shownMs.all ||= performance.now();
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Looks at each frame which covers of the first screen are shown."""


@dataclass(slots=True)
class Loaded:
    """What came over the network, and when the page was usable."""

    requests: Counter[str] = field(default_factory=Counter)
    octets: Counter[str] = field(default_factory=Counter)
    field_ms: float = 0.0
    answer_ms: float = 0.0
    end_ms: float = 0.0


def load(browser: Browser, address: str, path: str, screen: Mapping[str, Any], *, slow: bool) -> Loaded:
    """Open a page for the first time."""
    context = browser.new_context(base_url=address, **screen)
    context.add_init_script(SAME_PICKS)
    page = context.new_page()
    network = context.new_cdp_session(page)
    loaded = Loaded()
    _listen(network, loaded)
    if slow:
        network.send("Network.emulateNetworkConditions", SLOW)
    begin = perf_counter()
    page.goto(path, wait_until="commit", timeout=120_000)
    page.wait_for_selector(FIRST_FIELD, timeout=120_000)
    loaded.field_ms = (perf_counter() - begin) * 1000
    page.wait_for_selector(FIRST_ANSWER, timeout=120_000)
    loaded.answer_ms = (perf_counter() - begin) * 1000
    page.wait_for_load_state("networkidle", timeout=120_000)
    loaded.end_ms = (perf_counter() - begin) * 1000
    context.close()
    return loaded


def _listen(network: CDPSession, loaded: Loaded) -> None:
    kinds: dict[str, str] = {}

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = KINDS.get(event["type"], "code")

    def ended(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "code")
        loaded.requests[kind] += 1
        loaded.octets[kind] += int(event["encodedDataLength"])

    network.on("Network.requestWillBeSent", begun)
    network.on("Network.loadingFinished", ended)
    network.send("Network.enable")


def cold_visit(browser: Browser, home: Path, path: str, screen: Mapping[str, Any]) -> tuple[float, float]:
    """Visit a service that was just started, and has no thumbnails; ms to the first cover and to the first screen."""
    with ExitStack() as until_done:
        folder = Path(until_done.enter_context(tempfile.TemporaryDirectory()))
        for entry in home.iterdir():
            if entry.name != "thumbnails":
                (folder / entry.name).symlink_to(entry.resolve())
        service = until_done.enter_context(serving(HERE, folder))
        context = until_done.enter_context(browser.new_context(base_url=service.address, **screen))
        context.add_init_script(SAME_PICKS)
        context.add_init_script(COVERS_SHOWN)
        page = context.new_page()
        page.goto(path, wait_until="commit", timeout=120_000)
        page.wait_for_load_state("networkidle", timeout=120_000)
        shown = page.evaluate("shownMs")
        return shown["first"], shown["all"]


def _print_cold(browser: Browser, home: Path, visits: int) -> None:
    print("| page | first cover ms (most) | first screen ms (most) |\n|---|---|---|")
    for screen, device in SCREENS.items():
        for name in COLD_PAGES:
            taken = [cold_visit(browser, home, PAGES[name], device) for _ in range(visits)]
            first, all_of_it = zip(*taken, strict=True)
            print(
                f"| {name}, {screen} | {median(first):.0f} ({max(first):.0f}) "
                f"| {median(all_of_it):.0f} ({max(all_of_it):.0f}) |",
                flush=True,
            )


def main() -> None:
    """Serve, load, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", help="of a service that has a map")
    parser.add_argument("--album", type=int, default=35)
    parser.add_argument("--quick", action="store_true", help="on this machine's network")
    parser.add_argument("--cold", type=Path, metavar="HOME", help="whose service is started anew for each visit")
    parser.add_argument("--visits", type=int, default=5)
    asked = parser.parse_args()
    if asked.cold:
        with chromium() as browser:
            _print_cold(browser, asked.cold, asked.visits)
        return
    print("| page | requests | kB | of it code | data | pictures | field ms | answer ms | end ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    with chromium() as browser, nullcontext(asked.address) if asked.address else demo() as address:
        for screen, device in SCREENS.items():
            for name, path in PAGES.items():
                loaded = load(browser, address, path.format(album=asked.album), device, slow=not asked.quick)
                print(_row(f"{name}, {screen}", loaded), flush=True)


def _row(name: str, loaded: Loaded) -> str:
    octets = loaded.octets
    sizes = [f"{size / 1000:.0f}" for size in (octets.total(), octets["code"], octets["data"], octets["pictures"])]
    times = [f"{ms:.0f}" for ms in (loaded.field_ms, loaded.answer_ms, loaded.end_ms)]
    return f"| {' | '.join([name, str(loaded.requests.total()), *sizes, *times])} |"


if __name__ == "__main__":
    main()
