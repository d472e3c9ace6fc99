#!/usr/bin/env bash
# Guess: save() of pytaglib returns the tags that the format of the file cannot hold, so that a
# program can say so.
#
# What happens: an M4A file cannot hold a name with a colon, such as MOOD:MAIN: it is not stored,
# and save() returns {}, as if all were. Only a line on the error stream says so. FLAC and Opus
# take the name.
#
# Versions and source: pytaglib 3.2.0 (TagLib 2), FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1 for
# silent files. TagLib, taglib/mp4/mp4itemfactory.cpp and mp4tag.cpp; pytaglib, File.save:
# https://pypi.org/project/pytaglib/
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pytaglib==3.2.0 imageio-ffmpeg==0.8.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess
from importlib.metadata import version

import imageio_ffmpeg
import taglib

print("pytaglib", version("pytaglib"))
ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
written = {"ARTIST": ["Ada"], "MOOD:MAIN": ["calm"], "TITLE": ["One"]}
read = {}
for path in ("a.flac", "a.m4a"):
    subprocess.run([ffmpeg, "-v", "error", *source, path], check=True)
    with taglib.File(path) as file:
        file.tags.update(written)
        refused = file.save()
    with taglib.File(path) as file:
        read[path] = {name: file.tags.get(name) for name in written}
    print(f"{path}: save() returns {refused}; read again {read[path]}")
    assert refused == {}
assert read["a.flac"] == written
assert read["a.m4a"] == written | {"MOOD:MAIN": None}
PY
