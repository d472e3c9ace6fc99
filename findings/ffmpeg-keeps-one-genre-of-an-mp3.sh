#!/usr/bin/env bash
# Guess: FFmpeg treats several genres alike in every format: it joins them, or it keeps the first.
#
# What happens: of a FLAC or M4A file with Rock and Jazz FFmpeg gives "Rock;Jazz", of an MP3 with
# the same two values (ID3v2.4) only "Rock": the second is lost in every conversion.
#
# Versions and source: FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1, mutagen 1.48.1. FFmpeg,
# libavformat/id3v2.c, read_ttag (reads one string of a text frame); ID3v2.4 says that a text
# frame holds several strings: https://id3.org/id3v2.4.0-frames
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check imageio-ffmpeg==0.8.1 mutagen==1.48.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import imageio_ffmpeg
import mutagen
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TCON
from mutagen.mp4 import MP4

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.split("\n")[0])
print("mutagen", mutagen.version_string)


def silence(path):
    source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
    subprocess.run([FFMPEG, "-v", "error", *source, path], check=True)


def ffmpeg_genre(path):
    command = [FFMPEG, "-v", "error", "-i", path, "-f", "ffmetadata", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = next(line.partition("=")[2] for line in lines if line.lower().startswith("genre="))
    return found.replace("\\;", ";")


for path in ("a.flac", "a.m4a", "a.mp3"):
    silence(path)
flac, m4a, mp3 = FLAC("a.flac"), MP4("a.m4a"), ID3("a.mp3")
flac["genre"] = m4a["\xa9gen"] = ["Rock", "Jazz"]
mp3.add(TCON(encoding=3, text=["Rock", "Jazz"]))
for tags in (flac, m4a, mp3):
    tags.save()

seen = {path: ffmpeg_genre(path) for path in ("a.flac", "a.m4a", "a.mp3")}
print("genres written: Rock and Jazz; FFmpeg reads", seen)
assert ID3("a.mp3")["TCON"].genres == ["Rock", "Jazz"]
assert seen == {"a.flac": "Rock;Jazz", "a.m4a": "Rock;Jazz", "a.mp3": "Rock"}
PY
