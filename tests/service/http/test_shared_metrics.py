"""The folder of several workers' counts goes with its service, or with the next one, and takes nothing else along."""

import subprocess
import sys
from pathlib import Path

from service.http.shared_metrics import shared_metrics

KILLED = """
import os, signal, sys
from pathlib import Path
from service.http.shared_metrics import shared_metrics
with shared_metrics(Path(sys.argv[1])) as folder:
    (folder / "counter_7.db").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir())


def test_services_do_not_disturb_each_other_and_each_takes_its_own_folder_away(tmp_path: Path) -> None:
    with shared_metrics(tmp_path) as first:
        (first / "counter_1.db").touch()
        with shared_metrics(tmp_path) as second:
            (second / "histogram_2.db").touch()
            assert folders(tmp_path) == sorted([first, second])
        assert folders(tmp_path) == [first]
        assert (first / "counter_1.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["starting"]


def test_what_a_killed_service_left_goes_with_the_next_start_and_nothing_else_does(tmp_path: Path) -> None:
    own = tmp_path / "notes"
    own.mkdir()
    (own / "counter_1.db").touch()
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    left = [folder for folder in folders(tmp_path) if folder != own]
    assert len(left) == 1, "the second start deleted the folder of the first"
    (left[0] / "mine.txt").touch()
    with shared_metrics(tmp_path) as folder:
        assert folders(tmp_path) == sorted([own, folder, left[0]])
        assert [path.name for path in left[0].iterdir()] == ["mine.txt"]
    assert (own / "counter_1.db").exists()
