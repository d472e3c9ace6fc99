#!/usr/bin/env bash
# Guess: genre number 133 is one genre; libraries only differ in how politely they spell it.
#
# What happens: TagLib replaced the name by another genre, Worldbeat, which is not in the list at
# all, while mutagen and tinytag read Afro-Punk. It also renamed others: 29 is Jazz-Funk (mutagen:
# Jazz+Funk), 90 Avant-garde.
#
# Versions and source: pytaglib 3.2.0 (TagLib 2), mutagen 1.48.1, tinytag 2.3.2. TagLib,
# taglib/mpeg/id3v1/id3v1genres.cpp
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pytaglib==3.2.0 mutagen==1.48.1 tinytag==2.3.2
cd "$work"
"$work/venv/bin/python" - <<'PY'
import struct

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


expected = {
    133: ("Worldbeat", "Afro-Punk"),
    29: ("Jazz-Funk", "Jazz+Funk"),
    90: ("Avant-garde", "Avantgarde"),
    17: ("Rock", "Rock"),
}
for number, names in expected.items():
    mp3("track.mp3", 3, (b"TCON", b"\0(%d)" % number))
    by_taglib = taglib.File("track.mp3").tags["GENRE"]
    by_mutagen = ID3("track.mp3")["TCON"].genres
    by_tinytag = tinytag.TinyTag.get("track.mp3").genre
    print(f"({number}): TagLib {by_taglib}, mutagen {by_mutagen}, tinytag {by_tinytag!r}")
    assert (by_taglib, by_mutagen) == ([names[0]], [names[1]]) and by_tinytag == names[1]
PY
