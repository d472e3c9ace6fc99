"""How often a bundle still finds a cover that a phone, a scanner or a shop has changed, or another pressing of it.

    python -m benchmarks.distortions COVERS.csv BUNDLE [BUNDLE ...] [--queries 300] [--near-duplicates PAIRS.csv]

COVERS.csv has a column ``file``, relative to its folder: the gallery. PAIRS.csv, in the same folder, has the columns
``file``, another pressing that is not in the gallery, and ``duplicate_of``, the cover in it. The covers to change are a
fixed draw. Give the bundle to be judged and the frozen one together: their numbers then come from the same pictures.
Recall of the right cover as first, and among five.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.labelled_catalogue import embed_files
from indexer.evaluation.measuring import measure_artwork_retrieval
from indexer.evaluation.retrieval import ArtworkQueries
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import read_bundle
from indexer.progress import Silent
from indexer.training.changed_views import changed_views
from indexer.training.distortions import SEED

THREADS = 2


def main() -> None:
    """Measure each bundle and print its rows."""
    arguments = _arguments()
    files = _column(arguments.covers, "file")
    paths = [arguments.covers.parent / file for file in files]
    asked = np.sort(np.random.default_rng(SEED).permutation(len(files))[: arguments.queries])
    print(f"{len(files)} covers in the gallery, {len(asked)} queries of each kind")
    for folder in arguments.bundles:
        bundle = read_bundle(folder)
        backbone = OpenVinoBackbone(bundle, THREADS)
        gallery = embed_files(paths, backbone, threads=THREADS, progress=Silent())
        queries = changed_views(paths, asked, gallery, backbone, Silent())
        if arguments.near_duplicates is not None:
            queries.append(_near_duplicates(arguments.near_duplicates, files, gallery, backbone))
        print(f"\n{bundle.manifest.name:24}{'first':>8}{'in 5':>8}{'asked':>8}")
        for kind in queries:
            found = measure_artwork_retrieval(kind)
            print(f"  {kind.name:22}{found.recall_at_1:8.3f}{found.recall_at_5:8.3f}{found.queries:8}", flush=True)


def _near_duplicates(
    pairs: Path, files: list[str], gallery: NDArray[np.float32], backbone: OpenVinoBackbone
) -> ArtworkQueries:
    paths = [pairs.parent / file for file in _column(pairs, "file")]
    copies = embed_files(paths, backbone, threads=THREADS, progress=Silent())
    rows = {file: row for row, file in enumerate(files)}
    originals = np.array([rows[file] for file in _column(pairs, "duplicate_of")])
    return ArtworkQueries("near-duplicates", copies, originals, gallery, np.arange(len(files)))


def _column(path: Path, name: str) -> list[str]:
    with path.open(newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("bundles", type=Path, nargs="+")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--near-duplicates", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
