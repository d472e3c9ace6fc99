"""``sleeve index --ray`` on a real cluster of three nodes: PostgreSQL, covers in S3, a node that goes in the middle.

`make test-cluster` runs it, in an environment that has Ray.
"""

import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from indexer.home import Home
from indexer.jobs import index_on_ray
from indexer.progress import Silent
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.crash import sleeve_worker
from tests.crash.test_kill_workers import CATALOGUE, catalogue, embedded, rows, until
from tests.factories import write_covers
from tests.forked import Forked
from tests.indexer.artwork.artworks import artwork, cropped
from tests.loopback import bring_up, is_alone
from tests.object_storage import between, s3_server

ray = pytest.importorskip("ray", reason="needs Ray: make test-cluster")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

COVERS = 180
ARTWORKS = 6
PASSWORD = "opensesame1471"
KEY = "aladdin2953"


class NotedWorker(index_on_ray.Worker):
    """A worker with short leases and a quick reader, which writes down what it embeds. All three begin together."""

    def work(self) -> Mapping[str, int]:
        sleeve_worker.prepare()
        sleeve_worker.EMBEDS_FOR_S = 0.04
        log = Path(os.environ["EMBEDDED"])
        log.with_name(f"begun {os.getpid()}").touch()
        until(lambda: len(list(log.parent.glob("begun *"))) == 3)
        return super().work()


@pytest.fixture
def cluster(
    tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Mapping[str, str]], tuple[Any, list[Any], Path]]]:
    """Starts three nodes of one core each, with homes of their own; their folder is short because of its sockets."""
    from ray.cluster_utils import Cluster

    started: list[Any] = []
    folder = Path(tempfile.mkdtemp(prefix="sleeve-ray-", dir="/tmp"))
    # It writes there which cluster is the newest one.
    monkeypatch.setenv("RAY_TMPDIR", str(folder))
    (folder / "ray").mkdir()
    if is_alone():
        bring_up()
    root = Path(__file__).parents[2]

    def start(environment: Mapping[str, str]) -> tuple[Any, list[Any], Path]:
        made = Cluster()
        started.append(made)
        nodes = []
        for number in range(3):
            own = {"SLEEVE_HOME": str(tmp_path / f"node{number}"), "SLEEVE_BUNDLE": str(tiny_bundle)}
            nodes.append(
                made.add_node(
                    num_cpus=1,
                    temp_dir=str(folder),
                    include_dashboard=False,
                    object_store_memory=80 * 2**20,
                    env_vars={**environment, **own, "PYTHONPATH": str(root), "EMBEDDED": str(tmp_path / "embedded")},
                )
            )
        return made, nodes, folder

    yield start
    for made in started:
        ray.shutdown()
        made.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


def test_three_nodes_of_which_one_goes_embed_every_cover_once(
    make_home: Callable[[Path, str], CommandHome],
    cluster: Callable[[Mapping[str, str]], tuple[Any, list[Any], Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setattr(index_on_ray, "Worker", NotedWorker)
    write_covers(tmp_path / "covers", {"jazz": COVERS // 2, "rock": COVERS // 2})
    for seed in range(ARTWORKS):
        artwork(seed).save(tmp_path / f"covers/jazz/artwork {seed}.png")
        cropped(artwork(seed)).save(tmp_path / f"covers/rock/cropped {seed}.png")
    with s3_server() as server, between(server.port) as way:
        server.clear()
        server.put_folder(tmp_path / "covers", "music")
        storage = {**way.environment, "AWS_SECRET_ACCESS_KEY": KEY}
        homes = []
        for name in ("alone", "shared"):
            home = make_home(tmp_path / name, "postgresql")
            url = make_url(home.environment["SLEEVE_DATABASE_URL"]).set(password=PASSWORD)
            address = url.render_as_string(hide_password=False)
            homes.append(CommandHome(home.folder, {**home.environment, **storage, "SLEEVE_DATABASE_URL": address}))
        alone, shared = homes
        for home in homes:
            home.sleeve("add", "s3://covers/music")
        server.delete("music/rock/000.png")
        server.put("music/rock/001.png", b"no picture")
        # Else it takes the copies of the two.
        shutil.rmtree(Path(alone.environment["SLEEVE_HOME"]) / "objects")
        for command in ("index", "read"):
            environment = {**alone.environment, "EMBEDDED": str(tmp_path / "embedded alone")}
            with Forked([command], environment, alone.folder, Path(sleeve_worker.__file__)) as process:
                assert process.wait(120) in {0, 1}

        for name, value in storage.items():
            monkeypatch.setenv(name, value)
        made, nodes, folder = cluster(storage)
        settings = Settings(
            home=Path(shared.environment["SLEEVE_HOME"]),
            database_url=SecretStr(shared.environment["SLEEVE_DATABASE_URL"]),
            bundle=shared.environment["SLEEVE_BUNDLE"],
        )
        log = tmp_path / "embedded"
        with Home(settings) as driver, ThreadPoolExecutor(1) as pool:
            job = pool.submit(index_on_ray.index_on_ray, driver, Silent(), made.address)
            until(lambda: job.done() or _three_have_embedded(log, 20))
            assert not job.done(), job.result()
            commands = _command_lines()
            holder = (tmp_path / "node2/versions.id").read_text().strip()
            made.remove_node(nodes[2], allow_graceful=False)
            lost = {cover_id for (cover_id,) in rows(shared, f"SELECT cover_id FROM leases WHERE holder = '{holder}'")}
            report = job.result(timeout=120)

    assert (report.embedded, report.read, report.left) == (COVERS + 2 * ARTWORKS - 2,) * 2 + (2,)
    assert report.nodes == 3
    assert report.lost in {1, 2}, "for a moment Ray takes the node for alive, and the worker is started there once more"
    assert "is gone; others get its covers" in caplog.text
    assert catalogue(shared) == catalogue(alone)
    assert len(rows(alone, CATALOGUE["links"])) == ARTWORKS
    makers = embedded(log)
    assert len(makers) == COVERS + 2 * ARTWORKS - 2
    assert {cover_id for cover_id, pids in makers.items() if len(pids) > 1} <= lost
    assert max(map(len, makers.values())) <= 2

    told = [path for path in folder.rglob("*") if path.is_file() and _holds_a_secret(path)]
    assert not told, told
    assert not [line for line in commands if PASSWORD in line or KEY in line]
    assert len(list(folder.glob("session_*/logs/*"))) > 10, "this is where Ray writes"


def _three_have_embedded(log: Path, covers: int) -> bool:
    pids = [pid for makers in embedded(log).values() for pid in makers]
    return len(set(pids)) == 3 and len(pids) >= covers


def _holds_a_secret(path: Path) -> bool:
    data = path.read_bytes()
    return PASSWORD.encode() in data or KEY.encode() in data


def _command_lines() -> list[str]:
    found = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True)
    return found.stdout.splitlines()
