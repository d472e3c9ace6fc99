#!/usr/bin/env bash
# Guess: a list of genres set with music_tag is stored as several genres, in an MP3 as in a FLAC.
#
# What happens: in an MP3 it becomes one text, "Rock, Jazz", one genre for every other reader; in
# a FLAC two genres are stored. Read, it takes an MP3 with two genres apart, so that load and save
# of the same list joins them.
#
# Versions and source: music-tag 0.4.3 (music_tag/id3.py), mutagen 1.48.1, FFmpeg 9.0.2 from
# imageio-ffmpeg 0.8.1 for a silent FLAC. Several strings in one frame:
# https://id3.org/id3v2.4.0-frames
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check music-tag==0.4.3 mutagen==1.48.1 imageio-ffmpeg==0.8.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import imageio_ffmpeg
import music_tag
import mutagen
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TCON

print("music-tag 0.4.3, mutagen", mutagen.version_string)
with open("a.mp3", "wb") as out:
    out.write((b"\xff\xfb\x90\x64" + bytes(413)) * 40)
source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
subprocess.run([ffmpeg, "-v", "error", *source, "a.flac"], check=True)
tags = ID3()
tags.add(TCON(encoding=3, text=["Rock", "Jazz"]))
tags.save("a.mp3")

before = music_tag.load_file("a.mp3")["genre"].values
for path in ("a.mp3", "a.flac"):
    file = music_tag.load_file(path)
    file["genre"] = ["Rock", "Jazz"]
    file.save()
print("an MP3 with two genres reads as", before)
print("after setting the same two: MP3", ID3("a.mp3")["TCON"].genres, "FLAC", FLAC("a.flac")["genre"])
assert before == ["Rock", "Jazz"]
assert ID3("a.mp3")["TCON"].genres == ["Rock, Jazz"]
assert FLAC("a.flac")["genre"] == ["Rock", "Jazz"]
PY
