"""Albums over real HTTP, on both engines: added, found, changed, listed, recommended, removed."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import NO_QUERY, problem, similar

NAMES: dict[str, Any] = {"title": "Blue Train", "artist": "John Coltrane", "year": "1957"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("albums"), request.param)
    write_covers(home.folder / "covers", {"jazz": 12, "rock": 8})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


def picture(home: CommandHome, seed: int) -> bytes:
    return write_cover(home.folder / "pictures" / f"{seed}.png", seed).read_bytes()


def create(client: httpx.Client, image: bytes, back: bytes | None = None, **names: Any) -> httpx.Response:
    files = [("image", ("C:\\covers\\train.png", image)), *([("back", ("b.png", back))] if back else [])]
    return client.post("/api/v1/albums", files=files, data=names)


def kept(home: CommandHome, data: bytes) -> Path:
    digest = sha256(data).hexdigest()
    return Path(home.environment["SLEEVE_HOME"]) / "covers" / digest[:2] / f"{digest}.png"


def counts(client: httpx.Client) -> tuple[int, int, int]:
    status = client.get("/api/v1/status").json()
    return status["albums"], status["covers"], status["pending"]


def nearest(client: httpx.Client, image: bytes, k: int = 1) -> list[dict[str, Any]]:
    neighbours: list[dict[str, Any]] = similar(client, image, k=k).json()["neighbours"]
    return neighbours


def test_a_new_album_is_kept_and_found_by_the_next_search(home: CommandHome, client: httpx.Client) -> None:
    image, back, before = picture(home, 501), picture(home, 502), counts(client)
    made = create(client, image, back, **NAMES, genre=["Jazz", "Bebop"])
    assert made.status_code == 201, made.text
    album = made.json()
    assert album.pop("genres_before") is None
    assert album.pop("added_covers") == [cover["id"] for cover in album["covers"]]
    assert {**album, "id": 0, "covers": []} == {
        "id": 0,
        "title": "Blue Train",
        "artist": "John Coltrane",
        "year": 1957,
        "genres": ["jazz", "bebop"],
        "covers": [],
        "lists": [],
    }
    assert [(cover["side"], cover["file"]) for cover in album["covers"]] == [("front", "train.png"), ("back", "b.png")]
    ids = ("musicbrainz_release_group", "musicbrainz_release", "discogs_master", "discogs_release")
    alone = {"entries": [], "marks": {}, "outside_ids": dict.fromkeys(ids)}
    assert client.get(made.headers["location"]).json() == {**album, **alone}
    assert (kept(home, image).read_bytes(), kept(home, back).read_bytes()) == (image, back)
    for data, cover in zip((image, back), album["covers"], strict=True):
        [found] = nearest(client, data)
        assert (found["album_id"], found["cover_id"], found["near_duplicate"]) == (album["id"], cover["id"], True)
        assert found["similarity"] == pytest.approx(1, abs=1e-3)
    assert counts(client) == (before[0] + 1, before[1] + 2, before[2])

    again = create(client, image, back, title="blue train", artist="JOHN  Coltrane", year="1957", genre="rock")
    assert (again.status_code, again.json()) == (200, {**album, "added_covers": [], "genres_before": None}), (
        "nothing new, so nothing changed"
    )
    third = create(client, picture(home, 503), **NAMES)
    assert (third.status_code, third.json()["id"], len(third.json()["covers"])) == (201, album["id"], 3)
    assert third.json()["added_covers"] == [third.json()["covers"][-1]["id"]]

    other = create(client, image, title="Giant Steps", artist="John Coltrane", year="1960").json()
    assert other["id"] != album["id"]
    assert {found["album_id"] for found in nearest(client, image, 2)} == {album["id"], other["id"]}
    for one, another in ((album, other), (other, album)):
        same = client.get(f"/api/v1/albums/{one['id']}/near-duplicates").json()["neighbours"]
        assert [(found["album_id"], found["near_duplicate"]) for found in same] == [(another["id"], True)]

    assert client.delete(f"/api/v1/albums/{album['id']}").status_code == 204
    assert problem(client.get(made.headers["location"]), 404)
    assert not kept(home, image).exists()
    [left] = nearest(client, image)
    assert left["album_id"] == other["id"]
    assert client.get(f"/api/v1/covers/{other['covers'][0]['id']}/image", follow_redirects=True).status_code == 200, (
        "it has a file of its own"
    )
    home.sleeve("remove", "--album", other["id"])
    assert not [file for file in (kept(home, image).parent.parent).rglob("*") if file.is_file()]
    assert counts(client) == before


def test_what_an_upload_changes_of_an_album_that_was_there_can_be_taken_back(
    home: CommandHome, client: httpx.Client
) -> None:
    first = create(client, picture(home, 505), **NAMES, genre=["jazz", "bop"]).json()
    same = create(client, picture(home, 506), **NAMES, genre=["Jazz", "Bop"]).json()
    assert (same["id"], same["genres_before"]) == (first["id"], None), "they are as they were"
    more = create(client, picture(home, 507), **NAMES, genre="soul").json()
    assert (more["genres"], more["genres_before"]) == (["soul"], ["jazz", "bop"])
    address = f"/api/v1/albums/{first['id']}"
    for cover_id in (*more["added_covers"], *same["added_covers"]):
        assert client.delete(f"{address}/covers/{cover_id}").status_code == 204
    assert client.patch(address, json={"genres": more["genres_before"]}).status_code == 200
    assert client.get(address).json()["genres"] == ["jazz", "bop"]
    assert client.delete(address).status_code == 204


def test_an_unnamed_album_is_known_by_its_front(home: CommandHome, client: httpx.Client) -> None:
    image = picture(home, 510)
    made, again = create(client, image), create(client, image)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, {**made.json(), "added_covers": []})
    known = (home.folder / "covers/jazz/003.png").read_bytes()
    there = create(client, known)
    assert (there.status_code, there.json()["id"]) == (200, 4), "one that `sleeve add` brought"
    assert not kept(home, known).exists()
    titled = create(client, image, title="Naima")
    assert (titled.status_code, titled.json()["title"]) == (201, "Naima"), "a name that the other does not have"
    assert create(client, image, title="NAIMA").json()["id"] == titled.json()["id"] != made.json()["id"]
    for album in (made, titled):
        assert client.delete(album.headers["location"]).status_code == 204


@pytest.mark.parametrize(
    ("files", "names", "status", "detail"),
    [
        ({"image": b"<html></html>"}, {}, 422, "not an image"),
        ({"image": None, "back": b"GIF89a"}, {}, 422, "the back"),
        ({"back": None}, {}, 422, "image"),
        ({"image": None}, {"year": "x"}, 422, "year"),
        ({"image": None}, {"year": "0"}, 422, "year"),
        ({"image": None}, {"title": "a\x00b"}, 422, "control characters"),
        ({"image": None}, {"title": "a" * 501}, 422, "title"),
        ({"image": None}, {"genre": ["a"] * 17}, 422, "genre"),
        ({"image": None}, {"genre": " "}, 422, "genre"),
    ],
)
def test_a_bad_album_changes_nothing(
    home: CommandHome, client: httpx.Client, files: dict[str, bytes | None], names: Any, status: int, detail: str
) -> None:
    before = counts(client)
    sent = {name: (f"{name}.png", data or picture(home, 520)) for name, data in files.items()}
    assert detail in problem(client.post("/api/v1/albums", files=sent, data=names), status)
    assert counts(client) == before
    assert not kept(home, picture(home, 520)).exists()


def test_files_of_the_users_own_stay(home: CommandHome, client: httpx.Client) -> None:
    own = write_cover(home.folder / "own/rock/1.png", seed=530)
    home.sleeve("add", "own")
    newest = client.get("/api/v1/albums", params={"limit": 1}).json()["albums"][0]
    assert newest["covers"][0]["file"] == "own/rock/1.png"
    assert client.delete(f"/api/v1/albums/{newest['id']}").status_code == 204
    assert "no album" in problem(client.delete(f"/api/v1/albums/{newest['id']}"), 404)
    assert own.exists()


def test_genres_by_hand_count_at_once_and_outlast_adding(home: CommandHome, client: httpx.Client) -> None:
    def genres() -> dict[str, int]:
        return {genre["name"]: genre["albums"] for genre in client.get("/api/v1/genres").json()["genres"]}

    assert genres() == {"jazz": 12, "rock": 8}
    changed = client.patch("/api/v1/albums/1", json={"genres": ["Fado", " soul "]})
    assert changed.json()["genres"] == ["fado", "soul"]
    assert home.json("relabel", "--album", 2, "--genre", "fado")["genres"] == ["fado"]
    assert genres() == {"jazz": 10, "rock": 8, "fado": 2, "soul": 1}
    image = (home.folder / "covers/jazz/000.png").read_bytes()
    assert nearest(client, image)[0]["genres"] == ["fado", "soul"]
    voters = client.post("/api/v1/classify", files={"image": ("q.png", image)}).json()
    assert {"fado"} <= {genre["genre"] for genre in voters["genres"] if genre["vote"]}
    home.sleeve("add", "covers")
    assert genres() == {"jazz": 10, "rock": 8, "fado": 2, "soul": 1}
    assert client.patch("/api/v1/albums/1", json={"genres": []}).json()["genres"] == []
    assert [album["id"] for album in client.get("/api/v1/albums?genre=none").json()["albums"]] == [1]
    home.sleeve("relabel", "--album", 2, "--genre", "jazz")
    home.sleeve("add", "covers")
    assert genres() == {"jazz": 12, "rock": 8}, "taken away, the folder speaks again"


def test_only_what_is_named_changes(client: httpx.Client) -> None:
    def patched(**change: object) -> list[object]:
        album = client.patch("/api/v1/albums/5", json=change).json()
        return [album[name] for name in ("title", "artist", "year", "genres")]

    assert patched(title=" Naima ", year=1959) == ["Naima", None, 1959, ["jazz"]]
    assert patched(artist="Coltrane") == ["Naima", "Coltrane", 1959, ["jazz"]]
    found = client.get("/api/v1/albums", params={"q": "NAI colt"}).json()
    assert ([album["id"] for album in found["albums"]], found["total"]) == ([5], 1)
    assert patched(title=None, artist="", year=None) == [None, None, None, ["jazz"]]
    assert patched() == [None, None, None, ["jazz"]]


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"genres": ["a"] * 17}, 422, "genres"),
        ({"genres": [""]}, 422, "genres"),
        ({"genres": None}, 422, "genres"),
        ({"genre": ["jazz"]}, 422, "genre"),
        ({"year": 10_000}, 422, "year"),
        ({"title": "a\u0000"}, 422, "control characters"),
    ],
)
def test_a_bad_change_changes_nothing(client: httpx.Client, change: Any, status: int, detail: str) -> None:
    before = client.get("/api/v1/albums/6").json()
    assert detail in problem(client.patch("/api/v1/albums/6", json=change), status)
    assert client.get("/api/v1/albums/6").json() == before
    assert "no album 999" in problem(client.patch("/api/v1/albums/999", json={"genres": ["a"]}), 404)


def test_pages_of_a_list_follow_each_other(client: httpx.Client) -> None:
    for sort, expected in (("newest", list(range(20, 0, -1))), ("title", list(range(1, 21)))):
        found: list[int] = []
        cursor: str | None = None
        while True:
            page = client.get(
                "/api/v1/albums", params={"sort": sort, "limit": 6, **({"cursor": cursor} if cursor else {})}
            )
            assert page.json()["total"] == 20
            found += [album["id"] for album in page.json()["albums"]]
            cursor = page.json()["next"]
            if cursor is None:
                break
        assert found == expected
    jazz = client.get("/api/v1/albums", params={"genre": "JAZZ", "limit": 200}).json()
    assert (jazz["total"], len(jazz["albums"]), jazz["next"]) == (12, 12, None)


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=WyJhIiwxXQ", "sort=size", "limit=0", "limit=201", "q=%00", "genre=%00", "year=x:y"]
)
def test_a_bad_list_gets_a_problem(client: httpx.Client, query: str) -> None:
    assert problem(client.get(f"/api/v1/albums?{query}"), 422)


def test_a_list_is_searched_for_eight_words_at_most(client: httpx.Client) -> None:
    assert client.get("/api/v1/albums", params={"q": "a b c d e f g h"}).status_code == 200
    told = problem(client.get("/api/v1/albums", params={"q": " a b c d e f g h\u2003i"}), 422)
    assert "at most 8 words" in told
    assert "\n" not in told


def test_recommendations_are_those_of_the_command_line(home: CommandHome, client: httpx.Client) -> None:
    body = {"like": [2, 3], "dislike": [15], "k": 30, "diversity": 0.5}
    answer = client.post("/api/v1/recommend", json=body, params={"genre": "jazz"}).json()
    result = home.json(
        "recommend", "--like", 2, "--like", 3, "--dislike", 15, "-k", 30, "--diversity", 0.5, "--genre", "jazz"
    )
    assert answer == result
    assert answer["query"] == {**NO_QUERY, "like": [2, 3], "dislike": [15]}
    assert {found["album_id"] for found in answer["recommendations"]} == set(range(1, 13)) - {2, 3}
    for wrong, detail in (
        ({"like": []}, "like"),
        ({"like": [1], "dislike": [1]}, "liked and disliked"),
        ({"like": [1], "diversity": 2}, "diversity"),
        ({"like": [1], "k": 201}, "k"),
        ({"like": [1] * 101}, "like"),
        ({"likes": [1]}, "like"),
    ):
        assert detail in problem(client.post("/api/v1/recommend", json=wrong), 422)
    assert "no album 999" in problem(client.post("/api/v1/recommend", json={"like": [999]}), 404)


def test_likes_and_several_images_ask_together(home: CommandHome, client: httpx.Client) -> None:
    by_albums = similar(client, body={"like": [2, 3], "dislike": [15]}, k=50).json()
    assert {found["album_id"] for found in by_albums["neighbours"]} == set(range(1, 21)) - {2, 3, 15}
    data = [(home.folder / f"covers/jazz/{name}.png").read_bytes() for name in ("001", "002")]
    files = [("image", (f"{number}.png", image)) for number, image in enumerate(data)]
    by_images = client.post("/api/v1/similar", params={"k": 50}, files=files, data={"dislike": ["15"]}).json()
    assert by_images["query"] == {**NO_QUERY, "files": ["0.png", "1.png"], "dislike": [15]}
    same = {found["album_id"]: found["similarity"] for found in by_images["neighbours"]}
    assert set(same) == set(range(1, 21)) - {15}
    for found in by_albums["neighbours"]:
        assert same[found["album_id"]] == pytest.approx(found["similarity"], abs=2e-3), "the same taste"
    assert {found["album_id"] for found in by_images["neighbours"] if found["near_duplicate"]} == {2, 3}
    assert "at least one album to like" in problem(similar(client, body={"dislike": [15]}), 422)
    assert "dislike" in problem(client.post("/api/v1/similar", files=files, data={"dislike": ["x"]}), 422)
    assert "no text tower" in problem(similar(client, body={"like": [1], "text": "fog"}), 422)


def test_a_batch_is_classified_in_order_and_one_bad_image_fails_nothing_else(
    home: CommandHome, client: httpx.Client
) -> None:
    good = (home.folder / "covers/jazz/001.png").read_bytes()
    files = [("image", (name, data)) for name, data in (("a.png", good), ("b.png", b"<html>"), ("c.png", good))]
    first, failed, last = client.post("/api/v1/classify/batch", files=files).json()["results"]
    alone = client.post("/api/v1/classify", files={"image": ("a.png", good)}).json()
    assert first == alone
    assert last == {**alone, "file": "c.png"}
    assert (failed["file"], failed["problem"]["status"]) == ("b.png", 422)
    assert failed["problem"]["detail"].startswith("not an image")
    gone, found = client.post("/api/v1/classify/batch", json={"album_ids": [999, 2]}).json()["results"]
    assert (gone["album_id"], gone["problem"]["status"]) == (999, 404)
    assert found == client.post("/api/v1/classify", json={"album_id": 2}).json()
    assert "album_ids" in problem(client.post("/api/v1/classify/batch", json={"album_ids": list(range(1, 34))}), 422)
    assert "Too many files" in problem(client.post("/api/v1/classify/batch", files=files * 11), 400)


def test_the_state_is_shown_and_rolled_back(home: CommandHome, client: httpx.Client) -> None:
    status = client.get("/api/v1/status").json()
    assert (status["albums"], status["covers"], status["pending"], status["genres"]) == (20, 20, 0, 2)
    assert status["bundle"] == {
        "name": "tiny",
        "dimension": 48,
        "input_size_px": 32,
        "sees_images": True,
        "reads_text": False,
        "genres": [],
        "metrics": {},
    }
    bundles = {bundle["name"]: bundle for bundle in client.get("/api/v1/bundles").json()["bundles"]}
    assert {name for name, bundle in bundles.items() if bundle["live"]} == {"tiny"}
    assert (bundles["tiny"]["vectors"], bundles["tiny"]["dimension"], bundles["tiny"]["reads_text"]) == (20, 48, False)
    assert bundles["sleeve-lite0"]["vectors"] == 0

    of_home = home.json("status")
    shared = ("albums", "covers", "pending", "albums_per_genre")
    assert {name: status[name] for name in shared} == {name: of_home[name] for name in shared}
    assert status["albums_per_genre"] == {"jazz": 12, "rock": 8}
    assert of_home["genres"] == of_home["albums_per_genre"], "the old name"
    assert status["model"] == status["bundle"], "the old name"
    assert bundles == {one["name"]: {k: v for k, v in one.items() if k != "folder"} for one in home.json("bundles")}
    assert client.get("/api/v1/index/versions").json()["versions"] == of_home["versions"]
    assert [version["name"] for version in of_home["versions"]] == [of_home["versions"][0]["version"]], "the old name"

    assert "no earlier index version" in problem(client.post("/api/v1/index/rollback"), 404)
    [first] = client.get("/api/v1/index/versions").json()["versions"]
    image = picture(home, 540)
    added = create(client, image).json()
    home.sleeve("index")
    newer, older = client.get("/api/v1/index/versions").json()["versions"]
    assert (newer["live"], newer["count"], older["live"], older["version"]) == (True, 21, False, first["version"])
    back = client.post("/api/v1/index/rollback").json()
    assert (back["version"], back["count"], back["delta"]) == (first["version"], 20, 1)
    assert client.get("/api/v1/index").json()["version"] == first["version"]
    assert nearest(client, image)[0]["album_id"] == added["id"], "in the delta of the version before"


def test_the_first_album_makes_the_first_index(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/api/v1/status").json()["bundle"]["name"] == "tiny"
        assert client.get("/api/v1/albums").json() == {"albums": [], "next": None, "total": 0}
        image = picture(home, 1)
        assert create(client, image, title="One", artist="A").status_code == 201
        assert [found["title"] for found in nearest(client, image, 5)] == ["One"]
        create(client, picture(home, 2), title="Two", artist="A")
        assert [found["title"] for found in nearest(client, image, 5)] == ["One", "Two"]


def test_albums_are_made_one_and_two_by_hand(home: CommandHome, client: httpx.Client) -> None:
    one, two = (create(client, picture(home, 610 + n), title=f"Part {n}", artist="M").json() for n in (1, 2))
    [first], [second] = one["covers"], two["covers"]
    place = f"/api/v1/albums/{one['id']}"
    merged = client.post(f"{place}/merge", json={"album_ids": [two["id"]]})
    assert merged.status_code == 200, merged.text
    assert [cover["id"] for cover in merged.json()["covers"]] == [first["id"], second["id"]]
    gone = client.get(f"/api/v1/albums/{two['id']}")
    assert gone.status_code == 404
    assert gone.json()["merged_into"] == one["id"]
    assert gone.json()["detail"] == f"there is no album {two['id']}; it was made one with album {one['id']}"
    assert merged.json()["title"] == "Part 1"
    assert client.post(f"{place}/split", json={"cover_ids": [first["id"], second["id"]]}).status_code == 404
    parted = client.post(f"{place}/split", json={"cover_ids": [second["id"]]})
    assert parted.status_code == 201, parted.text
    assert parted.json()["covers"] == [second]
    assert client.get(place).json()["covers"] == [first]
    assert parted.json()["id"] == two["id"], "it has its own id again"
    assert parted.json()["title"] == "Part 2"
    assert client.post(f"/api/v1/albums/{two['id']}/split/undo").json()["covers"] == [first, second]
    again = client.post(f"/api/v1/albums/{two['id']}/merge/undo")
    assert again.status_code == 200, again.text
    assert {name: again.json()[name] for name in ("id", "title", "covers")} == {
        "id": two["id"],
        "title": "Part 2",
        "covers": [second],
    }
    assert client.post(f"/api/v1/albums/{two['id']}/merge/undo").status_code == 404
    assert client.get(place).json()["covers"] == [first]
    assert client.delete(f"{place}/covers/{second['id']}").status_code == 404, "another album's"
    assert client.delete(f"{place}/covers/{first['id']}").status_code == 204
    assert client.get(place).status_code == 404, "it had no other cover"
    assert client.delete(f"/api/v1/albums/{parted.json()['id']}").status_code == 204
