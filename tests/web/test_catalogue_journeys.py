"""The catalogue, an album and the index: adding, correcting, deleting, rebuilding, rolling back."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.command_home import CommandHome
from tests.factories import write_cover

CARDS = "main ul.virtual > li.card[data-album]"
MANY = 1_000_000
SHELF_CARDS = "li.card[data-album]"


@pytest.mark.slow
def test_covers_are_added_found_corrected_and_deleted(page: Page, web_home: CommandHome) -> None:
    files = [write_cover(web_home.folder / f"new-{seed}.png", seed=seed) for seed in (7001, 7002)]
    page.goto("/catalogue")
    page.get_by_role("link", name="Add covers").click()
    page.get_by_label("Pictures of covers").set_input_files(files)
    new = page.get_by_role("region", name="New")
    expect(new.locator(".queue-row")).to_have_count(2)
    page.get_by_label("Title of new-7001.png").fill("Fresh Paint")
    page.get_by_label("Artist of new-7001.png").fill("Nova")
    page.get_by_label("Genre for all new ones").fill("rock")
    page.get_by_role("button", name="Add 2 new albums").click()
    expect(page.get_by_role("region", name="Added").locator(".queue-row")).to_have_count(2)
    page.get_by_role("link", name="Fresh Paint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fresh Paint")
    page.goto("/catalogue")
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fresh Paint")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(page.locator(".card.going").filter(has_text="Fresh Paint")).to_be_visible()
    page.goto("/index")
    page.goto("/catalogue?q=fresh")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


@pytest.mark.slow
def test_an_album_shows_both_sides_and_its_relatives(page: Page) -> None:
    page.goto("/catalogue?q=Blue Window&sort=year")
    page.locator(CARDS).first.get_by_role("link", name=re.compile("^Blue Window")).click()
    expect(page.get_by_role("img", name="Front cover of Blue Window by Ada Quartet")).to_be_visible()
    page.get_by_role("button", name="Show the back cover").click()
    expect(page.get_by_role("img", name="Back cover of Blue Window by Ada Quartet")).to_be_visible()
    page.get_by_title("Show it in full size").click()
    large = page.get_by_role("dialog").get_by_role("img")
    expect(large).to_have_attribute("alt", "Back cover of Blue Window by Ada Quartet")
    page.keyboard.press("ArrowRight")
    expect(large).to_have_attribute("alt", "Front cover of Blue Window by Ada Quartet")
    page.keyboard.press("Escape")
    for region, count in (("Pressings", 1), ("More by Ada Quartet", 1), ("Looks like", 12), ("You may like", 12)):
        expect(page.get_by_role("region", name=region, exact=True).locator(SHELF_CARDS)).to_have_count(count)
    discogs = page.get_by_role("link", name="Look up on Discogs")
    expect(discogs).to_have_attribute("href", "https://www.discogs.com/search/?q=Ada+Quartet+Blue+Window&type=all")
    expect(discogs).to_have_attribute("rel", "noreferrer noopener")
    page.get_by_role("link", name="Ada Quartet", exact=True).click()
    expect(page.locator(CARDS)).to_have_count(2)


@pytest.mark.slow
def test_the_album_before_and_the_next_are_those_of_the_list(page: Page) -> None:
    page.goto("/catalogue?sort=title")
    expect(page.locator(CARDS).nth(2)).to_be_visible()
    ids = [str(card.get_attribute("data-album")) for card in page.locator(CARDS).all()[:3]]
    page.locator(CARDS).nth(1).locator(".face").click()
    way = page.get_by_role("navigation", name="The list that you came from")
    expect(way).to_contain_text("2 of")
    way.get_by_role("link", name="The next album").click()
    expect(page).to_have_url(re.compile(f"/album/{ids[2]}$"))
    expect(way).to_contain_text("3 of")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(f"/album/{ids[1]}$"))
    way.get_by_role("link", name="The album before").click()
    expect(page).to_have_url(re.compile(f"/album/{ids[0]}$"))
    expect(way.get_by_role("link", name="The album before")).to_have_count(0)
    way.get_by_role("link", name="Catalogue").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?sort=title$"))


@pytest.mark.slow
def test_an_album_that_is_not_there(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)
    page.goto("/album/99999")
    expect(page.get_by_role("heading", name="There is no such album")).to_be_visible()


@pytest.mark.slow
def test_an_album_that_was_made_one_with_another_leads_there(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)
    found = page.request.get("/api/v1/albums?q=blue+window").json()["albums"]
    reissue, window = (album["id"] for album in sorted(found, key=lambda album: album["year"], reverse=True))
    assert page.request.post(f"/api/v1/albums/{window}/merge", data={"album_ids": [reissue]}).ok
    page.goto(f"/album/{reissue}")
    expect(page).to_have_url(re.compile(f"/album/{window}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Blue Window")
    expect(page.locator("#notes")).to_contain_text(f"Album {reissue} was made one with this one.")
    assert page.request.post(f"/api/v1/albums/{reissue}/merge/undo").ok


@pytest.mark.slow
def test_a_wall_of_covers_by_colour(page: Page) -> None:
    page.goto("/catalogue")
    page.get_by_role("link", name="By colour").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?sort=colour&view=wall$"))
    wall = page.locator(".wall > .card[data-album]")
    in_order = page.request.get("/api/v1/albums?sort=colour&limit=200").json()["albums"]
    assert len(in_order) >= 40
    expect(wall).to_have_count(len(in_order))
    assert [int(str(one.get_attribute("data-album"))) for one in wall.all()] == [album["id"] for album in in_order]
    jumps = page.request.get("/api/v1/albums/facets?sort=colour").json()["jumps"]
    names = page.get_by_role("navigation", name="Go to").get_by_role("button")
    expect(names).to_have_text([jump["name"] for jump in jumps])
    wall.nth(1).locator("a").click()
    expect(page.locator(".way")).to_contain_text(f"2 of {len(in_order)}")
    expect(page.get_by_role("link", name="The album before")).to_have_attribute("href", f"/album/{in_order[0]['id']}")
    page.go_back()
    page.get_by_role("link", name="Show as tiles").click()
    expect(page).to_have_url(re.compile(r"\?sort=colour$"))
    expect(page.locator(".tiles > .card[data-album] .words").first).to_be_visible()


@pytest.mark.slow
def test_links_lead_to_the_very_page_where_an_id_is_known(page: Page) -> None:
    group, found = "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa", page.request.get("/api/v1/albums?q=blue+window").json()
    album = min(found["albums"], key=lambda album: int(album["year"]))["id"]

    def known(route: Route) -> None:
        ids = {"musicbrainz_release_group": group, "musicbrainz_release": None, "discogs_master": None}
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "outside_ids": {**ids, "discogs_release": "249504"}})

    page.goto(f"/album/{album}")
    looks = "https://musicbrainz.org/search?query=Ada+Quartet+Blue+Window&type=release_group"
    expect(page.get_by_role("link", name="Look up on MusicBrainz")).to_have_attribute("href", looks)
    page.route(f"**/api/v1/albums/{album}", known)
    page.reload()
    page_of_group = f"https://musicbrainz.org/release-group/{group}"
    expect(page.get_by_role("link", name="Open on MusicBrainz")).to_have_attribute("href", page_of_group)
    release = "https://www.discogs.com/release/249504"
    expect(page.get_by_role("link", name="Open on Discogs")).to_have_attribute("href", release)
    expect(page.get_by_role("link", name="Look up")).to_have_count(0)


def test_the_catalogue_is_filtered_sorted_and_shared_by_its_address(page: Page) -> None:
    page.goto("/catalogue")
    facets = page.locator(".facets")
    facets.get_by_role("link", name=re.compile("^jazz")).click()
    page.get_by_label("Sort by").select_option("year")
    expect(page).to_have_url(re.compile("genre=jazz&sort=year"))
    expect(page.get_by_role("status").first).to_have_text("22 albums")
    expect(facets.get_by_role("link", name=re.compile("^rock"))).to_contain_text(re.compile(r"rock\s*(18|19|20)"))
    expect(page.locator(CARDS).first).to_contain_text("1959")
    years = [int(text) for text in re.findall(r"· (\d{4})", " ".join(page.locator(CARDS).all_inner_texts()))]
    assert years == sorted(years)
    page.reload()
    expect(page.get_by_role("status").first).to_have_text("22 albums")
    facets.get_by_role("link", name=re.compile("^1970s")).click()
    expect(page.get_by_role("status").first).to_have_text("10 albums")
    page.get_by_role("link", name="Not only jazz").click()
    expect(page).to_have_url(re.compile(r"\?year=1970%3A1979&sort=year$"))


@pytest.mark.slow
def test_only_rows_in_sight_are_there_and_the_place_is_in_the_address(page: Page) -> None:
    def listed(route: Route) -> None:
        given = httpx.URL(route.request.url).params
        skip, limit = int(given.get("skip", 0)), int(given.get("limit", 48))
        made: list[dict[str, object]] = [
            {"id": at + 1, "title": f"No {at + 1}", "artist": None, "year": None, "genres": [], "covers": []}
            for at in range(skip, min(MANY, skip + limit))
        ]
        route.fulfill(json={"albums": made, "next": None, "total": MANY})

    page.route("**/api/v1/albums?*", listed)
    page.goto("/catalogue?sort=title")
    expect(page.get_by_text("No 1", exact=True)).to_be_visible()
    assert page.locator(CARDS).count() < 80
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_text(f"No {MANY}", exact=True)).to_be_visible()
    assert page.locator(CARDS).count() < 80
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(page).to_have_url(re.compile(r"at=(49|50)\d{4}\b"))
    at = int(httpx.URL(page.url).params["at"])
    expect(page.get_by_text(f"No {at + 1}", exact=True)).to_be_visible()
    address = page.url
    page.goto("/catalogue")
    page.goto(address)
    expect(page.get_by_text(f"No {at + 1}", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 700, "height": 800})
    expect(page.get_by_text(f"No {at + 1}", exact=True)).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    expect(page.get_by_text("No 1", exact=True)).to_be_attached()
    tops = page.locator(CARDS).first.evaluate(
        "card => [card, card.parentElement].map((of) => of.getBoundingClientRect().y)"
    )
    assert tops[0] >= tops[1], "nothing is drawn above the list"
    page.get_by_role("link", name="Show as rows").click()
    expect(page.get_by_text("No 1", exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_list_jumps_to_a_letter(page: Page) -> None:
    page.goto("/catalogue?sort=year")
    page.set_viewport_size({"width": 500, "height": 500})
    page.get_by_role("navigation", name="Go to").get_by_role("button", name="1990s").click()
    expect(page.locator(CARDS).filter(has_text="199").first).to_be_in_viewport()


@pytest.mark.slow
def test_several_albums_are_changed_at_once_and_back(page: Page) -> None:
    page.goto("/catalogue?genre=rock&sort=title")
    total = page.get_by_role("status").first
    expect(total).to_have_text(re.compile("^(18|19|20) albums"))
    before = total.inner_text()
    boxes = page.locator(f"{CARDS} .tick")
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator(".bulk")).to_contain_text("4 albums selected")
    page.locator(".bulk").get_by_role("button", name="Edit").click()
    page.get_by_label("Genres, separated by commas").fill("fado")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(total).to_have_text(f"{int(before.split()[0]) - 4} albums")
    page.get_by_role("button", name="Undo").click()
    expect(total).to_have_text(before)
    boxes.nth(1).check()
    page.locator(".bulk").get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Artist").fill("=1+1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(CARDS).nth(1)).to_contain_text("=1+1")
    boxes.nth(1).check()
    with page.expect_download() as saved:
        page.locator(".bulk").get_by_role("button", name="Save as CSV").click()
    lines = Path(saved.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "album,artist,title,year,genres,file"
    assert len(lines) == 2
    assert lines[1].split(",")[1] == '"\'=1+1"', "no formula for a spreadsheet"
    page.locator(".bulk").get_by_role("button", name="Delete").click()
    expect(page.locator(".card.going")).to_have_count(1)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".card.going")).to_have_count(0)
    expect(total).to_have_text(before)


@pytest.mark.slow
def test_a_rebuild_is_watched_and_another_version_made_live(page: Page) -> None:
    page.goto("/index")
    expect(page.get_by_role("heading", name="Up to date")).to_be_visible()
    page.get_by_role("button", name=re.compile("^(Bring it up to date|Rebuild it)$")).click()
    rows = page.locator('[aria-label="Index versions"] tbody tr')
    expect(rows).to_have_count(2, timeout=60_000)
    expect(page.get_by_text(re.compile("The last work on it is done"))).to_be_visible()
    expect(rows.nth(0)).to_contain_text("live")
    rows.nth(1).get_by_role("button").click()
    expect(rows.nth(1).locator(".live")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(rows.nth(0).locator(".live")).to_be_visible()
    page.get_by_text("Details").click()
    expect(page.locator(".figure").filter(has_text="Finds")).to_contain_text("recall 1.000")
    expect(page.locator('[aria-label="Models"]')).to_contain_text("tiny")


@pytest.mark.slow
def test_pressings_are_compared_side_by_side(page: Page, expected_failures: list[int]) -> None:
    expected_failures.append(404)
    page.goto("/catalogue?q=Blue Window")
    page.locator(CARDS).get_by_role("link", name=re.compile("^Blue Window by")).click()
    page.get_by_role("link", name="Compare side by side").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 pressings side by side")
    sides = page.locator(".large-sides li")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("1. Blue Window")
    expect(sides.nth(1)).to_contain_text("2. Blue Window (Reissue)")
    expect(sides.nth(1)).to_contain_text("Ada Quartet · 1999")
    stage = page.locator(".difference")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    page.mouse.up()
    expect(page.get_by_label("How much of the first cover is seen")).to_have_value("80")
    page.goto("/compare?album=999999")
    expect(page.get_by_role("heading", name="Nothing to compare")).to_be_visible()


@pytest.mark.slow
def test_pairs_are_decided_merged_and_taken_back(page: Page) -> None:
    page.goto("/duplicates")
    pair = page.get_by_role("region", name="Blue Window by Ada Quartet and Blue Window (Reissue) by Ada Quartet")
    pair.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog")
    over = dialog.locator(".difference img").last
    dialog.get_by_label("How much of the first cover is seen").fill("25")
    expect(over).to_have_css("clip-path", "inset(0px 0px 0px 25%)")
    dialog.get_by_role("button", name="Difference").click()
    expect(over).to_have_css("mix-blend-mode", "difference")
    dialog.get_by_role("button", name="Blink").click()
    expect(over).to_have_css("visibility", "hidden")
    expect(over).to_have_css("visibility", "visible")
    dialog.get_by_role("button", name="Close").click()
    pair.get_by_role("button", name="Not the same").click()
    expect(pair).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(pair).to_be_visible()
    pair.get_by_role("button", name="Same artwork, two albums").click()
    expect(pair).to_have_count(0)
    page.get_by_role("link", name="Decided").click()
    expect(pair).to_contain_text("You said: the same artwork")
    albums = [link.get_attribute("href") for link in pair.get_by_role("link").all()]
    pair.get_by_role("button", name="Same album: merge").click()
    expect(pair).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(pair).to_have_count(1)
    assert [link.get_attribute("href") for link in pair.get_by_role("link").all()] == albums, (
        "they have their ids again"
    )


@pytest.mark.slow
def test_the_api_is_described_for_people(page: Page) -> None:
    page.goto("/docs")
    route = page.locator(".route").filter(has_text="Make albums one")
    route.locator("summary").click()
    expect(route).to_contain_text("album_ids")
    expect(route.locator(".sample")).to_contain_text("curl --json '{\"album_ids\":[7]}'")


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
    relatives = page.get_by_role("region", name="Pressings").locator(".card[data-album]")
    page.get_by_role("button", name="Not the same artwork: Blue Window (Reissue)").click()
    expect(page.get_by_text("They count as different artworks from now on.")).to_be_visible()
    expect(relatives).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(relatives).to_have_count(1)
    page.get_by_role("button", name="Not the same artwork: Blue Window (Reissue)").click()
    expect(relatives).to_have_count(0)
    album = page.url
    thumbs = page.get_by_role("button", name=re.compile("^Show the (front|back) cover$"))
    page.get_by_role("button", name="Show the back cover").click()
    page.get_by_role("button", name="Make it another album").click()
    expect(page.get_by_text("It is an album of its own from now on.")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Back cover of"))).to_be_visible()
    expect(page).not_to_have_url(album)
    page.get_by_role("button", name="Undo").last.click()
    expect(page).to_have_url(album)
    expect(thumbs).to_have_count(2)
    page.get_by_role("button", name="Show the back cover").click()
    page.get_by_role("button", name="Remove this cover").click()
    expect(thumbs).to_have_count(1)
    expect(page.get_by_role("img", name=re.compile("^Front cover of"))).to_be_visible()
    expect(page.get_by_role("button", name="Make it another album")).to_be_hidden()
    page.get_by_role("button", name="Undo").last.click()
    expect(thumbs).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("^Back cover of"))).to_be_visible()


@pytest.mark.slow
def test_a_removal_is_done_when_there_was_time_to_undo_it(page: Page, web_home: CommandHome) -> None:
    image = write_cover(web_home.folder / "short.png", seed=7200).read_bytes()
    picture: FilePayload = {"name": "short.png", "mimeType": "image/png", "buffer": image}
    made = page.request.post("/api/v1/albums", multipart={"image": picture, "title": "Short-lived"}).json()
    page.clock.install()
    page.goto("/catalogue")
    card = page.locator(CARDS).filter(has_text="Short-lived")
    card.get_by_label("Select Short-lived").check()
    page.locator(".bulk").get_by_role("button", name="Delete").click()
    expect(page.locator(".card.going")).to_have_count(1)
    assert page.request.get(f"/api/v1/albums/{made['id']}").status == 200
    page.mouse.move(5, 400)
    page.clock.fast_forward(9_000)
    expect(card).to_have_count(0)
    assert page.request.get(f"/api/v1/albums/{made['id']}").status == 404


@pytest.mark.slow
def test_own_columns_narrow_the_catalogue_down(page: Page, web_home: CommandHome) -> None:
    rows = [f"covers/rock/{n:03d}.png,{n}.50,{'DE; AT' if n < 4 else 'US'}" for n in range(10)]
    (web_home.folder / "sold.csv").write_text("file,price,territory\n" + "\n".join(rows) + "\n", encoding="utf-8")
    web_home.sleeve("add", "sold.csv")
    web_home.sleeve("columns", "declare", "price", "number")
    web_home.sleeve("columns", "declare", "territory", "text")
    page.goto("/catalogue")
    facets = page.locator(".facets")
    facets.get_by_role("link", name=re.compile("^DE")).click()
    expect(page.locator(CARDS)).to_have_count(4)
    prices = facets.get_by_role("form", name="price")
    prices.get_by_label("price from").fill("1.5")
    prices.get_by_label("price to").fill("3")
    prices.get_by_role("button").click()
    expect(page.locator(CARDS)).to_have_count(2)
    expect(prices.get_by_label("price from")).to_have_value("1.5")
    page.reload()
    expect(page.locator(CARDS)).to_have_count(2)
    page.get_by_role("link", name="Not only territory=DE").click()
    page.get_by_role("link", name="Not only price<=3").click()
    expect(page.locator(CARDS)).to_have_count(9)
    page.get_by_role("link", name="Not only price>=1.5").click()
    expect(page.locator(CARDS)).not_to_have_count(9)
    page.goto("/?album=1&genre=rock")
    page.get_by_label("Own columns").fill("price<3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("where=price%3C3"))
    expect(page.locator("main li.card[data-album]")).to_have_count(3)
    page.get_by_label("Own columns").fill("territory=US")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator("main li.card[data-album]")).not_to_have_count(0)
