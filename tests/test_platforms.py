"""The commands that people begin with, in processes that lack what macOS and Windows lack."""

import csv
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_covers

ROOT = Path(__file__).parents[1]
ARTIST = "坂本龍一"
DRAWN = 50

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text("import tests.other_platform\n")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLEEVE_")},
        "SLEEVE_HOME": str(folder / "home"),
        "SLEEVE_BUNDLE": str(tiny_bundle),
        "PYTHONPATH": f"{folder / 'site'}{os.pathsep}{ROOT}",
        "PYTHONIOENCODING": "cp1252",
    }
    files = write_covers(folder / "covers", {"jazz": 20, "rock": 20})
    with (folder / "covers.csv").open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(("file", "genre", "artist", "album"))
        rows.writerows((file.relative_to(folder), file.parent.name, ARTIST, file.stem) for file in files)
    return CommandHome(folder, environment, as_script=True)


def run_python(home: CommandHome, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(home.environment), cwd=home.folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_process_lacks_what_is_missing_elsewhere(home: CommandHome) -> None:
    said = run_python(
        home,
        """
import os, shutil, signal, sys
for act in (lambda: __import__("fcntl"), lambda: os.open(".", os.O_RDONLY), lambda: open("/proc/self/status")):
    try:
        act()
    except (ImportError, OSError) as error:
        print(type(error).__name__)
print(hasattr(os, "fork"), hasattr(os, "nice"), hasattr(os, "sched_getaffinity"), hasattr(signal, "SIGKILL"))
from indexer.files import flush
from pathlib import Path
from sleeve.platform import usable_cores
flush(Path("."))
print(usable_cores() == os.cpu_count())
""",
    )
    assert said.splitlines() == [
        "ModuleNotFoundError",
        "PermissionError",
        "FileNotFoundError",
        "False False False False",
        "True",
    ]


def expected_neighbours(home: CommandHome, file: str, count: int) -> list[tuple[str, float]]:
    """The nearest by brute force over the vectors of the database."""
    vectors = vectors_of(home)
    query = vectors[file]
    near = sorted(((float(query @ vector), name) for name, vector in vectors.items()), reverse=True)
    return [(name, round(similarity, 2)) for similarity, name in near[:count]]


def found(document: Any) -> list[tuple[str, float]]:
    return [(neighbour["file"], round(neighbour["similarity"], 2)) for neighbour in document["neighbours"]]


def test_covers_are_added_indexed_asked_and_served(home: CommandHome) -> None:
    assert home.json("add", "covers.csv")["added"] == 40
    assert home.json("index")["embedded"] == 40
    file = "covers/jazz/003.png"
    expected = expected_neighbours(home, file, 5)
    assert expected[0] == (file, 1.0)
    assert found(home.json("similar", file, "-k", 5)) == expected
    assert ARTIST in home.sleeve("similar", file, "-k", 5).stdout
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        sent = {"image": (home.folder / file).read_bytes()}
        assert found(client.post("/api/v1/similar?k=5", files=sent).json()) == expected
        before = client.get("/api/v1/index").json()
        assert client.post("/api/v1/index/rebuild").status_code == 202
        assert "event: done" in client.get("/api/v1/index/rebuild/events").text
        deadline = time.monotonic() + 60
        while (after := client.get("/api/v1/index").json())["version"] == before["version"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert after["count"] == 40
        assert found(client.post("/api/v1/similar?k=5", files=sent).json()) == expected


def test_versions_in_use_stay_until_nobody_uses_them(home: CommandHome) -> None:
    versions = Path(home.environment["SLEEVE_HOME"]) / "versions"
    oldest = min(versions.iterdir())
    held = np.load(oldest / "ids.npy", mmap_mode="r")
    home.sleeve("index", "--rebuild")
    home.sleeve("index", "--rebuild")
    assert "1 folders are in use" in home.sleeve("index", "prune").stderr
    assert len(held) == 40
    del held
    assert home.json("index", "prune")["folders"] == [oldest.name]
    assert not oldest.exists()


def test_the_demo_is_drawn_and_runs(home: CommandHome) -> None:
    draw = "if __name__ == '__main__':\n    from pathlib import Path\n    from service.demo import draw_catalogue\n"
    draw += f"    print(draw_catalogue(Path('drawn'), albums={DRAWN}).covers)"
    (home.folder / "draw.py").write_text(draw)
    done = subprocess.run(
        [sys.executable, "draw.py"], env=dict(home.environment), cwd=home.folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    covers = int(done.stdout)
    assert covers >= DRAWN
    shown = home.sleeve("demo", "drawn/manifest.csv", "--no-serve")
    assert f"{covers} covers of" in shown.stderr
    folder = re.search(r"SLEEVE_HOME=(\S+)", shown.stderr)
    assert folder
    ordinary = {**os.environ, "SLEEVE_HOME": folder[1], "SLEEVE_BUNDLE": home.environment["SLEEVE_BUNDLE"]}
    expected = CommandHome(home.folder, ordinary).json("similar", "--album", 1, "-k", 5)["neighbours"]
    assert len(expected) == 5
    places = [shown.stdout.index(neighbour["title"]) for neighbour in expected]
    assert places == sorted(places)


def test_names_of_files_are_utf8_in_any_locale(tmp_path: Path) -> None:
    write_covers(tmp_path / "covers", {"música": 1, "рок": 1})
    environment = {**os.environ, "SLEEVE_HOME": str(tmp_path / "home"), "LC_ALL": "C", "PYTHONUTF8": "0"}
    other = CommandHome(tmp_path, {**environment, "PYTHONCOERCECLOCALE": "0"}, as_script=True)
    assert other.json("add", "covers")["added"] == 2
    other.sleeve("relabel", "--album", 1, "--genre", "música", "--genre", "ново")
    assert set(other.json("status")["genres"]) == {"música", "ново", "рок"}
