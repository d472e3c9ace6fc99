"""The map in a browser that draws WebGL in software."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.command_home import CommandHome
from tests.factories import write_cover

EVERY_CALL_100_MS_LATER = "let now = 0; performance.now = () => (now += 100);"


@pytest.mark.slow
def test_points_are_drawn_and_near_ones_are_covers(page: Page) -> None:
    page.goto("/map")
    canvas = page.locator("canvas")
    expect(canvas).to_have_attribute("data-points", re.compile(r"4\d"))
    expect(page.locator(".thumbs img").first).to_be_attached()
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"z=1\.80"))
    page.get_by_role("button", name="Show the whole map").click()
    expect(page).to_have_url(re.compile(r"z=1\.00"))


@pytest.mark.slow
def test_a_point_shows_its_album_and_opens_it(page: Page) -> None:
    page.goto("/map?highlight=1")
    expect(page.get_by_text("1 album highlighted")).to_be_visible()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    expect(page.locator(".hover .name")).to_be_visible()
    page.mouse.click(*middle)
    expect(page).to_have_url(re.compile("/album/1$"))
    page.go_back()
    expect(page.get_by_text("1 album highlighted")).to_be_visible()


@pytest.mark.slow
def test_the_legend_shows_one_genre_and_all_again(page: Page) -> None:
    page.goto("/map")
    page.locator(".legend").get_by_role("button", name=re.compile("^rock")).click()
    expect(page).to_have_url(re.compile("genre=rock"))
    expect(page.locator(".legend").get_by_role("button", name=re.compile("^jazz"))).to_have_attribute(
        "aria-pressed", "false"
    )
    page.reload()
    expect(page.locator(".legend").get_by_role("button", name=re.compile("^jazz"))).to_have_attribute(
        "aria-pressed", "false"
    )
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".legend").get_by_role("button", name=re.compile("^jazz"))).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.slow
def test_keys_move_and_open(page: Page) -> None:
    page.goto("/map?highlight=3")
    page.locator("canvas").focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("z="))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/album/3$"))


@pytest.mark.slow
def test_colours_reach_the_screen(page: Page) -> None:
    page.goto("/map?genre=rock")
    expect(page.locator(".thumbs img").first).to_be_attached()
    drawn = page.evaluate(
        """() => new Promise((resolve) => requestAnimationFrame(() => {
            dispatchEvent(new Event("themechange"));
            requestAnimationFrame(() => {
                const canvas = document.querySelector("canvas"), gl = canvas.getContext("webgl2");
                const pixels = new Uint8Array(canvas.width * canvas.height * 4);
                gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
                resolve(pixels.filter((value, place) => place % 4 === 3 && value > 100).length);
            });
        }))"""
    )
    assert drawn > 18 * 12


@pytest.mark.slow
def test_where_drawing_is_slow_fewer_points_move_and_all_come_to_rest(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)  # there are not so many albums: the one pointed at has no card
    numbers = list(range(1, 20_001))
    places = [(number % 200) / 100 - 1 for number in numbers]
    body = {
        "album_steps": [1] * 20_000,
        "cover_steps": [1] * 20_000,
        "x": places,
        "y": places[::-1],
        "genre": [0] * 20_000,
        "year": [0] * 20_000,
        "predicted": None,
        "missing": 0,
        "genres": ["a"],
    }
    page.route("**/api/v1/map", lambda route: route.fulfill(body=json.dumps(body), content_type="application/json"))
    page.add_init_script(EVERY_CALL_100_MS_LATER)
    page.goto("/map")
    canvas = page.locator("canvas")
    expect(canvas).to_have_attribute("data-drawn", "20000")
    canvas.hover()
    page.mouse.wheel(0, 10)
    expect(canvas).to_have_attribute("data-drawn", "4000")
    expect(canvas).to_have_attribute("data-drawn", "20000")


@pytest.mark.slow
def test_albums_are_found_on_the_map_and_coloured_by_decade(page: Page) -> None:
    page.goto("/map")
    page.get_by_role("searchbox", name="Find on the map").fill("blue windw")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 albums highlighted")).to_be_visible()
    expect(page.locator(".thumbs img.lit")).not_to_have_count(0)
    page.get_by_label("Colour by").select_option("year")
    expect(page).to_have_url(re.compile("by=year"))
    expect(page.locator(".legend").get_by_role("button", name=re.compile("^1970s"))).to_be_visible()
    page.reload()
    expect(page.get_by_label("Colour by")).to_have_value("year")
    page.get_by_role("link", name="Clear").click()
    expect(page).to_have_url(re.compile(r"/map(\?by=year)?$"))
    page.goto("/map?q=zz+zz+qq")
    expect(page.get_by_text("No album for “zz zz qq”.")).to_be_visible()


@pytest.mark.slow
def test_a_line_gathers_albums_into_a_list(page: Page) -> None:
    page.goto("/map")
    expect(page.locator("canvas")).to_have_attribute("data-drawn", re.compile(r"4\d"))
    page.get_by_role("button", name="Draw a line around albums to list them").click()
    box = page.locator(".lasso").bounding_box()
    assert box is not None
    corners = [(2, 2), (box["width"] - 4, 2), (box["width"] - 4, box["height"] - 4), (2, box["height"] - 4)]
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for left, top in corners:
        page.mouse.move(box["x"] + left, box["y"] + top, steps=3)
    page.mouse.up()
    panel = page.get_by_role("complementary", name="Albums inside the line")
    points = int(page.locator("canvas").get_attribute("data-points") or 0)
    expect(panel.get_by_role("heading")).to_have_text(f"{points} albums")
    expect(panel.locator("li.card[data-album]")).to_have_count(points)
    panel.get_by_role("button", name="Select all").click()
    expect(panel.locator(".bulk")).to_contain_text(f"{points} albums selected")
    panel.get_by_role("button", name="Close the list").click()
    expect(panel).to_have_count(0)


@pytest.mark.slow
def test_albums_that_are_not_on_the_map_are_said_and_put_on_it(page: Page, web_home: CommandHome) -> None:
    page.goto("/map")
    points = int(page.locator("canvas").get_attribute("data-points") or 0)
    image = write_cover(web_home.folder / "late.png", seed=7100).read_bytes()
    made = page.request.post(
        "/api/v1/albums", multipart={"image": {"name": "l.png", "mimeType": "image/png", "buffer": image}}
    )
    album = made.json()["id"]
    page.goto(f"/map?highlight={album}")
    expect(page.get_by_text("0 albums highlighted, 1 not on the map yet")).to_be_visible()
    notice = page.locator(".map-notice")
    expect(notice).to_contain_text("1 album is not on the map yet.")
    notice.get_by_role("button", name="Update the map").click()
    expect(page.locator("canvas")).to_have_attribute("data-points", str(points + 1), timeout=120_000)
    expect(notice).to_have_count(0)
    expect(page.get_by_text("1 album highlighted")).to_be_visible()
    page.get_by_label("Colour by").select_option("predicted")
    expect(page.locator(".legend li")).not_to_have_count(0)
