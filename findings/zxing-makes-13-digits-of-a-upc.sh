#!/usr/bin/env bash
# Guess: zxing-cpp reads the UPC-A on the back of an American pressing as UPC-A, with its 12
# digits, at least if asked for UPC-A only; a UPC-E as its 8 digits.
#
# What happens: since version 3 it reads every one of them as 13 digits: EAN-13 with a leading 0
# by default, and 13 digits too if asked for UPC-A only; the short UPC-E is expanded to 13. A
# search for the printed digits in a catalogue finds nothing.
#
# Versions and source: zxing-cpp 3.1.1, numpy 2.4.6. https://github.com/zxing-cpp/zxing-
# cpp/issues/1005 and https://github.com/zxing-cpp/zxing-cpp/issues/1098
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check zxing-cpp==3.1.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import numpy as np
import zxingcpp

print("zxing-cpp", version("zxing-cpp"))
formats = zxingcpp.BarcodeFormat


def read(kind, digits, asked=None):
    drawn = np.array(zxingcpp.create_barcode(digits, kind).to_image(scale=4))
    found = zxingcpp.read_barcodes(drawn, **({"formats": asked} if asked else {}))
    return [(str(code.format), code.text) for code in found]


default = read(formats.UPCA, "036000291452")
asked = read(formats.UPCA, "036000291452", formats.UPCA)
short = read(formats.UPCE, "01234565")
print("UPC-A 036000291452:", default, "- asked for UPC-A only:", asked)
print("UPC-E 01234565:", short)
assert default == [("EAN-13", "0036000291452")]
assert asked == [("UPC-A", "0036000291452")]
assert [text for _, text in short] == ["0012345000065"]
PY
