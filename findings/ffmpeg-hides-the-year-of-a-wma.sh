#!/usr/bin/env bash
# Guess: FFmpeg writes the year of a WMA file where Windows and every tagger look: in WM/Year.
#
# What happens: converting FLAC to WMA writes artist, album, genre and track under their Windows
# names, but the year as a field called date, which TagLib and tinytag do not show. FFmpeg itself
# reads it, so its own listing looks right. The artist is written twice.
#
# Versions and source: FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1, mutagen 1.48.1, pytaglib 3.2.0,
# tinytag 2.3.2. FFmpeg, libavformat/asf_tags.c and asfenc.c; WM/Year:
# https://learn.microsoft.com/windows/win32/wmformat/wm-year
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check imageio-ffmpeg==0.8.1 mutagen==1.48.1 pytaglib==3.2.0 tinytag==2.3.2
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import imageio_ffmpeg
import mutagen
import taglib
import tinytag
from mutagen.asf import ASF

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.split("\n")[0])
print("mutagen", mutagen.version_string, "tinytag", tinytag.__version__, "pytaglib 3.2.0")

written = {"artist": "Ada", "album": "First", "genre": "Rock", "date": "1997"}
tags = [part for key, value in written.items() for part in ("-metadata", f"{key}={value}")]
source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
subprocess.run([FFMPEG, "-v", "error", *source, *tags, "a.flac"], check=True)
subprocess.run([FFMPEG, "-v", "error", "-i", "a.flac", "a.wma"], check=True)

fields = {key: [str(value) for value in values] for key, values in ASF("a.wma").tags.items()}
by_taglib, by_tinytag = taglib.File("a.wma").tags, tinytag.TinyTag.get("a.wma")
print("fields in the WMA:", fields)
print("TagLib:", by_taglib)
print("tinytag: artist", by_tinytag.artist, "genre", by_tinytag.genre, "year", by_tinytag.year)
assert "WM/Year" not in fields and fields["date"] == ["1997"]
assert fields["WM/Genre"] == ["Rock"] and fields["Author"] == ["Ada", "Ada"]
assert "DATE" not in by_taglib and by_taglib["ALBUM"] == ["First"]
assert by_tinytag.year is None and by_tinytag.genre == "Rock"
PY
