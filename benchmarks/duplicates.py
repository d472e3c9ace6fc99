"""How well covers that show one artwork are separated from covers that only look alike, as ``sleeve index`` links them.

    python -m benchmarks.duplicates COVERS.csv PAIRS.csv BUNDLE [--accepted ACCEPTED.csv]

COVERS.csv has the columns ``file`` and ``group_id`` (covers known to show one artwork), PAIRS.csv, in the same folder,
``file`` and ``duplicate_of``, a file of COVERS.csv. Every cover and copy meets its neighbours among all of them.
Recall: copies joined to their original. Precision: of all joins of copies, those to the original or its group. Joins
outside the known groups are counted and written to ACCEPTED.csv for a look by eye: a catalogue holds duplicates that
nobody has noted.
"""

import argparse
import csv
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.distortions import THREADS
from db.records import FrontVectors, HashedCover
from indexer.artwork import Comparison, propose
from indexer.evaluation.labelled_catalogue import embed_files
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import read_bundle
from indexer.progress import Silent
from indexer.vector_index import IndexKind, build
from sleeve.vocabulary import ContentHash, CoverId


def main() -> None:
    """Embed, join, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("covers", "pairs", "bundle"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--accepted", type=Path)
    arguments = parser.parse_args()
    covers, copies = _rows(arguments.covers), _rows(arguments.pairs)
    folder = arguments.covers.parent
    files = [row["file"] for row in (*covers, *copies)]
    paths = [folder / file for file in files]
    row_of = {file: row for row, file in enumerate(files)}
    group_of = [row["group_id"] for row in covers]
    group_of += [group_of[row_of[row["duplicate_of"]]] for row in copies]
    vectors = embed_files(
        paths, OpenVinoBackbone(read_bundle(arguments.bundle), THREADS), threads=THREADS, progress=Silent()
    )
    fronts = [
        HashedCover(CoverId(row), str(path), str(path), ContentHash(sha256(path.read_bytes()).hexdigest()))
        for row, path in enumerate(paths)
    ]
    index = build(IndexKind.EXACT, vectors.shape[1], [(np.arange(len(fronts)), vectors)])
    proposed = propose(FrontVectors(tuple(fronts), vectors), (index,), lambda rows: {row: fronts[row] for row in rows})
    with ThreadPoolExecutor(THREADS) as pool:
        matches = list(pool.map(Comparison().matches, fronts, proposed))
    joined = _live_index(matches)
    of_copies = [pair for pair in joined if pair[1] >= len(covers)]
    right = sum(group_of[first] == group_of[second] for first, second in of_copies)
    originals = {(row_of[row["duplicate_of"]], row_of[row["file"]]) for row in copies}
    print(f"{len(_live_index(proposed))} candidates, {len(joined)} joined")
    print(f"recall    {len(originals & joined) / len(originals):.3f} of {len(originals)} copies")
    print(f"proposed  {len(originals & _live_index(proposed)) / len(originals):.3f} of them, by embedding")
    print(f"precision {right / max(1, len(of_copies)):.3f} of {len(of_copies)} joins of copies")
    own = [pair for pair in joined if pair[1] < len(covers)]
    known = sum(group_of[first] == group_of[second] for first, second in own)
    print(f"among the covers {len(own)} joins, {known} of them known")
    if arguments.accepted is not None:
        with arguments.accepted.open("w", newline="") as file:
            wrong = sorted(pair for pair in joined if group_of[pair[0]] != group_of[pair[1]])
            csv.writer(file).writerows((files[first], files[second]) for first, second in wrong)


def _live_index(matches: Iterable[Sequence[HashedCover] | None]) -> set[tuple[int, int]]:
    """Each cover's matches → pairs of rows, the lower one first."""
    return {
        (min(row, other.cover_id), max(row, other.cover_id))
        for row, found in enumerate(matches)
        for other in found or ()
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
