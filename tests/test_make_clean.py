import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_cleaning_leaves_a_catalogue_of_the_users(tmp_path: Path) -> None:
    own = [tmp_path / ".sleeve" / "sleeve.sqlite3", tmp_path / ".sleeve" / "covers" / "jazz" / "blue.jpg"]
    made = [tmp_path / ".venv" / "bin" / "sleeve", tmp_path / ".sleeve" / "demo" / "sleeve.sqlite3"]
    for path in (*own, *made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    clean = ["make", "--no-print-directory", "-f", str(MAKEFILE), "clean"]
    said = subprocess.run(clean, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "stays" in said.stdout
    assert [path for path in (*own, *made) if path.exists()] == own
    shutil.rmtree(tmp_path / ".sleeve")
    made[1].parent.mkdir(parents=True)
    said = subprocess.run(clean, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert (said.stdout, list(tmp_path.iterdir())) == ("", [])
