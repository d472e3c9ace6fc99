#!/usr/bin/env bash
# Guess: Chromium shows a CMYK JPEG as its embedded ICC profile says, as colour-managed programs do.
#
# What happens: Chromium first folds black into the other three inks, as if without a profile
# (cyan becomes 1 - (1 - cyan)(1 - black)), and asks the profile for that colour with no black at
# all. Where a press prints black as neutral and three inks on one another as brown, grey text is
# brown, and black no darker than the three inks. LittleCMS asks the profile for all four inks.
#
# Versions and source: Chromium 153 (npm package @sparticuz/chromium 153.0.0, for Linux on x86-64;
# needs the system's NSS), playwright 1.61.0, pillow 13.0.0 with LittleCMS 2.19, brotli 1.2.0. The
# specification of profiles: ICC.1:2022. Chromium, third_party/blink/renderer/platform/
# image-decoders/jpeg/jpeg_image_decoder.cc
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check playwright==1.61.0 pillow==13.0.0 brotli==1.2.0
cd "$work"
curl -fsS https://registry.npmjs.org/@sparticuz/chromium/-/chromium-153.0.0.tgz | tar xz
"$work/venv/bin/python" - <<'PY'
import base64
import io
import itertools
import math
import pathlib
import struct
import subprocess

import brotli
import PIL
from PIL import Image, ImageCms, features
from playwright.sync_api import sync_playwright

chromium = pathlib.Path("chromium")
chromium.write_bytes(brotli.decompress(pathlib.Path("package/bin/chromium.br").read_bytes()))
chromium.chmod(0o755)
libraries = brotli.decompress(pathlib.Path("package/bin/swiftshader.tar.br").read_bytes())
subprocess.run(["tar", "x"], input=libraries, check=True)
GRID = 9


def fixed(*numbers):
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def press():
    """A profile of inks, linear in CIELAB: black is neutral, cyan, magenta and yellow together are a dark brown."""
    black, three = (16, 0, 0), (24, 12, 14)
    inks = {(0, 0, 0): (95, 0, 0), (1, 0, 0): (55, -37, -50), (0, 1, 0): (48, 74, -3), (0, 0, 1): (89, -5, 93)}
    inks |= {(0, 1, 1): (47, 68, 48), (1, 0, 1): (50, -65, 27), (1, 1, 0): (24, 17, -46), (1, 1, 1): three}
    corners = {(*colours, 0): lab for colours, lab in inks.items()} | {(*colours, 1): black for colours in inks}
    nodes = b""
    for node in itertools.product(range(GRID), repeat=4):
        lab = [0, 0, 0]
        for corner, of_corner in corners.items():
            part = math.prod(at / (GRID - 1) if full else 1 - at / (GRID - 1) for at, full in zip(node, corner))
            lab = [one + part * other for one, other in zip(lab, of_corner)]
        nodes += bytes((round(lab[0] * 2.55), round(lab[1]) + 128, round(lab[2]) + 128))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, GRID, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + ramp * 4 + nodes + ramp * 3
    white = b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249)
    head = struct.pack(">4x4sI4s4s4s12x4s", bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp")
    head = (head.ljust(68, b"\0") + fixed(0.9642, 1, 0.8249)).ljust(128, b"\0")
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"A2B0", 176, len(lut))
    whole = head + tags + white + lut
    return struct.pack(">I", len(whole)) + whole[4:]


icc = press()
to_srgb = ImageCms.buildTransform(
    ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"), "CMYK", "RGB", renderingIntent=1
)
PIXEL = """async (url) => {
  const picture = await createImageBitmap(await (await fetch(url)).blob());
  const context = new OffscreenCanvas(16, 16).getContext("2d");
  context.drawImage(picture, 0, 0);
  return Array.from(context.getImageData(8, 8, 1, 1).data.slice(0, 3));
}"""


def shown(page, inks):
    file = io.BytesIO()
    Image.new("CMYK", (16, 16), inks).save(file, "JPEG", quality=100, icc_profile=icc)
    return tuple(page.evaluate(PIXEL, "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()))


def by_profile(inks):
    return to_srgb.apply(Image.new("CMYK", (1, 1), inks)).getpixel((0, 0))


def far(one, other):
    return max(abs(a - b) for a, b in zip(one, other))


with sync_playwright() as playwright:
    flags = ["--no-sandbox", "--force-color-profile=srgb"]
    browser = playwright.chromium.launch(executable_path=chromium.resolve(), args=flags)
    print("Chromium", browser.version, "Pillow", PIL.__version__, "LittleCMS", features.version("littlecms2"))
    for inks in ((0, 0, 0, 128), (0, 0, 0, 255), (60, 20, 20, 90), (120, 30, 0, 0)):
        folded = tuple(round(255 - (255 - ink) * (255 - inks[3]) / 255) for ink in inks[:3]) + (0,)
        seen, right, as_folded = shown(browser.new_page(), inks), by_profile(inks), by_profile(folded)
        print(f"inks {inks}: Chromium {seen}; the profile {right}, for {folded} {as_folded}")
        assert far(seen, as_folded) <= 4, inks
        assert (far(seen, right) > 15) == bool(inks[3]), inks
    browser.close()
PY
