#!/usr/bin/env bash
# Guess: a genre written as text, "1977", stays that text: it is not a number of the genre list,
# which ends at 191.
#
# What happens: TagLib reads every genre of digits as a number of the list; past its end it gives
# an empty string. So "1977" becomes "", while "1977 Punk" is kept. mutagen and tinytag keep both.
#
# Versions and source: pytaglib 3.2.0 (TagLib 2), mutagen 1.48.1, tinytag 2.3.2. TagLib,
# taglib/mpeg/id3v2/frames/textidentificationframe.cpp and id3v1genres.cpp (a number out of range
# has an empty name)
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


for written, by_taglib in (("1977", [""]), ("1977 Punk", ["1977 Punk"])):
    mp3("track.mp3", 4, (b"TCON", b"\x03" + written.encode()))
    seen = taglib.File("track.mp3").tags["GENRE"]
    others = ID3("track.mp3")["TCON"].genres, tinytag.TinyTag.get("track.mp3").genre
    print(f"genre written {written!r}: TagLib {seen}, mutagen and tinytag {others}")
    assert seen == by_taglib and others == ([written], written)
PY
