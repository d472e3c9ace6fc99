#!/usr/bin/env bash
# Guess: with `cover_names: front cover`, beets' fetchart takes front.jpg before every other file of
# the folder, because its documentation says that the first names are preferred.
#
# What happens: "Back Cover.jpg" wins. A file is matched in any case, but ranked by names in lower
# case only; a name with a capital has no rank, and no rank comes before the first. "back cover.jpg"
# loses as it should. The same way, a file with both names loses to one with the first alone.
#
# Versions and source: beets 2.14.1 (beetsplug/fetchart.py, FileSystem.filename_priority)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check beets==2.14.1
cd "$work"
cat > config.yaml <<YAML
directory: $work/library
library: $work/library.db
plugins: fetchart
import: {quiet: yes, autotag: no, copy: no}
fetchart: {auto: no, sources: filesystem, cover_names: front cover}
YAML
"$work/venv/bin/python" - <<'PY'
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

from mediafile import MediaFile

print("beets", version("beets"))
os.environ["BEETSDIR"] = str(Path.cwd())


def beet(*arguments):
    return subprocess.run(["venv/bin/beet", *arguments], check=True, capture_output=True, text=True).stdout


def taken(name, *files):
    folder = Path("music", name)
    folder.mkdir(parents=True)
    (folder / "1.mp3").write_bytes((b"\xff\xfb\x90\x64" + bytes(413)) * 40)
    track = MediaFile(folder / "1.mp3")
    track.album = track.artist = track.title = name
    track.save()
    for file in files:
        (folder / file).write_bytes(b"\xff\xd8\xff\xe0" + file.encode())
    beet("import", "-A", str(folder))
    beet("fetchart", f"album:{name}")
    art = Path(beet("ls", "-a", "-f", "$artpath", f"album:{name}").strip()).read_bytes()[4:].decode()
    print(f"{' or '.join(files)}: {art}")
    return art


assert taken("lower", "front.jpg", "back cover.jpg") == "front.jpg"
assert taken("capitals", "front.jpg", "Back Cover.jpg") == "Back Cover.jpg"
assert taken("both", "front.jpg", "front cover.jpg") == "front.jpg"
PY
