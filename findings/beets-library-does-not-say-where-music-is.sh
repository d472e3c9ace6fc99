#!/usr/bin/env bash
# Guess: a beets library says where the files are: `items.path` and `albums.artpath` are whole paths, as bytes, so that
# another program needs nothing but the database.
#
# What happens: they are relative to the music folder, and nothing in the database names that folder; only the
# configuration does. Two libraries whose music is in different folders can hold the same paths.
#
# Versions and source: beets 2.14.1 (beets/dbcore/pathutils.py, beets/library/migrations.py)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check beets==2.14.1 pillow==11.3.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import os
import sqlite3
import subprocess
import sys
import wave
from importlib.metadata import version
from pathlib import Path

from PIL import Image

print("beets", version("beets"))
Path("new/Blue").mkdir(parents=True)
with wave.open("new/Blue/1.wav", "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
    file.writeframes(bytes(8000))
Image.new("RGB", (64, 64)).save("new/Blue/cover.png")
found = []
for name in ("one", "two"):
    home = Path(name).absolute()
    home.mkdir()
    (home / "config.yaml").write_text(
        f"directory: {home}/music\nlibrary: {home}/library.db\nplugins: fetchart\n"
        "import: {quiet: yes, autotag: no, copy: yes}\nfetchart: {sources: filesystem}\n"
    )
    beet = [sys.executable, "-W", "ignore", "-m", "beets"]
    environment = {**os.environ, "BEETSDIR": str(home)}
    for arguments in (["import", "new"], ["modify", "-y", "-a", "album=Blue"]):
        subprocess.run([*beet, *arguments], env=environment, capture_output=True, stdin=subprocess.DEVNULL)
    with sqlite3.connect(home / "library.db") as database:
        [[path]] = database.execute("SELECT path FROM items")
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cells = [cell for table in tables for row in database.execute(f"SELECT * FROM {table}") for cell in row]
    print(name, "items.path:", path)
    assert (home / "music" / os.fsdecode(path)).is_file()
    assert not os.path.isabs(path)
    assert not any(os.fsencode(home) in (cell.encode() if isinstance(cell, str) else cell) for cell in cells if isinstance(cell, (str, bytes)))
    found.append(path)
assert found[0] == found[1]
print("both libraries hold the same path, and neither holds the folder")
PY
