#!/usr/bin/env bash
# Guess: converting a FLAC file with a front cover to .ogg gives Ogg Vorbis; the cover is kept as
# a picture tag or dropped.
#
# What happens: FFmpeg re-encodes the cover as a Theora film inside the .ogg. mutagen then calls
# the file Ogg Theora, and TagLib refuses to open it as Vorbis, so title, artist and cover are
# gone for players that use it. -vn would have avoided it.
#
# Versions and source: FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1, mutagen 1.48.1, pytaglib 3.2.0,
# pillow 13.0.0. FFmpeg, libavformat/oggenc.c (default video codec of the ogg muxer)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check imageio-ffmpeg==0.8.1 mutagen==1.48.1 pytaglib==3.2.0 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import io
import subprocess

import imageio_ffmpeg
import mutagen
import taglib
from mutagen.flac import FLAC, Picture
from PIL import Image

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.split("\n")[0])
print("mutagen", mutagen.version_string, "pytaglib 3.2.0")

source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
subprocess.run([FFMPEG, "-v", "error", *source, "a.flac"], check=True)
picture, drawn = Picture(), io.BytesIO()
Image.new("RGB", (320, 320), "teal").save(drawn, "PNG")
picture.data, picture.type, picture.mime = drawn.getvalue(), 3, "image/png"
flac = FLAC("a.flac")
flac["artist"] = "Ada"
flac.add_picture(picture)
flac.save()
subprocess.run([FFMPEG, "-v", "error", "-i", "a.flac", "a.ogg"], check=True)

kind = type(mutagen.File("a.ogg")).__name__
print("mutagen calls the .ogg", kind)
assert kind == "OggTheora", kind
try:
    print("TagLib reads", taglib.File("a.ogg").tags)
except OSError as error:
    print("TagLib:", error)
else:
    raise SystemExit("TagLib opens the file now")
PY
