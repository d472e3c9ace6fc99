"""How fast covers are read, and how much, next to RapidOCR with its defaults; and which scripts are read.

    python -m benchmarks.reading FOLDER [--covers 200]
    python -m benchmarks.reading --fonts DejaVuSans.ttf wqy-microhei.ttc

Both read the same covers in turns, so compare ratios, not rates. RapidOCR's default engine is ONNX Runtime; without
that package only its OpenVINO engine is measured. Characters are counted without spaces.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from indexer.images.decoding import decode
from indexer.reading import OpenVinoReader, TextReader, installed_reader
from sleeve.platform import usable_cores

SEED = 11
IN_TURN = 10
"""Covers that one reads before the other does."""

SCRIPTS = {
    "Latin": "Greatest Hits",
    "Latin, accents": "Für Élise à Señor Çelik",
    "Vietnamese": "Những bài hát hay nhất",
    "Cyrillic": "Группа крови",
    "Greek": "Μίκης Θεοδωράκης",
    "Chinese, simplified": "月亮代表我的心",
    "Chinese, traditional": "愛情釀的酒",
    "Japanese": "上を向いて歩こう",
    "Korean": "서울의 달빛",
    "Arabic": "أم كلثوم",
}
"""One line of each."""

Read = Callable[[Sequence[Path]], list[str]]
"""Files → what is said on each."""


def main() -> None:
    """Measure and print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--covers", type=int, default=200)
    parser.add_argument("--fonts", nargs="*", default=[])
    arguments = parser.parse_args()
    reader = OpenVinoReader(installed_reader(), usable_cores())
    if arguments.folder is not None:
        _compare(reader, sorted(arguments.folder.rglob("*.jpg")), arguments.covers)
    if arguments.fonts:
        _scripts(reader, arguments.fonts)


def _compare(reader: TextReader, files: Sequence[Path], count: int) -> None:
    covers = random.Random(SEED).sample(files, min(count, len(files)))
    readers = {"sleeve": _in_sleeve(reader)}
    engines = ["onnxruntime", "openvino"] if find_spec("onnxruntime") else ["openvino"]
    readers |= {f"RapidOCR on {engine}": _in_rapidocr(engine) for engine in engines}
    seconds: defaultdict[str, float] = defaultdict(float)
    said: dict[str, list[str]] = {name: read(covers[:2])[:0] for name, read in readers.items()}
    for start in range(0, len(covers), IN_TURN):
        for name, read in readers.items():
            started = perf_counter()
            said[name] += read(covers[start : start + IN_TURN])
            seconds[name] += perf_counter() - started
    print(f"{len(covers)} covers, {usable_cores()} cores\n")
    print(f"{'':24}{'s/cover':>9}{'times':>8}{'characters':>12}{'share':>8}")
    own = said["sleeve"]
    for name, texts in said.items():
        share = len("".join(own)) / max(1, len("".join(texts)))
        times = seconds[name] / seconds["sleeve"]
        print(f"{name:24}{seconds[name] / len(covers):9.3f}{times:8.2f}{len(''.join(texts)):12}{share:8.3f}")


def _in_sleeve(reader: TextReader) -> Read:
    pool = ThreadPoolExecutor(usable_cores())

    def read(files: Sequence[Path]) -> list[str]:
        return list(pool.map(lambda file: _said(reader, decode(file.read_bytes())), files))

    return read


def _said(reader: TextReader, picture: Image.Image) -> str:
    return "".join("".join(line.text for line in reader.read(picture)).split())


def _in_rapidocr(engine: str) -> Read:
    from rapidocr import RapidOCR
    from rapidocr.utils.typings import EngineType

    kinds = {f"{part}.engine_type": EngineType(engine) for part in ("Det", "Cls", "Rec")}
    peer = RapidOCR(params={**kinds, "Global.log_level": "critical"})

    def read(files: Sequence[Path]) -> list[str]:
        found: list[Any] = [peer(np.asarray(decode(file.read_bytes()))[:, :, ::-1]) for file in files]
        return ["".join("".join(one.txts or ()).split()) for one in found]

    return read


def _scripts(reader: TextReader, fonts: Sequence[str]) -> None:
    print(f"\n{'':24}{'right':>8}  as read")
    for script, text in SCRIPTS.items():
        picture = Image.new("RGB", (700, 200), (30, 30, 60))
        ImageDraw.Draw(picture).text((40, 60), text, fill=(250, 240, 210), font=_font_for(text, fonts))
        said = " ".join(line.text for line in reader.read(picture))
        print(f"{script:24}{Levenshtein.normalized_similarity(text, said):8.2f}  {said}")


def _font_for(text: str, fonts: Sequence[str]) -> ImageFont.FreeTypeFont:
    """The first font that has all letters: one that it lacks is drawn as the character that nothing has."""
    for name in fonts:
        font = ImageFont.truetype(name, 44)
        nothing = bytes(font.getmask("\U000fffff"))
        if all(bytes(font.getmask(letter)) != nothing for letter in text if not letter.isspace()):
            return font
    raise SystemExit(f"no font has the letters of {text}")


if __name__ == "__main__":
    main()
