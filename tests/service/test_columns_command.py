"""Own columns from a table to filters, on the command line and over HTTP, and back through an export."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover

ALBUMS = 12
ROWS = [
    {
        "file": f"{n}.png",
        "album": f"Album {n}",
        "artist": "Somebody",
        "genre": "jazz",
        "Territory": ["DE", "US", "DE; US"][n % 3],
        "price": f"{n}.5",
        "note": "kept",
    }
    for n in range(ALBUMS)
]


def write_table(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def titles(found: list[dict[str, Any]]) -> set[str]:
    return {album["title"] for album in found}


def fitting(most: float) -> set[str]:
    return {row["album"] for row in ROWS if "DE" in row["Territory"] and float(row["price"]) < most}


@pytest.mark.slow  # a dozen commands and a service
def test_own_columns_are_filters_everywhere_and_go_round(
    home: CommandHome, make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    for n in range(ALBUMS):
        write_cover(home.folder / f"{n}.png", seed=n)
    write_table(home.folder / "shop.csv", ROWS)
    home.sleeve("add", "shop.csv")
    listed = home.json("columns")["columns"]
    assert listed == [{"name": name, "kind": None, "covers": ALBUMS} for name in ("note", "price", "territory")]
    home.sleeve("columns", "declare", "Territory", "text")
    assert "12 covers" in home.sleeve("columns", "declare", "price", "number").stdout
    refused = home.sleeve("columns", "declare", "note", "date", code=1).stderr
    assert "0.png (is 'kept', no date" in refused
    assert "7 more" in refused
    assert "cannot be declared" in home.sleeve("columns", "declare", "year", "number", code=1).stderr
    home.sleeve("index")
    where = ("--where", "territory=de", "--where", "price<8")
    found = home.json("similar", "1.png", "-k", 100, *where)["neighbours"]
    assert titles(found) == fitting(8) != set()
    assert titles(home.json("find", "album", "-k", 100, *where)["albums"]) == fitting(8)
    recommended = home.json("recommend", "--like", 2, "-k", 100, *where)["recommendations"]
    assert titles(recommended) == fitting(8) - {"Album 1"}
    assert "'price' is no condition" in home.sleeve("similar", "1.png", "--where", "price", code=2).stderr
    assert "no declared column prise" in home.sleeve("similar", "1.png", "--where", "prise<3", code=1).stderr

    with home.serving() as address, httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
        asked = {"where": ["territory=DE", "price<8"]}
        assert titles(client.get("/albums", params=asked).json()["albums"]) == fitting(8)
        answer = client.post("/similar", params={**asked, "k": 100}, json={"album_id": 2}).json()
        assert titles(answer["neighbours"]) == fitting(8) - {"Album 1"}
        columns = {one["name"]: one for one in client.get("/albums/facets", params=asked).json()["columns"]}
        assert columns["territory"] == {
            "name": "territory",
            "kind": "text",
            "values": [{"name": "DE", "albums": 5}, {"name": "US", "albums": 5}],
        }
        assert columns["price"] == {"name": "price", "kind": "number", "values": []}
        for wrong, status in (("prise<3", 404), ("price<cheap", 422), ("price", 422), ("a\0=3", 422)):
            said = client.get("/albums", params={"where": wrong})
            assert (said.status_code, "\n" in said.json()["detail"]) == (status, False)
        assert client.get("/albums", params={"where": ["price<3"] * 17}).status_code == 422
        parameters = client.get("/openapi.json").json()["paths"]["/api/v1/similar"]["post"]["parameters"]
        assert [one["schema"]["type"] for one in parameters if one["name"] == "where"] == ["array"]

    bad = [{**ROWS[0], "price": "0.75"}, {**ROWS[1], "price": "cheap"}, {**ROWS[2], "price": ""}]
    write_table(home.folder / "shop.csv", bad)
    named = home.sleeve("add", "shop.csv", code=1).stderr
    assert "shop.csv:3: bad manifest row (price is 'cheap', no number" in named
    priced = {
        one: titles(home.json("find", "album", "-k", 100, "--where", f"price={one}")["albums"])
        for one in ("0.75", "1.5", "2.5")
    }
    assert priced == {"0.75": {"Album 0"}, "1.5": {"Album 1"}, "2.5": set()}

    home.sleeve("export", "out.csv")
    exported = list(csv.DictReader((home.folder / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["price"] for row in exported] == ["0.75", "1.5", "", *(f"{n}.5" for n in range(3, ALBUMS))]
    other = make_home(tmp_path / "other", "sqlite")
    other.sleeve("add", home.folder / "out.csv")
    for name, kind in (("price", "number"), ("territory", "text")):
        other.sleeve("columns", "declare", name, kind)
    for conditions in (("price>=3", "price<8"), ("price<8", "territory=US"), ("price=2.5", "territory=DE")):
        options = [option for one in conditions for option in ("--where", one)]
        found, again = (one.json("find", "album", "-k", 100, *options)["albums"] for one in (home, other))
        assert titles(found) == titles(again)
        assert bool(found) == ("price=2.5" not in conditions)
    home.sleeve("columns", "forget", "price")
    assert home.json("columns")["columns"][1] == {"name": "price", "kind": None, "covers": ALBUMS - 1}
