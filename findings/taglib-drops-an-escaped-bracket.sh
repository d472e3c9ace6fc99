#!/usr/bin/env bash
# Guess: ID3v2.3 writes a genre that begins with a bracket with two of them, "((Live) Rock", and
# readers give back "(Live) Rock", or at worst both brackets.
#
# What happens: TagLib takes the bracketed word for a genre number it does not know and throws it
# away: " Rock", with the blank. mutagen follows the standard; tinytag and eyeD3 leave both
# brackets.
#
# Versions and source: pytaglib 3.2.0 (TagLib 2), mutagen 1.48.1, tinytag 2.3.2, eyeD3 0.9.9. The
# standard, TCON: https://id3.org/id3v2.3.0
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


mp3("track.mp3", 3, (b"TCON", b"\0((Live) Rock"))
read = {
    "mutagen": ID3("track.mp3")["TCON"].genres[0],
    "TagLib": taglib.File("track.mp3").tags["GENRE"][0],
    "tinytag": tinytag.TinyTag.get("track.mp3").genre,
    "eyeD3": eyed3.load("track.mp3").tag.genre.name,
}
print("written '((Live) Rock':", read)
assert read == {
    "mutagen": "(Live) Rock",
    "TagLib": " Rock",
    "tinytag": "((Live) Rock",
    "eyeD3": "((Live) Rock",
}
PY
