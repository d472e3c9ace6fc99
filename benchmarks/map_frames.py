"""How smoothly the map moves: `python -m benchmarks.map_frames [ADDRESS] [--points 50000]`.

A headless Chromium, which draws WebGL in software, shows the map of a running service (by default the demo's), whose
answer is exchanged for made-up points in clusters. The wheel then turns a little in every frame, to and fro, and every
frame is waited for. Printed are the milliseconds from one frame to the next and how many points a frame drew, moving
and at rest.
"""

import argparse
import json
from contextlib import nullcontext
from functools import partial

import numpy as np
from playwright.sync_api import Page, Route

from tests.web.chromium import chromium
from tests.web.screenshots import demo

CLUSTERS = 40
GENRES = 12
FRAMES = 120
TURN_THE_WHEEL = """(frames) => new Promise((resolve) => {
    const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect(), times = [], drawn = [];
    const gl = canvas.getContext("webgl2");
    const step = () => {
        gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
        times.push(performance.now());
        drawn.push(Number(canvas.dataset.drawn));
        if (times.length > frames) return resolve({ times, drawn });
        const [clientX, clientY] = [box.left + box.width / 3, box.top + box.height / 3];
        const deltaY = times.length % 60 < 30 ? -20 : 20;
        canvas.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX, clientY, bubbles: true, cancelable: true }));
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""


def main() -> None:
    """Serve, drag, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", help="of a service that has a map")
    parser.add_argument("--points", type=int, nargs="+", default=[5_000, 50_000])
    asked = parser.parse_args()
    print("| points | drawn moving | drawn at rest | p50 ms a frame | p95 ms |\n|---|---|---|---|---|")
    with chromium() as browser, nullcontext(asked.address) if asked.address else demo() as address:
        for count in asked.points:
            page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 860})
            page.route("**/api/v1/map", partial(_answer, json.dumps(_made_up(count))))
            print(_row(page, count), flush=True)
            page.close()


def _answer(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="application/json")


def _row(page: Page, count: int) -> str:
    page.goto("/map")
    page.wait_for_selector(f"canvas[data-drawn='{count}']")
    page.wait_for_timeout(1000)
    moved = page.evaluate(TURN_THE_WHEEL, FRAMES)
    page.wait_for_timeout(1500)
    at_rest = page.locator("canvas").get_attribute("data-drawn")
    p50, p95 = np.percentile(np.diff(moved["times"]), [50, 95])
    return f"| {count:,} | {int(np.median(moved['drawn'])):,} | {int(at_rest or 0):,} | {p50:.0f} | {p95:.0f} |"


def _made_up(count: int) -> dict[str, object]:
    rng = np.random.default_rng(0)
    centres = rng.uniform(-0.9, 0.9, (CLUSTERS, 2))
    of = rng.integers(CLUSTERS, size=count)
    places = np.clip(centres[of] + rng.normal(0, 0.08, (count, 2)), -1, 1).round(4)
    return {
        "albums": list(range(1, count + 1)),
        "covers": list(range(1, count + 1)),
        "x": places[:, 0].tolist(),
        "y": places[:, 1].tolist(),
        "genre": (of % GENRES).tolist(),
        "genres": [f"genre {number}" for number in range(GENRES)],
    }


if __name__ == "__main__":
    main()
