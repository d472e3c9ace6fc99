#!/usr/bin/env bash
# Guess: beets, when it compares titles, ignores the word EP, as in "Nightfall EP".
#
# What happens: it ignores the letters "ep" anywhere, also inside words: "Deeper" and "Deer",
# "Keep" and "Ke" have the distance 0, as good as equal. "Single" inside a word goes the same way,
# while other pairs that differ by two letters are apart.
#
# Versions and source: beets 2.14.1 (beets/autotag/distance.py, SD_PATTERNS)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check beets==2.14.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from beets.autotag.distance import string_dist

print("beets", version("beets"))
pairs = {
    ("Nightfall EP", "Nightfall"): True,
    ("Deeper", "Deer"): True,
    ("Keep", "Ke"): True,
    ("Sleep", "Sle"): True,
    ("Singles", "s"): True,
    ("Deeper", "Der"): False,
    ("Purple", "Purp"): False,
}
for (one, other), equal in pairs.items():
    distance = string_dist(one, other)
    print(f"{one!r} and {other!r}: distance {distance:.3f}")
    assert (distance == 0) is equal
PY
