"""A list from its file to the answers: on the command line and over HTTP, on both databases."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest

from indexer.sources.list_columns import COLLECTION, WANTLIST
from tests.command_home import CommandHome
from tests.factories import write_cover
from tests.service.http.test_http import problem

OWNED = """\
UAS 29414,Can,Ege Bamyasi,United Artists,"LP, Album",,1972,1001,All,2020-01-01,Near Mint (NM or M-),Very Good (VG),mine
,Nirvana (2),All Of Us,Island,LP,,0,1002,All,2020-01-01,,,
"""
WANTED = ",Can,Tago Mago,United Artists,2xLP,,1971,1003,\n"


def write(path: Path, header: tuple[str, ...], rows: str) -> Path:
    path.write_text(",".join(header) + "\n" + rows, encoding="utf-8")
    return path


def titles(client: httpx.Client, **query: Any) -> list[str]:
    return sorted(album["title"] for album in client.get("/api/v1/albums", params=query).json()["albums"])


def test_lists_are_added_asked_for_changed_and_written(home: CommandHome) -> None:
    folder = home.folder
    for seed, name in enumerate(("one", "two", "three"), 1):
        write_cover(folder / f"{name}.png", seed)
    table = "file,artist,album,year\none.png,Can,Ege Bamyasi,1972\ntwo.png,Neu!,Neu!,1972\nthree.png,Faust,IV,1973\n"
    (folder / "covers.csv").write_text(table)
    home.sleeve("add", "covers.csv")
    home.sleeve("index")
    owned = write(folder / "me-collection-20260101-1200.csv", COLLECTION, OWNED)
    wanted = write(folder / "wishes.csv", WANTLIST, WANTED)
    assert {name: home.json("add", owned, wanted)[name] for name in ("added", "listed", "unlisted")} == {
        "added": 3,
        "listed": 3,
        "unlisted": 0,
    }
    status = home.json("status")
    assert (status["albums"], status["without_cover"], status["covers"]) == (5, 2, 3)
    assert status["lists"] == {"owned": 2, "wanted": 1}
    assert [album["title"] for album in home.json("find", "can", "--list", "wanted")["albums"]] == ["Tago Mago"]
    alike = home.json("similar", "--album", 2, "--list", "owned")["neighbours"]
    assert [(one["title"], one["lists"]) for one in alike] == [("Ege Bamyasi", ["owned"])]
    said = home.sleeve("similar", "--album", 4, code=1).stderr
    assert said.strip().endswith(
        "album 4 has no cover, so nothing can be compared with it; "
        "`sleeve musicbrainz --fill` or `sleeve discogs --fill` looks for one"
    )
    assert home.sleeve("recommend", "--like", 4, code=1).stderr.count("album 4 has no cover") == 1
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        assert titles(client, list="owned") == ["All Of Us", "Ege Bamyasi"]
        assert titles(client, list="owned", q="nirvana") == ["All Of Us"]
        assert titles(client, missing="cover") == ["All Of Us", "Tago Mago"]
        problem(client.get("/api/v1/albums?list=stolen"), 422)
        facets = client.get("/api/v1/albums/facets").json()
        assert (facets["lists"], facets["missing"]["cover"]) == ({"owned": 2, "wanted": 1}, 2)
        assert client.get("/api/v1/albums/facets?q=can").json()["lists"] == {"owned": 1, "wanted": 1}
        entry = {"label": "United Artists", "catalogue_number": "UAS 29414", "format": "LP, Album", "year": 1972}
        conditions = {"media_condition": "Near Mint (NM or M-)", "sleeve_condition": "Very Good (VG)"}
        album = client.get("/api/v1/albums/1").json()
        assert album["entries"] == [{"list": "owned", "release_id": "1001", **entry, **conditions}]
        assert (album["lists"], album["marks"]) == (["owned"], {})
        changed = client.patch("/api/v1/albums/2", json={"lists": {"owned": True}}).json()
        assert changed["lists"] == ["owned"]
        assert client.patch("/api/v1/albums/1", json={"lists": {"owned": False}}).json()["lists"] == []
        assert client.get("/api/v1/albums/1").json()["marks"] == {"owned": False}
        assert client.patch("/api/v1/albums/1", json={"lists": {"owned": None}}).json()["lists"] == ["owned"]
        problem(client.get("/api/v1/albums/4/same-artwork"), 404)
        problem(client.post("/api/v1/similar", json={"album_id": 4}), 404)
        found = client.post("/api/v1/recommend", params={"list": "owned"}, json={"like": [2]}).json()["recommendations"]
        assert [one["title"] for one in found] == ["Ege Bamyasi"]
    owned.unlink()
    write(folder / "me-collection-20260301-1200.csv", COLLECTION, OWNED.splitlines(keepends=True)[0])
    assert home.json("add", "me-collection-20260301-1200.csv")["unlisted"] == 1
    home.sleeve("export", "out.csv", "--list", "owned")
    written = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text())))
    assert written[0] == dict(zip(COLLECTION, next(csv.reader(io.StringIO(OWNED))), strict=True))
    assert [(row["Artist"], row["Title"], row["Released"]) for row in written[1:]] == [("Neu!", "Neu!", "1972")]
    home.sleeve("export", "all.csv")
    assert home.json("add", "all.csv")["added"] == 0, "an export adds nothing to its own catalogue"
    assert home.json("status")["albums"] == 4
    assert home.json("remove", wanted) == {"albums": 1, "covers": 0, "rows": 1, "rejected": 0}
    assert home.json("status")["lists"] == {"owned": 2}


@pytest.mark.slow
def test_a_catalogue_with_lists_goes_round(home: CommandHome) -> None:
    folder = home.folder
    write_cover(folder / "one.png", 1)
    (folder / "covers.csv").write_text("file,artist,album,year\none.png,Can,Ege Bamyasi,1972\n")
    home.sleeve("add", "covers.csv", write(folder / "me-collection-20260101-1200.csv", COLLECTION, OWNED))
    home.sleeve("add", write(folder / "wishes.csv", WANTLIST, WANTED))
    home.sleeve("export", "all.jsonl")
    home.sleeve("export", "all.csv")
    other = CommandHome(folder, {**home.environment, "SLEEVE_HOME": str(folder / "other")})
    other.environment.pop("SLEEVE_DATABASE_URL", None)  # type: ignore[attr-defined]
    for table in ("all.jsonl", "all.csv"):
        other.sleeve("add", table)
        found = other.json("find", "can")["albums"] + other.json("find", "nirvana")["albums"]
        assert sorted((one["title"], len(one["covers"]), one["lists"]) for one in found) == [
            ("All Of Us", 0, ["owned"]),
            ("Ege Bamyasi", 1, ["owned"]),
            ("Tago Mago", 0, ["wanted"]),
        ]
