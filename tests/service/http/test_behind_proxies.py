"""The samples of docs/settings.md in a real nginx and a real Caddy, with the service behind them."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from service.cli.serve import listen
from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import problem
from tests.service.http.test_protection import home_with
from tests.web.chromium import chromium, chromium_path

NGINX, CADDY = shutil.which("nginx"), shutil.which("caddy")
DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"
NAME = "covers.example"
WRITES = 5
PATH = "/sleeve"

pytestmark = pytest.mark.slow
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def samples(language: str) -> list[str]:
    """The samples in this language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def nginx_sample(port: int, service: str, below: str = "", *, takes: bool = False) -> str:
    """The sample on another port, at the root or below a path, passing on to this service with that path or without."""
    (text,) = samples("nginx")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("http://127.0.0.1:8000", service)
    if takes:
        text = re.sub(r"(location (?:= )?)(\S+)( \{\s+proxy_pass [^;]+)", r"\1\2\3\2", text)
    text = text.replace("location / {", f"location {below}/ {{").replace("location = /", f"location = {below}/")
    assert text.count(service) == len(re.findall(rf"location (= )?{below}/", text)) == 2
    return text


@contextmanager
def nginx(folder: Path, sample: str, port: int) -> Iterator[None]:
    """A running nginx with the sample inside its ``http`` block."""
    folder.mkdir(exist_ok=True)
    settings = folder / "nginx.conf"
    temporary = "\n".join(
        f"    {kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings.write_text(
        f"user root;\ndaemon off;\npid {folder / 'pid'};\nevents {{}}\n"
        f"http {{\n    access_log off;\n{temporary}\n{sample}}}\n"
    )
    with _running([str(NGINX), "-p", str(folder), "-c", str(settings), "-e", str(folder / "error.log")], port):
        yield


@contextmanager
def caddy(folder: Path, sample: str, port: int) -> Iterator[None]:
    """A running Caddy with the sample as its only site."""
    folder.mkdir(exist_ok=True)
    settings = folder / "Caddyfile"
    settings.write_text(f"{{\n\tadmin off\n}}\n{sample}")
    command = [str(CADDY), "run", "--config", str(settings), "--adapter", "caddyfile"]
    with _running(command, port, {**os.environ, "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}):
        yield


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    with subprocess.Popen(command, env=environment) as proxy:
        try:
            _wait_for(port, proxy)
            yield
        finally:
            proxy.terminate()


def free_port() -> int:
    with listen("127.0.0.1", 0) as free:
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def filled(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    folder = tmp_path_factory.mktemp("proxied")
    home = home_with(make_home, folder / "home", SLEEVE_HOSTS=NAME, SLEEVE_WRITES_PER_MINUTE=str(WRITES))
    write_covers(home.folder / "covers", {"jazz": 4})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def address(filled: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    port = free_port()
    with filled.serving() as service, nginx(tmp_path_factory.mktemp("nginx"), nginx_sample(port, service), port):
        yield "127.0.0.1", port


def _wait_for(port: int, proxy: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert proxy.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def client(address: tuple[str, int]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", headers={"Host": NAME}, timeout=60) as client:
        yield client


@needs_nginx
def test_questions_uploads_and_events_pass(client: httpx.Client, tmp_path: Path) -> None:
    assert client.get("/readyz").status_code == 200
    assert client.get("/api/v1/albums").json()["total"] == 4
    image = write_cover(tmp_path / "q.png", seed=2).read_bytes()
    answer = client.post("/api/v1/similar?k=2", files={"image": ("q.png", image)})
    assert len(answer.json()["neighbours"]) == 2
    assert "event: " in client.get("/api/v1/index/rebuild/events").text


@needs_nginx
def test_what_is_too_large_is_refused_by_the_proxy(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=60) as connection:
        head = f"POST /api/v1/similar HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {66 * 2**20}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


@needs_nginx
def test_a_visitor_cannot_name_another_address(client: httpx.Client) -> None:
    codes = [
        client.patch("/api/v1/albums/999", json={"year": 1999}, headers={"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(WRITES + 1)
    ]
    assert [answer.status_code for answer in codes[:WRITES]] == [404] * WRITES
    assert problem(codes[WRITES], 429)


@needs_nginx
@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: covers.example\r\nX: "])
def test_a_connection_that_says_too_little_is_ended(address: tuple[str, int], said: bytes) -> None:
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(said)
        while connection.recv(1000):
            pass


def _use(page: Page, address: str, root: str, image: Path) -> None:
    """Search, open an album, upload a cover, look at the map's address and the index, by links and by addresses."""
    failed: list[str] = []
    page.on("response", lambda got: failed.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{address}{root}/")
    cards = page.locator("#main a.face")
    expect(cards).to_have_count(4)
    expect(page.locator("#main img").first).to_have_js_property("complete", True)
    assert page.locator("#main img").first.evaluate("image => image.naturalWidth") > 0
    cards.first.click()
    expect(page).to_have_url(re.compile(rf"^{address}{root}/album/\d+$"))
    page.get_by_role("link", name="Find similar").click()
    expect(page).to_have_url(re.compile(rf"^{address}{root}/\?album=\d+$"))
    expect(page.get_by_role("region", name="Looks like").locator("a.face")).to_have_count(3)
    page.get_by_role("link", name="Open").first.click()
    expect(page).to_have_url(re.compile(rf"^{address}{root}/album/\d+$"))
    page.reload()
    expect(page.get_by_role("link", name="Find similar").first).to_be_visible()
    page.get_by_role("link", name="Index").click()
    expect(page).to_have_url(f"{address}{root}/index")
    page.get_by_role("link", name="Catalogue").click()
    expect(page).to_have_url(f"{address}{root}/catalogue")
    page.goto(f"{address}{root}/queue")
    page.get_by_label("Pictures of covers").set_input_files(image)
    with page.expect_response(lambda got: got.url.endswith("/albums") and got.request.method == "POST") as sent:
        page.locator(".queue-row").get_by_role("button", name=re.compile("^Add")).first.click()
    assert sent.value.status == 201
    assert sent.value.headers["location"].startswith(f"{root}/api/v1/albums/")
    page.locator(".queue-row").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(rf"^{address}{root}/album/\d+$"))
    assert failed == []


@pytest.mark.parametrize("proxy", ["nginx keeps", "nginx takes", "nginx root", "caddy keeps", "caddy root"])
def test_the_web_app_works_behind_a_proxy(proxy: str, filled: CommandHome, tmp_path: Path) -> None:
    server, how = proxy.split()
    if chromium_path() is None or shutil.which(server) is None:
        pytest.skip(f"no Chromium, or no {server}")
    root = "" if how == "root" else PATH
    port = free_port()
    copy = tmp_path / "home"
    shutil.copytree(filled.environment["SLEEVE_HOME"], copy)
    home = CommandHome(filled.folder, {**filled.environment, "SLEEVE_HOME": str(copy)})
    with (
        home.serving("--root-path", root) as service,
        chromium(f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as browser,
    ):
        if server == "nginx":
            proxied = nginx(tmp_path / "n", nginx_sample(port, service, root, takes=how == "takes"), port)
        else:
            sample = samples("caddy")[1 if root else 0].replace("127.0.0.1:8000", service.removeprefix("http://"))
            proxied = caddy(tmp_path / "c", sample.replace(NAME, f"http://{NAME}:{port}"), port)
        with proxied:
            image = write_cover(tmp_path / "new.png", seed=50)
            page = browser.new_page()
            _use(page, f"http://{NAME}:{port}", root, image)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": NAME}, timeout=60) as client:
                assert "event: " in client.get(f"{root}/api/v1/index/rebuild/events").text
                assert client.get(root or "/").status_code in {200, 301, 302}, "with or without its slash"
