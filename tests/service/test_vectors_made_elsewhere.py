"""``sleeve add --vector``: vectors made elsewhere are a bundle without a model, which albums can be asked with."""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_covers
from tests.object_storage import BUCKET, between, s3_server
from tests.service.test_round_trip import as_tar

NO_MODEL = "were made elsewhere, and no model here makes such vectors"


def without_bundle(home: CommandHome, **further: str) -> CommandHome:
    """The home with the bundle that its index has."""
    environment = {name: value for name, value in home.environment.items() if name != "SLEEVE_BUNDLE"}
    return CommandHome(home.folder, {**environment, **further})


def write_table(home: CommandHome, vectors: np.ndarray, name: str = "covers.parquet", column: str = "clip") -> None:
    """The covers of a home with these vectors, two covers of jazz and the others of rock."""
    files = [f"covers/{number:03d}.png" for number in range(len(vectors))]
    genres = ["jazz" if number < 2 else "rock" for number in range(len(vectors))]
    titles = [f"Album {number}" for number in range(len(vectors))]
    cells = pa.array(list(vectors.astype(np.float32)), pa.list_(pa.float32()))
    columns = {"file": files, "artist": ["A"] * len(files), "album": titles, "genre": genres, column: cells}
    pq.write_table(pa.table(columns), home.folder / name)


def drawn(count: int, dimension: int, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def nearest_titles(home: CommandHome, album: int, k: int = 3) -> list[str]:
    return [one["title"] for one in home.json("similar", "--album", album, "-k", k)["neighbours"]]


def by_hand(vectors: np.ndarray, asked: int, k: int = 3) -> list[str]:
    order = np.argsort(-(vectors @ vectors[asked]), kind="stable")
    return [f"Album {number}" for number in order if number != asked][:k]


@pytest.fixture
def own(home: CommandHome) -> CommandHome:
    """An empty home with five pictures in a folder."""
    made = write_covers(home.folder / "drawn", {"x": 5})
    (home.folder / "covers").mkdir()
    for number, path in enumerate(sorted(made)):
        path.rename(home.folder / f"covers/{number:03d}.png")
    return without_bundle(home)


@pytest.mark.slow
def test_albums_are_asked_with_and_nothing_else_is(own: CommandHome) -> None:
    vectors = drawn(5, 8)
    write_table(own, vectors)
    added = own.json("add", "covers.parquet", "--vector", "clip")
    assert (added["added"], added["vectors"], added["vectors_left_out"]) == (5, {"covers": 5}, 0)
    assert own.json("add", "covers.parquet", "--vector", "clip")["vectors"] == {}
    said = own.sleeve("bundles", "use", "covers").stdout
    assert "5 vectors (5 new, 0 removed)" in said
    status = own.json("status")
    assert (status["bundle"], status["pending"]) == ("covers", 0)
    for number in range(5):
        assert nearest_titles(own, number + 1) == by_hand(vectors, number)
    recommended = own.json("recommend", "--like", 1, "-k", 2)["recommendations"]
    assert {one["title"] for one in recommended} <= set(by_hand(vectors, 0, 4))
    assert own.json("index")["vectors_added"] == 0
    for asked in (
        ("similar", "covers/000.png"),
        ("similar", "--text", "fog"),
        ("classify", "covers/000.png"),
        ("match", "covers/000.png"),
        ("evaluate",),
    ):
        failed = own.sleeve(*asked, code=1)
        assert failed.stdout == ""
        assert failed.stderr.splitlines()[-1].startswith("sleeve: the vectors of the bundle covers ")
        assert NO_MODEL in failed.stderr
    with own.serving() as address, httpx.Client(base_url=address) as client:
        model = client.get("/api/v1/status").json()["model"]
        assert (model["name"], model["sees_images"], model["reads_text"]) == ("covers", False, False)
        assert (model["dimension"], model["input_size_px"]) == (8, None)
        found = client.post("/api/v1/similar?k=3", json={"album_id": 1}).json()
        assert [one["title"] for one in found["neighbours"]] == by_hand(vectors, 0)
        classified = client.post("/api/v1/classify", json={"album_id": 1})
        assert classified.status_code == 200
        picture = (own.folder / "covers/000.png").read_bytes()
        for path in ("similar", "classify", "match"):
            refused = client.post(f"/api/v1/{path}", files={"image": ("a.png", picture, "image/png")})
            assert refused.status_code == 422
            assert NO_MODEL in refused.json()["detail"]
        refused = client.post("/api/v1/albums", files={"front": ("a.png", picture, "image/png")})
        assert refused.status_code == 422
        assert client.post("/api/v1/similar", json={"text": "fog"}).status_code == 422
        assert client.get("/api/v1/status").json()["albums"] == 5


@pytest.mark.slow
def test_it_is_switched_to_and_back_as_any_bundle(own: CommandHome, tiny_bundle: Path) -> None:
    vectors = drawn(5, 8)
    write_table(own, vectors)
    own.sleeve("add", "covers.parquet", "--vector", "mine=clip")
    shutil.copytree(tiny_bundle, Path(own.environment["SLEEVE_HOME"]) / "bundles" / "tiny")
    own.sleeve("bundles", "use", "tiny")
    by_model = nearest_titles(own, 1)
    own.sleeve("bundles", "use", "mine")
    assert nearest_titles(own, 1) == by_hand(vectors, 0)
    listed = {one["name"]: one for one in own.json("bundles")}
    assert (listed["mine"]["live"], listed["mine"]["vectors"], listed["mine"]["folder"]) == (True, 5, None)
    assert (listed["mine"]["sees_images"], listed["sleeve-lite0"]["sees_images"]) == (False, True)
    assert "vectors of tiny) is live again" in own.sleeve("index", "rollback").stdout
    assert nearest_titles(own, 1) == by_model
    own.sleeve("bundles", "use", "mine")
    assert nearest_titles(own, 1) == by_hand(vectors, 0)
    write_covers(own.folder / "more", {"pop": 2}, first_seed=70)
    own.sleeve("add", "more")
    run = own.sleeve("index")
    assert "2 covers without a vector of the bundle mine, which has no model to make one" in run.stderr
    for command in (("similar", "--album", 6), ("recommend", "--like", 6)):
        said = own.sleeve(*command, code=1).stderr
        assert said == "sleeve: album 6 has no vector of the bundle mine, and no model here makes such vectors\n"
    changed = vectors.copy()
    changed[1] = vectors[0]
    write_table(own, changed)
    assert own.json("add", "covers.parquet", "--vector", "mine=clip")["vectors"] == {"mine": 1}
    [first] = own.json("similar", "--album", 1, "-k", 1)["neighbours"]
    assert (first["title"], round(first["similarity"], 3)) == ("Album 1", 1.0)


@pytest.mark.slow
def test_vectors_of_two_sources_do_not_mix(own: CommandHome) -> None:
    write_table(own, drawn(5, 8))
    own.sleeve("add", "covers.parquet", "--vector", "clip")
    write_table(own, drawn(5, 12), "more.parquet")
    said = own.sleeve("add", "more.parquet", "--vector", "covers=clip", code=1).stderr
    assert "the vectors of the bundle covers have 8 numbers, not 12; --vector NAME=clip gives those of" in said
    (own.folder / "sub").mkdir()
    write_table(own, drawn(5, 8, seed=1), "sub/covers.parquet")
    said = own.sleeve("add", "sub/covers.parquet", "--vector", "clip", code=1).stderr
    assert "the bundle covers has the vectors of `clip` in " in said
    said = own.sleeve("add", "more.parquet", "--vector", "sleeve-lite0=clip", code=1).stderr
    assert "there is a bundle sleeve-lite0 with a model" in said
    said = own.sleeve("add", "more.parquet", "covers.parquet", "--vector", "clip", code=2).stderr
    assert "write NAME=COLUMN" in said
    (own.folder / "covers.onnx").write_bytes(b"")
    for command in (
        ("bundles", "add", "covers.onnx", "--size", "32"),
        ("bundles", "export", "open_clip:ViT-B-32/openai", "--name", "covers"),
        ("train", "--name", "covers"),
    ):
        said = own.sleeve(*command, code=1).stderr
        assert said == "sleeve: the bundle covers, of vectors made elsewhere, exists already; choose another name\n"
    assert len(vectors_of(own)) == 5
    assert [one["name"] for one in own.json("bundles") if not one["sees_images"]] == ["covers"]
    own.sleeve("add", "more.parquet", "--vector", "clip")
    assert {one["name"]: one["vectors"] for one in own.json("bundles") if not one["sees_images"]} == {
        "covers": 5,
        "more": 5,
    }


@pytest.mark.slow  # two catalogues, indexed
@pytest.mark.parametrize("way", ["images", "tar", "s3"])
def test_a_catalogue_goes_round_with_its_vectors(
    make_home: Callable[[Path, str], CommandHome], home: CommandHome, tmp_path: Path, way: str
) -> None:
    first = make_home(tmp_path / "first", "sqlite")
    write_covers(first.folder / "covers", {"a": 4, "b": 3})
    rows = [
        f"covers/{name}/{n:03d}.png,A,{name} {n},jazz" for name, count in (("a", 4), ("b", 3)) for n in range(count)
    ]
    (first.folder / "m.csv").write_text("file,artist,album,genre\n" + "\n".join(rows) + "\n")
    if way == "tar":
        first.sleeve("add", "m.csv")
        first.sleeve("export", "for-tar.parquet", "--images")
        as_tar(first.folder / "for-tar.parquet", tmp_path / "shard.tar")
        first = make_home(tmp_path / "of-tar", "sqlite")
        first.sleeve("add", tmp_path / "shard.tar")
    else:
        first.sleeve("add", "m.csv")
    (first.folder / "wishes.csv").write_text("artist,album\nB,Without a cover\n")
    first.sleeve("add", "wishes.csv", "--list", "wanted")
    first.sleeve("index")
    table = first.folder / "out.parquet"
    first.sleeve("export", table, "--vectors", *(["--images"] if way != "tar" else []))
    second = without_bundle(home)
    if way == "s3":
        with s3_server() as server, between(server.port) as between_them:
            server.clear()
            server.put("out.parquet", table.read_bytes())
            second = without_bundle(home, **between_them.environment)
            added = second.json("add", f"s3://{BUCKET}/out.parquet", "--vector", "vector")
    else:
        added = second.json("add", table, "--vector", "vector")
    assert (added["added"], added["vectors"], added["vectors_left_out"]) == (8, {"out": 7}, 0)
    second.sleeve("bundles", "use", "out")
    stored, again = vectors_of(first), vectors_of(second)
    assert len(stored) == 7
    assert {file: vector.tobytes() for file, vector in stored.items()} == {
        file: vector.tobytes() for file, vector in again.items()
    }
    mine, theirs = answers_of_all(first), answers_of_all(second)
    assert len(mine) == 7
    assert mine == theirs
    assert {name: first.json("status")[name] for name in ("albums", "covers", "lists", "albums_per_genre")} == {
        name: second.json("status")[name] for name in ("albums", "covers", "lists", "albums_per_genre")
    }


def answers_of_all(home: CommandHome) -> dict[str, list[tuple[str, float]]]:
    """What is near each album with a cover, by title."""
    found: dict[str, list[tuple[str, float]]] = {}
    with home.serving() as address, httpx.Client(base_url=address) as client:
        for album in client.get("/api/v1/albums?limit=50").json()["albums"]:
            answer = client.post("/api/v1/similar?k=6", json={"album_id": album["id"]})
            if answer.status_code == 200:
                near = answer.json()["neighbours"]
                found[album["title"]] = [(one["title"], one["similarity"]) for one in near]
    return found
