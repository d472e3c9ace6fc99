"""Nothing that anyone may read names a folder of this machine, the database or a signed URL, errors included."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.http.public import public_message, public_text
from service.schemas.file_names import public_name
from sleeve.errors import BundleError, CatalogueError, NotFoundError, OutputError, SleeveError, VectorIndexError
from tests.command_home import CommandHome, execute
from tests.factories import write_covers

SIGNED = "https://me:word@covers.example:8443/a/1.png?signature=secret#part"
ALBUM = {"album_id": 2}
BODIES = {
    "/api/v1/similar": ALBUM,
    "/api/v1/classify": ALBUM,
    "/api/v1/classify/batch": {"album_ids": [2]},
    "/api/v1/recommend": {"like": [2]},
    "/api/v1/albums/{album_id}": {"title": "new"},
}


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("covers/jazz/blue.jpg", "covers/jazz/blue.jpg"),
        ("blue.jpg", "blue.jpg"),
        ("/home/me/Music/jazz/blue.jpg", "jazz/blue.jpg"),
        ("/blue.jpg", "blue.jpg"),
        ("~/Music/jazz/blue.jpg", "jazz/blue.jpg"),
        (r"C:\\Users\\me\\jazz\\blue.jpg", "jazz/blue.jpg"),
        (r"\\\\server\\share\\jazz\\blue.jpg", "jazz/blue.jpg"),
        ("/home/me/black metal.zip/a/1.png", "a/1.png"),
        (SIGNED, "https://covers.example:8443/a/1.png"),
        ("HTTP://covers.example/a.png", "http://covers.example/a.png"),
        ("subsonic://nas.home:4533/music?album=al-12%2F3", "subsonic album al-12%2F3"),
        ("http://[covers/a.png?signature=secret", "a.png"),
    ],
)
def test_a_cover_is_named_without_the_folders_around_it(file: str, shown: str) -> None:
    assert public_name(file) == shown


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (NotFoundError("there is no album 7"), "there is no album 7"),
        (
            VectorIndexError("/var/lib/x/versions/1 is damaged"),
            "the index cannot be used now; the service's log says why",
        ),
        (BundleError("bad: '/opt/b/model.onnx'"), "the model cannot be used now; the service's log says why"),
        (
            CatalogueError("database sqlite:///x.db is locked"),
            "the catalogue cannot be used now; the service's log says why",
        ),
        (OutputError(r"D:\\covers cannot be written"), "a file cannot be written; the service's log says why"),
        (BundleError("the models and/or heads differ"), "the models and/or heads differ"),
    ],
)
def test_an_error_that_names_a_place_says_only_what_it_is_about(error: SleeveError, shown: str) -> None:
    assert public_message(error) == shown


def test_a_text_without_a_place_is_left_alone() -> None:
    assert public_text("run `sleeve index`; 3/4 done", "x") == "run `sleeve index`; 3/4 done"


def asked(client: httpx.Client) -> Iterator[tuple[str, httpx.Response]]:
    """The answer of every route, those that change something last."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    order = ["get", "post", "put", "patch", "delete"]
    routes = sorted((order.index(method), path, method) for path in paths for method in paths[path])
    for _, path, method in routes:
        url = path.replace("{album_id}", "2").replace("{cover_id}", "2")
        yield f"{method} {path}", client.request(method, url, json=BODIES.get(path))


@pytest.mark.slow
def test_no_answer_names_a_place(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 4, "rock": 4})
    home.sleeve("add", tmp_path / "covers")
    home.sleeve("index")
    home.sleeve("map")
    execute(home, f"UPDATE covers SET file = '{SIGNED}' WHERE id = 1")
    secrets = (str(tmp_path), "signature", "me:word", "sqlite")
    folder = Path(home.environment["SLEEVE_HOME"])
    statuses = []
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        listed = client.get("/api/v1/albums").json()["albums"]
        assert {cover["file"] for album in listed for cover in album["covers"]} == {
            "https://covers.example:8443/a/1.png",
            *(f"{genre}/{number:03}.png" for genre in ("jazz", "rock") for number in range(4)),
        } - {"jazz/000.png"}
        for name, answer in asked(client):
            statuses.append(answer.status_code)
            assert not [secret for secret in secrets if secret in answer.text], (name, answer.text)
        assert statuses.count(200) > 12
    # Without the index and with a failed job, and then with a broken database.
    shutil.rmtree(folder / "versions")
    (folder / "versions").write_text("in the way")
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/readyz").status_code == 503
        for name, answer in asked(client):
            assert not [secret for secret in secrets if secret in answer.text], (name, answer.text)
        execute(home, "ALTER TABLE albums RENAME TO away")
        statuses = []
        for name, answer in asked(client):
            statuses.append(answer.status_code)
            assert not [secret for secret in secrets if secret in answer.text], (name, answer.text)
        assert statuses.count(503) > 8
