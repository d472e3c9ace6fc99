#!/usr/bin/env bash
# Guess: MediaFile (the tag library of beets) stores the front and the back cover that it is
# given, in every format that has room for both.
#
# What happens: in an MP3 the back replaces the front, unless the two have different descriptions:
# frames of pictures are kept by description, not by kind, and both have none. art, the picture to
# show, is then the back. FLAC keeps both.
#
# Versions and source: mediafile 0.17.0, mutagen 1.48.1, FFmpeg 9.0.2 from imageio-ffmpeg 0.8.1
# for a silent FLAC. mutagen/id3/_frames.py (the hash key of APIC); ID3v2.4 asks for different
# descriptions: https://id3.org/id3v2.4.0-frames
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mediafile==0.17.0 mutagen==1.48.1 imageio-ffmpeg==0.8.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess
from importlib.metadata import version

import imageio_ffmpeg
import mutagen
from mediafile import Image, ImageType, MediaFile

print("mediafile", version("mediafile"), "mutagen", mutagen.version_string)
with open("a.mp3", "wb") as out:
    out.write((b"\xff\xfb\x90\x64" + bytes(413)) * 40)
source = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "0.3"]
ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
subprocess.run([ffmpeg, "-v", "error", *source, "a.flac"], check=True)

png = b"\x89PNG\r\n\x1a\n"  # only the start is looked at


def kept(path, *descriptions):
    file = MediaFile(path)
    kinds = (ImageType.front, ImageType.back)
    file.images = [
        Image(png + kind.name.encode(), desc=text, type=kind) for kind, text in zip(kinds, descriptions)
    ]
    file.save()
    file = MediaFile(path)
    names = [image.type.name for image in file.images]
    print(f"{path}, descriptions {descriptions}: kept {names}, art is the {file.art[8:].decode()}")
    return names, file.art[8:]


assert kept("a.flac", None, None) == (["front", "back"], b"front")
assert kept("a.mp3", None, None) == (["back"], b"back")
assert kept("a.mp3", "front", "back") == (["front", "back"], b"front")
PY
