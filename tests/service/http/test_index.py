"""The index of a running service over real HTTP: its state, rebuilding, following, healing."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import httpx
import pytest

from indexer.jobs.running import one_at_a_time
from tests.command_home import CommandHome
from tests.factories import home_at, write_cover, write_covers
from tests.postgres import postgres_server
from tests.service.http.test_http import problem
from tests.tiny_bundle import write_tiny_bundle


def home_folder(home: CommandHome) -> Path:
    return Path(home.environment["SLEEVE_HOME"])


def filled(home: CommandHome, count: int = 6) -> CommandHome:
    write_covers(home.folder / "covers", {"jazz": count})
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


@pytest.fixture(scope="module")
def home(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    return filled(make_home(tmp_path_factory.mktemp("index"), "sqlite"))


@pytest.fixture(scope="module")
def client(home: CommandHome) -> Iterator[httpx.Client]:
    with home.serving("--workers", 2) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def eventually(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def found_files(client: httpx.Client, image: Path, k: int = 50) -> list[str]:
    answer = client.post("/api/v1/similar", params={"k": k}, files={"image": ("q.png", image.read_bytes())})
    assert answer.status_code == 200, answer.text
    return [neighbour["file"] for neighbour in answer.json()["neighbours"]]


def events_of(client: httpx.Client) -> list[tuple[str, Any]]:
    with client.stream("GET", "/api/v1/index/rebuild/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(stream.iter_text()).strip().split("\n\n")
    lines = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in lines]


@pytest.mark.slow
def test_a_rebuild_is_started_watched_and_followed_by_every_worker(home: CommandHome, client: httpx.Client) -> None:
    before = client.get("/api/v1/index").json()
    assert (before["count"], before["delta"], before["tombstones"], before["kind"]) == (6, 0, 0, "exact")
    assert (before["bundle"], before["problem"]) == ("tiny", None)
    assert before["job"]["phase"] == "done", "`sleeve index` of another process"
    started = client.post("/api/v1/index/rebuild")
    assert started.status_code == 202
    assert started.json()["phase"] in {"running", "done"}, "six covers take no time"
    assert datetime.fromisoformat(started.json()["started_at"]) > datetime.fromisoformat(before["job"]["started_at"])
    events = events_of(client)
    assert [name for name, _ in events[:-1]] == ["progress"] * (len(events) - 1)
    assert (events[-1][0], events[-1][1]["phase"], events[-1][1]["detail"]) == ("done", "done", "")
    [live, kept] = home.json("status")["versions"]
    assert (live["live"], kept["name"]) == (True, before["version"])
    seen = {client.get("/api/v1/index").json()["version"] for _ in range(20)}
    eventually(
        lambda: {client.get("/api/v1/index").json()["version"] for _ in range(8)} == {live["name"]},
        f"every worker answers from {live['name']}, not {seen}",
    )
    with one_at_a_time(home_at(home_folder(home))):
        assert "another `sleeve index` is at work" in problem(client.post("/api/v1/index/rebuild"), 409)
        assert "another `sleeve index` is at work" in home.sleeve("index", code=1).stderr


def test_what_is_embedded_removed_and_rolled_back_is_seen_at_once(home: CommandHome, client: httpx.Client) -> None:
    image = write_cover(home.folder / "covers/jazz/new.png", seed=77)
    home.sleeve("add", "covers")
    home.sleeve("index")
    assert found_files(client, image)[0] == "covers/jazz/new.png"
    version = home.json("index", "rollback")["name"]
    for _ in range(6):
        assert found_files(client, image)[0] == "covers/jazz/new.png", "newer than the version: in its delta"
    eventually(
        lambda: all(client.get("/api/v1/index").json()["version"] == version for _ in range(6)), "workers roll back"
    )
    assert client.get("/api/v1/index").json()["delta"] == 1
    newer = next(
        each["version"] for each in client.get("/api/v1/index/versions").json()["versions"] if not each["live"]
    )
    for wanted in (newer, version):
        assert client.post(f"/api/v1/index/versions/{wanted}/live").json()["version"] == wanted
        assert [each["version"] for each in home.json("status")["versions"] if each["live"]] == [wanted]
    assert "no such index version" in problem(client.post("/api/v1/index/versions/none/live"), 404)
    assert found_files(client, image)[0] == "covers/jazz/new.png"
    result = home.sleeve("index", "rollback", code=1)
    assert "there is no earlier index version" in result.stderr
    album = client.post("/api/v1/similar", params={"k": 1}, files={"image": ("q.png", image.read_bytes())}).json()
    home.sleeve("remove", "--album", album["neighbours"][0]["album_id"])
    for _ in range(6):
        assert "covers/jazz/new.png" not in found_files(client, image)
    pruned = home.json("index", "prune")
    assert len(pruned["folders"]) == 1
    assert pruned["freed_bytes"] > 0
    assert home.sleeve("index", "prune").stdout == "there is nothing to delete\n"
    assert [folder.name for folder in (home_folder(home) / "versions").iterdir()] == [version]


@pytest.mark.slow
def test_a_rebuild_embeds_what_is_pending(home: CommandHome, client: httpx.Client) -> None:
    image = write_cover(home.folder / "covers/jazz/pending.png", seed=78)
    home.sleeve("add", "covers/jazz/pending.png")
    before = client.get("/api/v1/status").json()
    assert before["pending"] == 1
    assert "covers/jazz/pending.png" not in found_files(client, image)
    assert client.post("/api/v1/index/rebuild").status_code == 202
    assert events_of(client)[-1][0] == "done"
    assert client.get("/api/v1/status").json() == {**before, "pending": 0, "texts": ANY}
    eventually(
        lambda: all(client.get("/api/v1/index").json()["count"] == before["covers"] for _ in range(6)), "every worker"
    )
    assert found_files(client, image)[0] == "covers/jazz/pending.png"


@pytest.mark.slow
def test_a_rebuild_that_the_disk_refuses_is_not_said_to_be_done(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = filled(make_home(tmp_path, "sqlite"))
    site = tmp_path / "site"
    site.mkdir()
    # The service is forked; only the process that it starts for the work finds its disk full.
    full_disk = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    (site / "sitecustomize.py").write_text(full_disk)
    paths = os.pathsep.join(filter(None, (str(site), home.environment.get("PYTHONPATH"))))
    home = replace(home, environment={**home.environment, "PYTHONPATH": paths})
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        before = client.get("/api/v1/index").json()["job"]
        assert before["phase"] == "done"
        assert "the disk is full" in problem(client.post("/api/v1/index/rebuild"), 507)
        assert client.get("/api/v1/index").json()["job"] == before
        (site / "sitecustomize.py").write_text("import os\nos._exit(1)\n")
        assert "could not begin" in problem(client.post("/api/v1/index/rebuild"), 503)
        (site / "sitecustomize.py").unlink()
        assert client.post("/api/v1/index/rebuild").status_code == 202
        assert events_of(client)[-1][0] == "done"


@pytest.mark.slow
def test_a_switch_of_models_is_followed_without_a_failed_request(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    bundles = home_folder(home) / "bundles"
    for name, mean in (("light", 120.0), ("dark", 135.0)):
        write_tiny_bundle(bundles / name, mean=mean)
    home = CommandHome(
        home.folder, {name: value for name, value in home.environment.items() if name != "SLEEVE_BUNDLE"}
    )
    write_covers(home.folder / "covers", {"jazz": 6})
    home.sleeve("add", "covers")
    home.sleeve("bundles", "use", "light")
    image = home.folder / "covers/jazz/003.png"
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        assert found_files(client, image)[0] == "covers/jazz/003.png"
        before = client.get("/api/v1/index").json()["version"]
        with home.start("bundles", "use", "dark") as switching:
            while switching.poll() is None:
                assert found_files(client, image)[0] == "covers/jazz/003.png"
        eventually(lambda: client.get("/api/v1/index").json()["version"] != before, "the switch")
        similar = client.post("/api/v1/similar", files={"image": ("q.png", image.read_bytes())}).json()
        assert similar["neighbours"][0]["similarity"] == pytest.approx(1, abs=1e-3), "query and index of one model"

        shutil.rmtree(bundles / "light")
        assert "bundle tiny, which is not there any more" in home.sleeve("index", "rollback", code=1).stderr


@pytest.mark.slow
def test_an_index_that_is_gone_at_the_start_is_said_and_healed(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = filled(make_home(tmp_path, "sqlite"))
    shutil.rmtree(home_folder(home) / "versions")
    image = home.folder / "covers/jazz/003.png"
    with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        result = client.post("/api/v1/similar", files={"image": ("q.png", image.read_bytes())})
        assert "the index cannot be used now" in problem(result, 503)
        classified = client.post("/api/v1/classify", files={"image": ("q.png", image.read_bytes())})
        assert classified.json()["index_version"] is None
        eventually(lambda: client.get("/api/v1/index").status_code == 200, "healed by itself")
        assert found_files(client, image)[0] == "covers/jazz/003.png"
        shutil.rmtree(home_folder(home) / "versions")
        assert found_files(client, image)[0] == "covers/jazz/003.png", "mapped"
        eventually(lambda: (home_folder(home) / "versions").is_dir(), "healed while it answered")


@pytest.mark.slow
def test_a_database_that_is_gone_for_a_while_is_said_and_healed(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    with postgres_server() as server:
        url = server.database().render_as_string(hide_password=False)
        plain = make_home(tmp_path, "sqlite")
        home = filled(CommandHome(plain.folder, {**plain.environment, "SLEEVE_DATABASE_URL": url}))
        image = home.folder / "covers/jazz/003.png"
        with home.serving() as address, httpx.Client(base_url=address, timeout=30) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert found_files(client, image)[0] == "covers/jazz/003.png"
            server.stop()
            for _ in range(2):
                result = client.post("/api/v1/similar", files={"image": ("q.png", image.read_bytes())})
                assert "cannot be used" in problem(result, 503)
                assert "cannot be used" in problem(client.get("/healthz"), 503)
                assert "cannot be used" in problem(client.get("/api/v1/albums/1"), 503)
            server.start_again()
            assert client.get("/healthz").json() == {"status": "ok"}
            assert found_files(client, image)[0] == "covers/jazz/003.png"
