#!/usr/bin/env bash
# Guess: load_dataset("imagefolder") on a folder of covers by genre loads them all into one split;
# only folders called train or test make splits.
#
# What happens: one file with the word train, test, dev, valid or eval in its name is enough: the
# loader then takes that file for a split and drops all others. A library with Coltrane's "blue
# train.jpg" has one picture, and none of the genres is left as a label; "crash test dummies.jpg"
# becomes the test split.
#
# Versions and source: datasets 5.2.0 (datasets/data_files.py, SPLIT_KEYWORDS), pillow 13.0.0.
# https://github.com/huggingface/datasets/issues/7201
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check datasets==5.2.0 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import os
from pathlib import Path

os.environ["HF_HOME"] = str(Path("home").resolve())
os.environ["HF_HUB_OFFLINE"] = "1"
import datasets
from PIL import Image

print("datasets", datasets.__version__)
datasets.disable_progress_bars()


def load(number, *extra):
    root = Path(f"covers{number}")
    for name in ("rock/a.jpg", "rock/b.jpg", "jazz/c.jpg", *extra):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), "teal").save(root / name)
    loaded = datasets.load_dataset("imagefolder", data_dir=str(root.resolve()))
    seen = {
        split: (len(rows), rows.features["label"].names if "label" in rows.features else None)
        for split, rows in loaded.items()
    }
    print("three covers and", extra or "nothing else", "->", seen)
    return seen


assert load(1) == {"train": (3, ["jazz", "rock"])}
assert load(2, "jazz/kind of blue.jpg") == {"train": (4, ["jazz", "rock"])}
assert load(3, "jazz/blue train.jpg") == {"train": (1, None)}
assert load(4, "rock/crash test dummies.jpg") == {"test": (1, None)}
PY
