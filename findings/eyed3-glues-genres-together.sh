#!/usr/bin/env bash
# Guess: of several genres in one tag, eyeD3 gives a list or the first.
#
# What happens: it gives one genre whose name holds all of them with NUL characters between, and
# the numbers in it stay numbers: "Rock\0Jazz", "17\08". Written to a database or compared with a
# list of genres, it matches nothing. mutagen gives Rock and Jazz both times.
#
# Versions and source: eyeD3 0.9.9 (eyed3/id3/__init__.py, Genre.parse), mutagen 1.48.1. Several
# strings in one frame: https://id3.org/id3v2.4.0-structure (4.2 of the frames document)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check eyeD3==0.9.9 mutagen==1.48.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import struct

import eyed3
import mutagen
from mutagen.id3 import ID3

print("eyeD3 0.9.9, mutagen", mutagen.version_string)


def frame(name, data):
    return name + struct.pack(">I", len(data)) + b"\0\0" + data


def mp3(path, version, *frames):
    """Write an ID3v2 tag (version 3 or 4, short frames) and 40 silent MPEG frames."""
    body = b"".join(frame(name, data) for name, data in frames) + bytes(64)
    size = bytes((len(body) >> shift) & 127 for shift in (21, 14, 7, 0))
    silence = (b"\xff\xfb\x90\x64" + bytes(413)) * 40
    with open(path, "wb") as out:
        out.write(b"ID3" + bytes((version, 0, 0)) + size + body + silence)


for written in ("Rock\0Jazz", "17\x008"):
    mp3("track.mp3", 4, (b"TCON", b"\x03" + written.encode()))
    genre = eyed3.load("track.mp3").tag.genre
    genres = ID3("track.mp3")["TCON"].genres
    print(f"written {written!r}: eyeD3 name {genre.name!r}, id {genre.id}; mutagen {genres}")
    assert (genre.id, genre.name) == (None, written) and genres == ["Rock", "Jazz"]
PY
