#!/usr/bin/env bash
# Guess: OpenCV turns a picture by its stored orientation with IMREAD_COLOR and leaves it with
# IMREAD_UNCHANGED, whatever the format.
#
# What happens: that holds for JPEG, PNG and WebP. A TIFF is turned with IMREAD_UNCHANGED too, and
# an AVIF is never turned, though its orientation is part of the format itself (irot) and every
# browser obeys it.
#
# Versions and source: opencv-python-headless 5.0.0.93, pillow 13.0.0 (writes the files, and reads
# each of them upright), numpy 2.4.6. OpenCV, modules/imgcodecs/src/grfmt_avif.cpp and
# grfmt_tiff.cpp (fixOrientation; https://github.com/opencv/opencv/pull/14609)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import io

import cv2
import numpy as np
import PIL
from PIL import Image, ImageOps

print("OpenCV", cv2.__version__, "Pillow", PIL.__version__)
wide = Image.new("RGB", (40, 20), "teal")
turned = Image.Exif()
turned[0x0112] = 6  # to be shown turned by 90 degrees: 20 wide, 40 high
seen = {}
for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
    file = io.BytesIO()
    wide.save(file, kind, exif=turned)
    picture = Image.open(file)
    picture.load()
    assert ImageOps.exif_transpose(picture).size == (20, 40), kind
    data = np.frombuffer(file.getvalue(), np.uint8)
    flags = (cv2.IMREAD_COLOR, cv2.IMREAD_UNCHANGED)
    seen[kind] = tuple(cv2.imdecode(data, flag).shape[:2] == (40, 20) for flag in flags)
    print(f"{kind}: turned with IMREAD_COLOR {seen[kind][0]}, with IMREAD_UNCHANGED {seen[kind][1]}")
assert seen["JPEG"] == seen["PNG"] == seen["WEBP"] == (True, False)
assert seen["TIFF"] == (True, True)
assert seen["AVIF"] == (False, False)
PY
