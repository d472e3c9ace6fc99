"""The web app's files as they are sent: joined, kept for good under their version, asked for again without it."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

import httpx
import pytest

from db.records import AlbumRecord, CoverRecord
from service.http.web_files import FOLDER, about_album, read_web_files
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side
from tests.command_home import CommandHome

VIEWS = (
    "/",
    "/?album=12",
    "/map",
    "/catalogue?q=a",
    "/index",
    "/duplicates",
    "/compare",
    "/queue",
    "/docs",
    "/album/12",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, make_home: object) -> Iterator[httpx.Client]:
    assert callable(make_home)
    home: CommandHome = make_home(tmp_path_factory.mktemp("static"), "sqlite")
    with home.serving() as address, httpx.Client(base_url=address) as client:
        yield client


def test_every_view_is_the_page(client: httpx.Client) -> None:
    pages = [client.get(view) for view in VIEWS]
    assert {page.status_code for page in pages} == {200}
    without_scripts = {re.sub(r'<link rel="modulepreload"[^>]*>\n', "", page.text) for page in pages}
    assert len(without_scripts) == 1, "there is no album 12"
    assert pages[0].headers["content-type"].startswith("text/html")
    assert pages[0].headers["cache-control"] == "no-cache"
    known = client.get("/", headers={"If-None-Match": pages[0].headers["etag"]})
    assert known.status_code == 304


def test_what_the_page_names_can_be_kept_for_good(client: httpx.Client) -> None:
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
    assert len(named) > 5
    for path in named:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", [*VIEWS, "/static/any/js/app.js", "/healthz"])
def test_a_head_is_a_get_without_the_body(client: httpx.Client, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_scripts_only_import_what_is_there(client: httpx.Client) -> None:
    web_files = read_web_files()
    for name, script in web_files.files.items():
        for imported in (
            re.findall(r'(?:from|import\()\s*"(\.[^"]+)"', script.content.decode()) if name.endswith(".js") else ()
        ):
            target = normpath(join(dirname(name), imported))
            answer = client.get(f"/static/{web_files.version}/{target}")
            assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("path", "view"), [("/", "search"), ("/map", "map"), ("/album/12", "album"), ("/queue", "queue")]
)
def test_the_page_names_what_its_view_needs_so_that_it_comes_together(
    client: httpx.Client, path: str, view: str
) -> None:
    """Else it would come in stages, each after a round trip."""
    files = read_web_files().files
    needed, left = set(), ["js/app.js", f"js/views/{view}.js"]
    while left:
        name = left.pop()
        needed.add(name)
        imported = re.findall(r'^import \{[^}]+\} from "([^"]+)"', files[name].content.decode(), re.MULTILINE)
        left += {normpath(join(dirname(name), other)) for other in imported} - needed
    named = set(re.findall(r'(?:href|src)="/static/[^/]+/(js/[^"]+)"', client.get(path).text))
    assert named == {*needed, "js/theme-at-start.js"}


def test_another_version_must_ask_again(client: httpx.Client) -> None:
    answer = client.get("/static/old/js/app.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_compressed_and_plain_are_the_same_under_two_tags(client: httpx.Client) -> None:
    plain = client.get("/static/any/css/all.css", headers={"Accept-Encoding": "identity"})
    packed = client.get("/static/any/css/all.css", headers={"Accept-Encoding": "gzip"})
    assert plain.content == packed.content
    assert plain.content == b"".join((FOLDER / f"css/{name}.css").read_bytes() for name in ("base", "parts", "views"))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["etag"] != packed.headers["etag"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


@pytest.mark.parametrize(
    "path", ["/static/v/none.js", "/static/v/../../app.py", "/static/v/%2e%2e/%2e%2e/app.py", "/album/x"]
)
def test_nothing_else_is_sent(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_obeys_a_strict_policy() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "//" not in re.sub(r"<!--.*?-->", "", page).replace("<!doctype", "")
    for file in FOLDER.rglob("*.js"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            file
        )
        # Links that a person may follow; nothing is loaded from there.
        if file.name != "outside-links.js":
            assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", text), file


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<script src=/static/@version/a.js>")
    (tmp_path / "a.js").write_text("1")
    first = read_web_files(tmp_path)
    (tmp_path / "a.js").write_text("2")
    second = read_web_files(tmp_path)
    assert first.version != second.version
    assert gzip.decompress(second.pages["search"].compressed) == f"<script src=/static/{second.version}/a.js>".encode()


def test_a_person_gets_a_page_for_a_wrong_link_and_a_program_a_problem(client: httpx.Client) -> None:
    person = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/nosuch/page", headers=person)
    assert (page.status_code, page.content) == (404, client.get("/").content)
    for path, headers in (("/nosuch", {}), ("/api/v1/nosuch", person), ("/static/v/none.js", person)):
        assert client.get(path, headers=headers).headers["content-type"] == "application/problem+json"
    assert client.get("/api/v1/similar", headers=person).status_code == 405


def test_the_page_of_an_album_names_it_and_its_cover_as_text() -> None:
    cover = CoverRecord(CoverId(3), AlbumId(7), Side.FRONT, "a.png", "/a.png", ContentHash("c" * 64))
    album = AlbumRecord(AlbumId(7), '<b>"Blue" & Train', "Ann", 1957, (), (cover,))
    page = about_album(b"<title>Sleeve</title>", album, "/music").decode()
    assert page.split("\n") == [
        "<title>&lt;b&gt;&quot;Blue&quot; &amp; Train by Ann · Sleeve</title>",
        '<meta property="og:title" content="&lt;b&gt;&quot;Blue&quot; &amp; Train by Ann">',
        f'<meta property="og:image" content="/music/api/v1/images/{"c" * 64}?size=768&amp;format=jpeg">',
    ]
