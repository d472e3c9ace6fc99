"""The service over real HTTP, on both engines."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.indexer.images.decoding.pictures import png


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> CommandHome:
    make: Callable[[Path, str], CommandHome] = request.getfixturevalue("make_home")
    home = make(tmp_path_factory.mktemp("http"), request.param)
    write_covers(home.folder / "covers", {"jazz": 12, "rock": 8})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


NO_QUERY: dict[str, Any] = {
    **dict.fromkeys(("file", "album_id", "text", "less")),
    **{name: [] for name in ("files", "like", "dislike")},
}


def problem(response: httpx.Response, status: int) -> str:
    """Check an RFC 9457 problem document and return its detail."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document.keys() == {"type", "title", "status", "detail"}
    assert (document["type"], document["status"]) == ("about:blank", status)
    return str(document["detail"])


def similar(client: httpx.Client, image: bytes | None = None, body: Any = None, **query: Any) -> httpx.Response:
    if image is not None:
        return client.post("/api/v1/similar", params=query, files={"image": ("q.png", image)})
    return client.post("/api/v1/similar", params=query, json=body)


def test_it_runs(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_upload_gets_the_answer_of_the_command_line(home: CommandHome, client: httpx.Client) -> None:
    query = write_cover(home.folder / "q.png", seed=5)
    bounded = {"k": 50, "min_similarity": 0.2, "per_artist": 1}
    asked: list[dict[str, Any]] = [{"k": 6}, {"k": 50}, bounded, {"k": 50, "genre": "rock"}]
    for options in asked:
        answer = similar(client, query.read_bytes(), **options)
        assert answer.status_code == 200
        arguments = [
            part
            for name, value in options.items()
            for part in (f"-{'' if name == 'k' else '-'}{name.replace('_', '-')}", value)
        ]
        result = home.json("similar", "q.png", *arguments)
        assert {**answer.json(), "query": result["query"]} == result
        similarities = [neighbour["similarity"] for neighbour in result["neighbours"]]
        assert similarities[-1] >= options.get("min_similarity", -1)
    assert answer.json()["query"] == {**NO_QUERY, "file": "q.png"}
    assert len(answer.json()["neighbours"]) == 8


def test_an_album_asks_by_its_id(home: CommandHome, client: httpx.Client) -> None:
    answer = similar(client, body={"album_id": 3}, k=4).json()
    assert answer == home.json("similar", "--album", 3, "-k", 4)
    assert answer["query"] == {**NO_QUERY, "album_id": 3}
    assert 3 not in {neighbour["album_id"] for neighbour in answer["neighbours"]}


def test_albums_and_their_pictures(home: CommandHome, client: httpx.Client) -> None:
    album = client.get("/api/v1/albums/2").json()
    assert album["genres"] == ["jazz"]
    [cover] = album["covers"]
    assert (cover["side"], cover["file"]) == ("front", "covers/jazz/001.png")
    file = home.folder / "covers/jazz/001.png"
    assert cover["content_hash"] == sha256(file.read_bytes()).hexdigest()
    picture = client.get(f"/api/v1/images/{cover['content_hash']}", params={"size": 32})
    assert picture.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert picture.headers["content-type"] == "image/jpeg"
    image = Image.open(BytesIO(picture.content))
    original = Image.open(file)
    difference = np.abs(np.asarray(image, int) - np.asarray(original.convert("RGB"), int))
    assert difference.mean() < 12
    whole = client.get(f"/api/v1/images/{cover['content_hash']}", params={"size": 2000})
    assert Image.open(BytesIO(whole.content)).size == (64, 64)
    again = client.get(picture.url, headers={"if-none-match": picture.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    [neighbour] = similar(client, body={"album_id": 3}, k=1).json()["neighbours"]
    named = client.get(f"/api/v1/covers/{neighbour['cover_id']}/image")
    assert (named.status_code, named.headers["cache-control"]) == (307, "no-cache")
    assert named.headers["location"].endswith(f"/images/{neighbour['content_hash']}?size=384")


def test_the_address_of_a_cover_leads_to_what_the_cover_is_now(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    """Whatever a browser has kept under an address, it cannot be another cover's picture."""
    home = make_home(tmp_path, "sqlite")
    file = write_cover(home.folder / "covers/jazz/a.png", seed=1)
    home.sleeve("add", "covers")
    with home.serving() as address, httpx.Client(base_url=address, follow_redirects=True) as client:
        first = client.get("/api/v1/covers/1/image?size=96&format=webp")
        write_cover(file, seed=2)
        os.utime(file, (time.time() + 5, time.time() + 5))
        replaced = client.get(first.url)
        assert (replaced.headers["cache-control"], replaced.content == first.content) == ("no-store", False)
        home.sleeve("add", "covers")
        second = client.get("/api/v1/covers/1/image?size=96&format=webp")
        assert second.headers["cache-control"] == first.headers["cache-control"]
        assert second.content == replaced.content
        assert second.url.path != first.url.path
        assert "no cover with this content" in problem(client.get(first.url), 404)
        assert client.get(first.url).headers["cache-control"] == "no-store"


def test_a_picture_is_made_of_a_copy_that_is_still_there(home: CommandHome, client: httpx.Client) -> None:
    original, copy = home.folder / "covers/jazz/002.png", home.folder / "copies/jazz/same.png"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(original.read_bytes())
    moved = original.rename(original.with_suffix(".away"))
    content_hash = sha256(copy.read_bytes()).hexdigest()
    try:
        assert "missing file" in problem(client.get(f"/api/v1/images/{content_hash}?size=100"), 422)
        home.sleeve("add", "copies")
        assert client.get(f"/api/v1/images/{content_hash}?size=100").status_code == 200
    finally:
        moved.rename(original)


@pytest.mark.parametrize(
    "path", ["/api/v1/albums?q=a", "/api/v1/albums/1", "/api/v1/status", "/api/v1/openapi.json", "/x"]
)
def test_answers_that_are_not_about_content_are_not_kept(client: httpx.Client, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/api/v1/albums/999", 404, "there is no album 999"),
        ("GET", "/api/v1/albums/x", 422, "album_id"),
        ("GET", f"/api/v1/albums/{2**70}", 422, "album_id"),
        ("GET", "/api/v1/covers/999/image", 404, "there is no cover 999"),
        ("GET", "/api/v1/covers/1/image?size=1", 422, "size"),
        ("GET", "/api/v1/covers/1/image?size=99999", 422, "size"),
        ("GET", "/nowhere", 404, "Not Found"),
        ("PUT", "/api/v1/albums/1", 405, "Method Not Allowed"),
        ("POST", "/api/v1/similar", 415, "multipart/form-data"),
        ("POST", "/api/v1/similar?k=0", 422, "k"),
        ("POST", "/api/v1/similar?k=100000", 422, "k"),
        ("POST", "/api/v1/similar?year=x", 422, "is not a range of years"),
    ],
)
def test_a_wrong_request_gets_a_problem(client: httpx.Client, method: str, path: str, status: int, detail: str) -> None:
    assert detail in problem(client.request(method, path), status)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"{", 422, "JSON"),
        (b"[]", 422, "object"),
        (b"{}", 422, "album_id"),
        (b'{"album_id": "one"}', 422, "album_id"),
        (b'{"album_id": -1}', 422, "album_id"),
        (b'{"album_id": 1, "text": "red"}', 422, "an album_id, an image_url or a text"),
        (b'{"text": ""}', 422, "text"),
        (b'{"text": "\\ud800"}', 422, "JSON"),
        (b'{"text": "' + b"a" * 501 + b'"}', 422, "500"),
        (b'{"album_id": 999}', 404, "there is no album 999"),
        (b'{"album_id": 99999999999999999999999}', 422, "album_id"),
        (b"\xff\xfe", 422, "JSON"),
    ],
)
def test_a_wrong_album_gets_a_problem(client: httpx.Client, body: bytes, status: int, detail: str) -> None:
    answer = client.post("/api/v1/similar", content=body, headers={"content-type": "application/json"})
    assert detail in problem(answer, status)


def test_a_text_needs_a_text_tower(home: CommandHome, client: httpx.Client) -> None:
    result = problem(similar(client, body={"text": "foggy forest"}), 422)
    assert result.startswith("this bundle has no text tower")
    assert home.sleeve("similar", "--text", "foggy forest", code=1).stderr == f"sleeve: {result}\n"


def _truncated() -> bytes:
    buffer = BytesIO()
    Image.effect_noise((200, 200), 80).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()[: buffer.tell() // 2]


@pytest.mark.parametrize(
    ("image", "detail"),
    [
        (b"", "empty file"),
        (b"<html><body>404</body></html>", "not an image"),
        (png((10_001, 10_000), 8, 2, []), "too many pixels"),
        (_truncated(), "truncated image"),
    ],
    ids=["empty", "html", "large", "truncated"],
)
def test_an_upload_that_is_no_cover_gets_its_reason(client: httpx.Client, image: bytes, detail: str) -> None:
    assert detail in problem(similar(client, image), 422)


def test_forms_that_hold_no_image_are_refused(client: httpx.Client) -> None:
    wrong_name = client.post("/api/v1/similar", files={"picture": ("q.png", b"x")})
    assert "`image` holds no file" in problem(wrong_name, 422)
    two = [("image", ("a.png", b"x")), ("image", ("b.png", b"x"))]
    assert "Too many files" in problem(client.post("/api/v1/classify", files=two), 400)
    assert "Too many files" in problem(client.post("/api/v1/similar", files=two * 9), 400)
    broken = client.post(
        "/api/v1/similar", content=b"--x\r\nnot a part", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert problem(broken, 400 if broken.status_code == 400 else 422)


def test_a_body_past_the_limit_is_refused_whether_announced_or_not(client: httpx.Client) -> None:
    size = 70 * 2**20
    headers = {"content-type": "multipart/form-data; boundary=x"}
    address = urlsplit(str(client.base_url))
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.sendall(
            f"POST /api/v1/similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
        )
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")

    def chunks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        for _ in range(70):
            yield bytes(2**20)

    try:
        answer = client.post("/api/v1/similar", content=chunks(), headers=headers)
    except httpx.TransportError:
        pass  # The service may close the connection before all is sent.
    else:
        assert "larger than" in problem(answer, 413)
    assert client.get("/healthz").status_code == 200


def test_a_vanished_cover_is_a_problem_and_nothing_more(home: CommandHome, client: httpx.Client) -> None:
    path = home.folder / "covers/jazz/000.png"
    data = path.read_bytes()
    path.unlink()
    try:
        content_hash = sha256(data).hexdigest()
        assert "missing file" in problem(client.get(f"/api/v1/images/{content_hash}?size=77"), 422)
    finally:
        path.write_bytes(data)


def test_the_api_is_described(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert set(document["paths"]) == {
        "/healthz",
        "/readyz",
        "/api/v1/map",
        "/metrics",
        "/api/v1/similar",
        "/api/v1/classify",
        "/api/v1/barcodes",
        "/api/v1/index",
        "/api/v1/index/rebuild",
        "/api/v1/index/rebuild/events",
        "/api/v1/index/rollback",
        "/api/v1/index/versions",
        "/api/v1/albums",
        "/api/v1/albums/{album_id}",
        "/api/v1/albums/{album_id}/near-duplicates",
        "/api/v1/albums/{album_id}/same-artwork",
        "/api/v1/albums/{album_id}/same-artwork/{other_id}",
        "/api/v1/albums/{album_id}/covers/{cover_id}",
        "/api/v1/albums/facets",
        "/api/v1/albums/printed",
        "/api/v1/albums/remove",
        "/api/v1/albums/{album_id}/merge",
        "/api/v1/albums/{album_id}/merge/undo",
        "/api/v1/albums/{album_id}/split",
        "/api/v1/albums/{album_id}/split/undo",
        "/api/v1/albums/{album_id}/text",
        "/api/v1/bundles",
        "/api/v1/classify/batch",
        "/api/v1/genres",
        "/api/v1/match",
        "/api/v1/recommend",
        "/api/v1/status",
        "/api/v1/covers/{cover_id}/image",
        "/api/v1/images/{content_hash}",
        "/api/v1/duplicates",
        "/api/v1/index/versions/{version}/live",
        "/api/v1/map/work",
    }
    content = document["paths"]["/api/v1/similar"]["post"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json"}
    assert json.dumps(document)


@pytest.mark.slow
def test_it_follows_an_index_made_by_another_process(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving("--workers", 2) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert "there is no index yet" in problem(similar(client, body={"album_id": 1}), 503)
        write_covers(home.folder / "covers", {"jazz": 4})
        home.sleeve("add", "covers")
        home.sleeve("index")
        for _ in range(6):
            assert len(similar(client, body={"album_id": 1}).json()["neighbours"]) == 3
        write_cover(home.folder / "covers/jazz/new.png", seed=50)
        home.sleeve("add", "covers")
        home.sleeve("index")
        for _ in range(6):
            assert len(similar(client, body={"album_id": 1}).json()["neighbours"]) == 4


def test_a_taken_port_is_one_clear_line(home: CommandHome, client: httpx.Client) -> None:
    result = home.sleeve("serve", "--port", client.base_url.port, code=1)
    assert "cannot listen on 127.0.0.1" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
