"""A demo that is killed while it draws leaves no process behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

DRAW = """if __name__ == "__main__":
    from pathlib import Path
    from service.demo import draw_catalogue
    draw_catalogue(Path("drawn"), albums=400)
"""
LATEST_S = 60


def test_its_processes_end_with_it(tmp_path: Path) -> None:
    if (os.cpu_count() or 1) < 2:
        pytest.skip("one core draws in one process")
    (tmp_path / "draw.py").write_text(DRAW)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, "draw.py"], cwd=tmp_path, env=environment) as process:
        try:
            wait_for(lambda: len(list(tmp_path.glob("drawn/*/*"))) > 4)
            children = [
                int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            ]
            assert len(children) >= 2
        finally:
            process.kill()
    wait_for(lambda: not any(map(runs, children)))


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(happens: Callable[[], bool]) -> None:
    latest = time.monotonic() + LATEST_S
    while not happens():
        assert time.monotonic() < latest
        time.sleep(0.1)
