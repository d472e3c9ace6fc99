"""Albums by the colour of their covers: from `sleeve add` to a list over HTTP."""

from pathlib import Path

import httpx
from PIL import Image

from tests.command_home import CommandHome

COLOURS = {"white": "#fafafa", "blue": "#2050d0", "red": "#d02020", "black": "#080808", "green": "#20a020"}
ORDER = ["red", "green", "blue", "white", "black"]


def write_flat(path: Path, colour: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (48, 48), colour).save(path)
    return path


def titles(address: str, **query: str | int) -> list[str | None]:
    found = httpx.get(f"{address}/api/v1/albums", params={"sort": "colour", **query}).raise_for_status().json()
    return [album["title"] for album in found["albums"]]


def test_the_index_puts_albums_in_order_by_colour(home: CommandHome) -> None:
    rows = ["file,artist,album"]
    for name, colour in COLOURS.items():
        write_flat(home.folder / f"covers/{name}.png", colour)
        rows.append(f"covers/{name}.png,Painter,{name}")
    (home.folder / "table.csv").write_text("\n".join(rows) + "\n")
    home.sleeve("add", "table.csv")
    home.sleeve("index")
    with home.serving() as address:
        assert titles(address) == ORDER
        assert titles(address, skip=2, limit=2) == ["blue", "white"]
        assert titles(address, q="painter") == ORDER, "also what was found by words"
        facets = httpx.get(f"{address}/api/v1/albums/facets", params={"sort": "colour"}).json()
        assert [jump["name"] for jump in facets["jumps"]] == ["Red", "Green", "Blue", "White", "Black"]

        yellow = write_flat(home.folder / "yellow.png", "#e0d020").read_bytes()
        added = httpx.post(f"{address}/api/v1/albums", files={"image": yellow}, data={"title": "yellow"})
        assert added.status_code == 201
        assert titles(address) == ["red", "yellow", *ORDER[1:]], "an upload has its place at once"

        write_flat(home.folder / "covers/red.png", "#20c0c0")
        home.sleeve("add", "table.csv")
        assert titles(address)[-1] == "red", "its picture is another, and nobody has looked at it yet"
        home.sleeve("index")
        assert titles(address) == ["yellow", "green", "red", "blue", "white", "black"]


def test_a_cover_that_is_gone_waits_and_stops_nothing(home: CommandHome) -> None:
    for name in ("red", "blue"):
        write_flat(home.folder / f"covers/{name}.png", COLOURS[name])
    home.sleeve("add", "covers")
    home.sleeve("index")
    for name in ("green", "white"):
        write_flat(home.folder / f"covers/{name}.png", COLOURS[name])
    home.sleeve("add", "covers")
    (home.folder / "covers/green.png").unlink()
    home.sleeve("index", code=1)
    with home.serving() as address:
        found = httpx.get(f"{address}/api/v1/albums", params={"sort": "colour"}).json()["albums"]
        files = [Path(album["covers"][0]["file"]).stem for album in found]
    assert files == ["red", "blue", "white", "green"]
