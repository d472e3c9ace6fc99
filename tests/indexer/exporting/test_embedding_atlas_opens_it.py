"""Embedding Atlas opens an exported catalogue: pictures, genres, vectors, and the map that comes with it or its own.

Skipped without it, which brings dozens of packages: `make test-peers` installs it apart.
"""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_covers

pytestmark = pytest.mark.slow

STARTED = "from embedding_atlas.cli import main; main()"
ROWS = """
    SELECT file, genre, base64(image.bytes) AS image, vector, {x} AS x, {y} AS y FROM dataset ORDER BY __row_index__
"""
SERVES_WITHIN_S = 240


@pytest.mark.parametrize("maps", [("--x", "sleeve_map_x", "--y", "sleeve_map_y"), ()])
def test_embedding_atlas_opens_it(
    maps: tuple[str, ...], make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    pytest.importorskip("embedding_atlas")
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 9, "rock": 9})
    home.sleeve("add", "covers")
    home.sleeve("index")
    home.sleeve("map")
    home.sleeve("export", "catalogue.parquet", "--vectors", "--images", "--map")
    with _serving(tmp_path, "catalogue.parquet", "--vector", "vector", "--image", "image", *maps) as client:
        props = client.get("/data/metadata.json").json()["props"]["data"]
        assert props["image"] == "image"
        projection = props["projection"]
        assert (projection["x"] == "sleeve_map_x") == bool(maps)
        asked = ROWS.format(**projection)
        rows: list[dict[str, Any]] = client.post("/data/query", json={"sql": asked, "type": "json"}).json()
    stored = vectors_of(home)
    assert len(rows) == len(stored) == 18
    for row in rows:
        assert base64.b64decode(row["image"]) == (tmp_path / row["file"]).read_bytes()
        assert row["genre"] == [Path(row["file"]).parent.name]
        assert np.array_equal(np.array(row["vector"], np.float32), stored[row["file"]])
    places = np.array([(row["x"], row["y"]) for row in rows], np.float64)
    assert np.isfinite(places).all()
    assert len(np.unique(places, axis=0)) == 18


@contextmanager
def _serving(folder: Path, *arguments: str) -> Iterator[httpx.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-c", STARTED, *arguments, "--host", "127.0.0.1", "--port", str(port)]
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "XDG_CACHE_HOME": str(folder / "cache")}
    log = folder / "atlas.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=folder, env=offline, stdout=file, stderr=file)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            deadline = time.monotonic() + SERVES_WITHIN_S
            while not _answers(client):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield client
    finally:
        process.kill()
        process.wait()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/data/metadata.json").is_success
    except httpx.TransportError:
        return False
