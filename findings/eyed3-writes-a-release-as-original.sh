#!/usr/bin/env bash
# Guess: eyeD3 writes release_date into an ID3v2.3 tag as the year of the track (TYER).
#
# What happens: it writes TORY, the year of the original release, and an experimental frame XDOR
# that others do not read. So mutagen, TagLib and tinytag see no date, or an original year that is
# wrong for a reissue. eyeD3 itself reads the date back, so its own listing looks right. In
# ID3v2.4 it writes TDRL.
#
# Versions and source: eyeD3 0.9.9 (eyed3/id3/tag.py, the release date of ID3v2.3), mutagen
# 1.48.1, pytaglib 3.2.0, tinytag 2.3.2. TYER and TORY: https://id3.org/id3v2.3.0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check eyeD3==0.9.9 mutagen==1.48.1 pytaglib==3.2.0 tinytag==2.3.2
cd "$work"
"$work/venv/bin/python" - <<'PY'
import eyed3
import mutagen
import taglib
import tinytag
from mutagen.id3 import ID3

print("eyeD3 0.9.9, pytaglib 3.2.0, mutagen", mutagen.version_string)
frames = {}
for version in ((2, 3, 0), (2, 4, 0)):
    with open("a.mp3", "wb") as out:
        out.write((b"\xff\xfb\x90\x64" + bytes(413)) * 40)
    file = eyed3.load("a.mp3")
    file.initTag(version)
    file.tag.release_date = "1997-12-31"
    file.tag.save(version=version)
    tags = ID3("a.mp3", translate=False)
    frames[version[1]] = {name: str(value) for name, value in tags.items()}
    own = str(eyed3.load("a.mp3").tag.release_date)
    others = taglib.File("a.mp3").tags, tinytag.TinyTag.get("a.mp3").year
    print(f"ID3v2.{version[1]}: frames {frames[version[1]]}, eyeD3 reads {own}")
    print("    TagLib", others[0], "tinytag year", others[1])
    assert own == "1997-12-31" and "DATE" not in others[0] and others[1] is None
assert frames == {3: {"TORY": "1997"}, 4: {"TDRL": "1997-12-31"}}
PY
