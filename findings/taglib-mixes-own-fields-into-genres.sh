#!/usr/bin/env bash
# Guess: a user-defined field (TXXX) that somebody called GENRE is a field of its own; the genre
# of the track is TCON.
#
# What happens: TagLib's tags give both under GENRE, the user-defined one first, so that a program
# that shows the first genre shows Ambient although the track says Rock. mutagen, tinytag and eyeD3
# say Rock.
#
# Versions and source: pytaglib 3.2.0 (TagLib 2), mutagen 1.48.1, tinytag 2.3.2, eyeD3 0.9.9.
# TagLib, taglib/mpeg/id3v2/id3v2tag.cpp, properties()
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pytaglib==3.2.0 mutagen==1.48.1 tinytag==2.3.2 eyeD3==0.9.9
cd "$work"
"$work/venv/bin/python" - <<'PY'
import struct

import eyed3
import mutagen
import taglib
import tinytag
from mutagen.id3 import ID3

print("pytaglib 3.2.0, mutagen", mutagen.version_string, "tinytag", tinytag.__version__)


def frame(name, data):
    return name + struct.pack(">I", len(data)) + b"\0\0" + data


def mp3(path, version, *frames):
    """Write an ID3v2 tag (version 3 or 4, short frames) and 40 silent MPEG frames."""
    body = b"".join(frame(name, data) for name, data in frames) + bytes(64)
    size = bytes((len(body) >> shift) & 127 for shift in (21, 14, 7, 0))
    silence = (b"\xff\xfb\x90\x64" + bytes(413)) * 40
    with open(path, "wb") as out:
        out.write(b"ID3" + bytes((version, 0, 0)) + size + body + silence)


own, genre = (b"TXXX", b"\x03GENRE\0Ambient"), (b"TCON", b"\x03Rock")
mp3("track.mp3", 4, own, genre)
read = taglib.File("track.mp3").tags
print("TagLib:", read)
others = (
    ID3("track.mp3")["TCON"].genres[0],
    tinytag.TinyTag.get("track.mp3").genre,
    eyed3.load("track.mp3").tag.genre.name,
)
print("mutagen, tinytag, eyeD3:", others)
assert read == {"GENRE": ["Ambient", "Rock"]} and set(others) == {"Rock"}
PY
