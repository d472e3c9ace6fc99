"""Lists of albums as the web app shows them, on both engines: any place of them, counts, changes of several albums."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command_home import CommandHome, execute
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import problem

ROWS = [
    ("Abba", "Arrival", "1976", "pop"),
    ("Abba", "Waterloo", "1974", "pop"),
    ("Björk", "Début", "1993", "pop"),
    ("Can", "1984", "1984", "rock"),
    ("", "Zuma", "1975", "rock"),
    ("", "", "", ""),
    ("Кино", "Группа крови", "1988", "hip-hop"),
]
"""Albums 1 to 7: artist, title, year, genre."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("lists"), request.param)
    lines = ["file,artist,album,year,genre"]
    for number, row in enumerate(ROWS, 1):
        write_cover(home.folder / f"cover_{number:05}.png", seed=300 + number)
        lines.append(",".join((f"cover_{number:05}.png", *row)))
    (home.folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    home.sleeve("add", "table.csv")
    home.sleeve("index")
    return home


def listed(client: httpx.Client, **query: Any) -> list[int]:
    return [album["id"] for album in client.get("/api/v1/albums", params=query).json()["albums"]]


def facets(client: httpx.Client, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/albums/facets", params=query).json()
    return found


def counts(some: list[dict[str, Any]], name: str = "name") -> dict[Any, int]:
    return {one[name]: one["albums"] for one in some}


def test_any_place_of_a_list_is_reached(client: httpx.Client) -> None:
    in_order = listed(client, sort="title")
    assert in_order == [4, 1, 3, 2, 5, 7, 6]
    for skip in range(8):
        assert listed(client, sort="title", skip=skip, limit=2) == in_order[skip : skip + 2]
    assert listed(client, q="abba", skip=1) == listed(client, q="abba")[1:]
    assert problem(client.get("/api/v1/albums?skip=-1"), 422)


def test_facets_count_each_kind_without_the_filter_on_itself(client: httpx.Client) -> None:
    every = facets(client)
    assert counts(every["genres"]) == {"pop": 3, "rock": 2, "hip-hop": 1}
    assert counts(every["artists"]) == {"Abba": 2, "Björk": 1, "Can": 1, "Кино": 1}
    assert counts(every["decades"], "year") == {1970: 3, 1980: 2, 1990: 1}
    assert every["missing"] == {"title": 1, "artist": 2, "year": 1, "genre": 1, "cover": 0}
    assert every["jumps"] == []
    assert facets(client, missing="genre")["missing"]["genre"] == 1
    assert facets(client, missing="genre")["genres"] == []
    rock = facets(client, genre="rock")
    assert counts(rock["genres"]) == {"pop": 3, "rock": 2, "hip-hop": 1}
    assert counts(rock["decades"], "year") == {1970: 1, 1980: 1}
    assert rock["missing"] == {"title": 0, "artist": 1, "year": 0, "genre": 0, "cover": 0}
    assert counts(facets(client, year="1970:1979")["genres"]) == {"pop": 2, "rock": 1}
    assert counts(facets(client, q="abba")["genres"]) == {"pop": 2}
    assert listed(client, missing="artist") == [6, 5]
    assert listed(client, missing="genre") == listed(client, genre="none") == [6]
    assert problem(client.get("/api/v1/albums?missing=label"), 422)


@pytest.mark.parametrize(
    ("sort", "jumps"),
    [
        ("title", {"#": 0, "A": 1, "D": 2, "W": 3, "Z": 4, "…": 5, "?": 6}),
        ("artist", {"A": 0, "B": 2, "C": 3, "…": 4, "?": 5}),
        ("year", {"1970s": 0, "1980s": 3, "1990s": 5, "?": 6}),
    ],
)
def test_jumps_are_places_of_the_list(client: httpx.Client, sort: str, jumps: dict[str, int]) -> None:
    assert {jump["name"]: jump["skip"] for jump in facets(client, sort=sort)["jumps"]} == jumps


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("pop", [1, 2, 3]),
        ("hiphop", [7]),
        ("hip hop 1988", [7]),
        ("pop 1974", [2]),
        ("abba 1974", [2]),
        ("1970s", [1, 2, 5]),
        ("70s rock", [5]),
        ("1974-1976", [1, 2, 5]),
        ("1984", [4]),
        ("album 6", [6]),
        ("6", [6]),
        ("cover_00005", [5]),
        ("COVER_00005.png", [5]),
        ("debut bjork", [3]),
    ],
)
def test_words_may_be_genres_years_numbers_and_files(client: httpx.Client, words: str, expected: list[int]) -> None:
    assert listed(client, q=words) == expected


def test_a_word_search_says_why_and_keeps_to_the_filter(client: httpx.Client) -> None:
    [found] = client.get("/api/v1/albums", params={"q": "hiphop 1988"}).json()["albums"]
    assert [(one["place"], one["text"]) for one in found["matches"]] == [("genre", "hip-hop"), ("year", "1988")]
    assert listed(client, q="pop", year="1990:") == [3]
    assert listed(client, q="pop", genre="rock") == []
    assert listed(client, q="6", genre="rock") == []


def test_several_albums_are_changed_together_or_not_at_all(client: httpx.Client) -> None:
    def genres() -> list[list[str]]:
        return [client.get(f"/api/v1/albums/{album_id}").json()["genres"] for album_id in (1, 5)]

    before = genres()
    changes = [{"album_id": 5, "genres": ["folk"]}, {"album_id": 1, "genres": ["folk", "pop"], "year": 1977}]
    answer = client.patch("/api/v1/albums", json={"changes": changes})
    assert [album["id"] for album in answer.json()["albums"]] == [5, 1]
    assert genres() == [["folk", "pop"], ["folk"]]
    assert answer.json()["albums"][1]["year"] == 1977
    undone = [{"album_id": 5, "genres": before[1]}, {"album_id": 1, "genres": before[0], "year": 1976}]
    assert client.patch("/api/v1/albums", json={"changes": undone}).status_code == 200
    assert genres() == before
    for wrong, status in (
        ([{"album_id": 1, "genres": ["x"]}, {"album_id": 999, "genres": ["x"]}], 404),
        ([{"album_id": 1, "year": 1}, {"album_id": 1, "year": 2}], 422),
        ([{"album_id": 1, "colour": "red"}], 422),
        ([], 422),
    ):
        assert problem(client.patch("/api/v1/albums", json={"changes": wrong}), status)
    assert genres() == before


def test_several_albums_are_removed_together_or_not_at_all(home: CommandHome, client: httpx.Client) -> None:
    made = []
    for seed in (401, 402):
        image = write_cover(home.folder / f"{seed}.png", seed).read_bytes()
        made.append(client.post("/api/v1/albums", files={"image": ("a.png", image)}).json()["id"])
    assert problem(client.post("/api/v1/albums/remove", json={"album_ids": [*made, 999]}), 404)
    assert listed(client)[:2] == made[::-1]
    assert client.post("/api/v1/albums/remove", json={"album_ids": made}).status_code == 204
    assert not set(made) & set(listed(client))
    assert problem(client.post("/api/v1/albums/remove", json={"album_ids": []}), 422)


def test_the_map_is_drawn_again_with_years_and_predictions(home: CommandHome, client: httpx.Client) -> None:
    home.sleeve("map", "--predictions")
    drawn = client.get("/api/v1/map").json()
    assert drawn["year"] == [int(row[2] or 0) for row in ROWS]
    assert drawn["missing"] == 0
    assert len(drawn["predicted"]) == len(ROWS)
    assert {-1} <= {*drawn["predicted"]} | {-1} <= {*range(-1, len(drawn["genres"]))}
    write_covers(home.folder / "more", {"rock": 2})
    home.sleeve("add", "more")
    assert client.get("/api/v1/map").json()["missing"] == 2
    assert client.get("/api/v1/map/work").json() == {"drawing": False}
    home.sleeve("remove", "more")
    assert client.get("/api/v1/map").json()["missing"] == 0


def test_albums_without_a_title_are_called_by_what_is_largest_on_their_front(
    home: CommandHome, client: httpx.Client
) -> None:
    """Album 6 has no title; the drawn covers say nothing, so its text is written into the database."""
    assert client.get("/api/v1/albums/printed", params={"id": [1, 6]}).json() == {"albums": []}
    heights = {"STEREO": 0.02, "GIANT STEPS": 0.1, "by": 0.3, "COLTRANE": 0.08, "blurred": 0.2}
    lines = [
        {
            "text": text,
            "box": [[0.1, 0.1 * row], [0.9, 0.1 * row], [0.9, 0.1 * row + height], [0.1, 0.1 * row + height]],
            "confidence": 0.3 if text == "blurred" else 0.9,
        }
        for row, (text, height) in enumerate(heights.items())
    ]
    for cover_id in (1, 6):
        execute(
            home,
            "INSERT INTO texts (cover_id, reader, lines, letters, read_at) "
            f"VALUES ({cover_id}, 'test', '{json.dumps(lines)}', 'x', '2026-11-30 12:00:00')".replace(":0", "\\:0"),
        )
    found = client.get("/api/v1/albums/printed", params={"id": [6, 1, 999]}).json()
    assert found == {"albums": [{"album_id": 6, "lines": ["GIANT STEPS", "COLTRANE"]}]}
    assert problem(client.get("/api/v1/albums/printed"), 422)
    execute(home, "DELETE FROM texts")
