#!/usr/bin/env bash
# Guess: music_tag's year is the year of the recording (TDRC, TYER), for an MP3 as for a FLAC.
#
# What happens: in a new ID3 tag it writes only TDOR, the date of the original release, so that
# players, tinytag and TagLib's DATE show no year; in a FLAC file it writes DATE.
#
# Versions and source: music-tag 0.4.3 (music_tag/id3.py, the setter of year), mutagen 1.48.1,
# tinytag 2.3.2, FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1 for a silent FLAC. TDOR and TDRC:
# https://id3.org/id3v2.4.0-frames
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check music-tag==0.4.3 mutagen==1.48.1 tinytag==2.3.2 imageio-ffmpeg==0.8.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import imageio_ffmpeg
import music_tag
import mutagen
import tinytag
from mutagen.flac import FLAC
from mutagen.id3 import ID3

print("music-tag 0.4.3, mutagen", mutagen.version_string, "tinytag", tinytag.__version__)
with open("a.mp3", "wb") as out:
    out.write((b"\xff\xfb\x90\x64" + bytes(413)) * 40)
source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
subprocess.run([ffmpeg, "-v", "error", *source, "a.flac"], check=True)

for path in ("a.mp3", "a.flac"):
    file = music_tag.load_file(path)
    file["year"] = 1997
    file.save()
frames = {key: str(value) for key, value in ID3("a.mp3").items()}
print("frames of the MP3:", frames, "- tinytag reads the year", tinytag.TinyTag.get("a.mp3").year)
print("date of the FLAC:", FLAC("a.flac")["date"])
assert frames == {"TDOR": "1997"} and tinytag.TinyTag.get("a.mp3").year is None
assert FLAC("a.flac")["date"] == ["1997"]
PY
