"""What a service starts ends with it, however it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

STARTS = """
from pathlib import Path
from indexer.home import Home
from service.background import start_in_background
from sleeve.settings import Settings
import subprocess, sys
with Home(Settings(home=Path(sys.argv[1]))) as home:
    # It holds our stdout as long as it lives.
    print(start_in_background(home, "tests.service.endless", stdout=None).pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
def test_a_background_process_ends_with_the_service_that_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS, str(tmp_path)]
    project = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        assert int(service.stdout.readline()) > 0
        service.kill()
        assert service.stdout.read() == b"", "the end comes once both have ended"
