#!/usr/bin/env bash
# Guess: FFmpeg turns a genre that is an ID3v1 number, such as (17), into its name, and leaves any
# other text as it is.
#
# What happens: a text that only begins with a number is taken for that number: "80s" is read as
# Folk (80), "2-Step" as Country (2), "90s Hits" as Avantgarde (90). mutagen keeps the text.
#
# Versions and source: FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1, mutagen 1.48.1. FFmpeg,
# libavformat/id3v2.c, read_ttag (a number is looked for at the start of TCON). The same mistake
# in another library: https://github.com/benrr101/node-taglib-sharp/issues/122
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check imageio-ffmpeg==0.8.1 mutagen==1.48.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import struct
import subprocess

import imageio_ffmpeg
from mutagen.id3 import ID3

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.split("\n")[0])


def frame(name, data):
    return name + struct.pack(">I", len(data)) + b"\0\0" + data


def mp3(path, version, *frames):
    """Write an ID3v2 tag (version 3 or 4, short frames) and 40 silent MPEG frames."""
    body = b"".join(frame(name, data) for name, data in frames) + bytes(64)
    size = bytes((len(body) >> shift) & 127 for shift in (21, 14, 7, 0))
    silence = (b"\xff\xfb\x90\x64" + bytes(413)) * 40
    with open(path, "wb") as out:
        out.write(b"ID3" + bytes((version, 0, 0)) + size + body + silence)


def ffmpeg_genre(path):
    command = [FFMPEG, "-v", "error", "-i", path, "-f", "ffmetadata", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("genre="))


expected = {"80s": "Folk", "90s Hits": "Avantgarde", "2-Step": "Country", "Trip Hop": "Trip Hop"}
for written, seen_then in expected.items():
    mp3("track.mp3", 4, (b"TCON", b"\x03" + written.encode()))
    seen, kept = ffmpeg_genre("track.mp3"), ID3("track.mp3")["TCON"].genres
    print(f"genre written {written!r}: FFmpeg reads {seen!r}, mutagen {kept}")
    assert seen == seen_then and kept == [written]
PY
