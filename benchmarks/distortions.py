"""How often a bundle still finds a cover that a phone, a scanner or a shop has changed: recall@1 by kind of distortion.

    python -m benchmarks.distortions COVERS.csv BUNDLE [BUNDLE ...] [--queries 300]

The CSV has a column ``file``, relative to its folder. The queries are a fixed draw; every cover of the CSV is in the
gallery. Give the bundle to be judged and the frozen one together: their numbers then come from the same pictures.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.backbone import OpenVinoBackbone
from indexer.bundle import read_bundle
from indexer.decoding import decode, fit, read
from indexer.training.distortions import KINDS, PHOTO_LIKE, SEED, distort

BATCH = 16
DISTORTED_SIDE_PX = 256


def main() -> None:
    arguments = _arguments()
    with arguments.covers.open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    count = min(arguments.queries, len(names))
    asked = np.random.default_rng(SEED).permutation(len(names))[:count]
    print(f"{len(names)} covers in the gallery, {count} queries of each kind")
    print(f"{'bundle':32}" + "".join(f"{kind:>11}" for kind in (*KINDS, "mean", "photo-like")))
    for folder in arguments.bundles:
        bundle = read_bundle(folder)
        recalls = measure(OpenVinoBackbone(bundle), arguments.covers.parent, names, asked)
        photo = np.mean([recalls[kind] for kind in PHOTO_LIKE])
        shown = (*recalls.values(), np.mean(list(recalls.values())), photo)
        print(f"{bundle.manifest.name[:31]:32}" + "".join(f"{recall:11.3f}" for recall in shown), flush=True)


def measure(
    backbone: OpenVinoBackbone, folder: Path, names: Sequence[str], asked: NDArray[np.int64]
) -> dict[str, float]:
    """The share of the ``asked`` covers whose distorted picture has its own cover as nearest of all, by kind."""
    gallery = _embed(backbone, (decode(read(folder / name)) for name in names))
    found = {}
    for kind in KINDS:
        queries = _embed(backbone, (_distorted(folder, names[number], kind) for number in asked))
        found[kind] = float(((queries @ gallery.T).argmax(1) == asked).mean())
    return found


def _distorted(folder: Path, name: str, kind: str) -> Image.Image:
    cover = decode(read(folder / name)).resize((DISTORTED_SIDE_PX, DISTORTED_SIDE_PX), Image.Resampling.BICUBIC)
    return distort(cover, kind, name)


def _embed(backbone: OpenVinoBackbone, images: Iterator[Image.Image]) -> NDArray[np.float32]:
    fitted = [fit(image, backbone.input_size_px, backbone.resize) for image in images]
    starts = range(0, len(fitted), BATCH)
    return np.concatenate([backbone.embed(np.stack(fitted[start : start + BATCH])) for start in starts])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("bundles", type=Path, nargs="+")
    parser.add_argument("--queries", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    main()
