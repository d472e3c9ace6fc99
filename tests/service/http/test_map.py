"""``sleeve map`` and its route, on both engines."""

import json
import os
from itertools import accumulate
from pathlib import Path

import httpx
import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers


def filled(home: CommandHome) -> CommandHome:
    write_covers(home.folder / "covers", {"jazz": 9, "rock": 6})
    write_cover(home.folder / "covers" / "plain.png", seed=77)
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


def test_the_map_holds_every_album_with_its_genre(home: CommandHome) -> None:
    drawn = filled(home).json("map")
    assert drawn["albums"] == 16
    with home.serving() as address, httpx.Client(base_url=address) as client:
        answer = client.get("/api/v1/map")
        document = answer.json()
        assert document["genres"] == ["jazz", "rock"]
        albums, covers = (list(accumulate(document[name])) for name in ("album_steps", "cover_steps"))
        assert albums == sorted(albums)
        assert len(albums) == 16
        for album_id, cover_id, genre in zip(albums, covers, document["genre"], strict=True):
            album = client.get(f"/api/v1/albums/{album_id}").json()
            assert [cover["id"] for cover in album["covers"]] == [cover_id]
            assert album["genres"] == ([] if genre < 0 else [document["genres"][genre]])
        assert max(map(abs, document["x"] + document["y"])) == 1
        assert document["method"] == drawn["method"]
        known = client.get("/api/v1/map", headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        file = Path(drawn["file"])
        text, status = file.read_text(), file.stat()
        file.write_text(" " * len(text))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert client.get("/api/v1/map").content == answer.content, "an unchanged map is not read again"
        file.write_text(text)
        home.sleeve("relabel", "--album", albums[5], "--genre", "soul")
        relabelled = client.get("/api/v1/map", headers={"If-None-Match": answer.headers["etag"]})
        assert relabelled.json()["genres"] == ["jazz", "rock", "soul"]
        gone = albums[3]
        home.sleeve("remove", "--album", gone)
        later = client.get("/api/v1/map", headers={"If-None-Match": answer.headers["etag"]})
        assert later.status_code == 200
        assert list(accumulate(later.json()["album_steps"])) == [album_id for album_id in albums if album_id != gone]
        assert later.json()["x"] == [x for x, one in zip(document["x"], albums, strict=True) if one != gone]


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_without_a_map_the_answer_says_what_to_run(home: CommandHome) -> None:
    filled(home)
    with home.serving() as address:
        answer = httpx.get(f"{address}/api/v1/map")
    assert answer.status_code == 404
    assert "sleeve map" in answer.json()["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_damaged_map_is_as_good_as_none(home: CommandHome) -> None:
    file = Path(filled(home).json("map")["file"])
    whole = json.loads(file.read_text())
    for damaged in ("", "{", json.dumps({**whole, "x": whole["x"][1:]})):
        file.write_text(damaged)
        with home.serving() as address:
            assert httpx.get(f"{address}/api/v1/map").status_code == 404


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_nothing_to_map(home: CommandHome) -> None:
    assert "sleeve index" in home.sleeve("map", code=1).stderr
