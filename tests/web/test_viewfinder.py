"""The camera that opens by itself, with a browser whose camera shows a film of one cover."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, JSHandle, Page, expect

from tests.indexer.artwork.artworks import artwork
from tests.web.chromium import chromium, chromium_path

FRAMES = 5


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    seen = Image.new("RGB", (1280, 720), (60, 50, 40))
    seen.paste(artwork(1).convert("RGB").resize((600, 600)), (340, 60))
    frame = BytesIO()
    seen.save(frame, "JPEG", quality=95)
    film = tmp_path_factory.mktemp("camera") / "film.mjpeg"
    film.write_bytes(frame.getvalue() * FRAMES)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    with chromium(*camera) as browser:
        yield browser


@pytest.mark.slow
def test_the_shortcut_opens_the_camera_and_one_press_searches(page: Page, address: str, tmp_path: Path) -> None:
    artwork(1).save(tmp_path / "held.png")
    files = {"image": ("held.png", (tmp_path / "held.png").read_bytes())}
    made = httpx.post(f"{address}/api/v1/albums", files=files, data={"title": "Held Up", "genre": "jazz"})
    assert made.status_code == 201, made.text
    page.context.grant_permissions(["camera"])
    page.goto("/?camera=1")
    camera = page.get_by_role("dialog", name="Take a photo of a cover")
    expect(camera).to_be_visible()
    film = _film(page)
    camera.get_by_role("button", name="Search with this").press("Enter")
    card = page.get_by_role("region", name="What your picture shows")
    expect(card.get_by_role("heading")).to_have_text("Held Up")
    expect(page.locator("video")).to_have_count(0)
    assert film.evaluate("track => track.readyState") == "ended"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Albums that look like this")
    expect(camera).to_have_count(0)


@pytest.mark.slow
def test_the_camera_can_be_closed_and_is_off_then(page: Page) -> None:
    page.context.grant_permissions(["camera"])
    page.goto("/?camera=1")
    camera = page.get_by_role("dialog", name="Take a photo of a cover")
    film = _film(page)
    camera.get_by_role("button", name="Close the camera").click()
    expect(camera).to_have_count(0)
    assert film.evaluate("track => track.readyState") == "ended"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Albums that look like this")
    expect(camera).to_have_count(0)


def test_a_refused_camera_gets_one_line_and_the_page_stays_usable(page: Page) -> None:
    page.goto("/?camera=1")
    expect(page.get_by_role("status").filter(has_text="may not use the camera")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose a picture").first).to_be_visible()


def _film(page: Page) -> JSHandle:
    """What the camera gives, once it is seen."""
    video = page.locator("video")
    expect(video).to_have_js_property("videoWidth", 1280)
    return video.evaluate_handle("video => video.srcObject.getTracks()[0]")
