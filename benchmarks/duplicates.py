"""How well ``sleeve duplicates`` tells the same artwork from covers that only look alike.

    python -m benchmarks.duplicates COVERS.csv PAIRS.csv BUNDLE [--among 500] [--accepted ACCEPTED.csv]

COVERS.csv has the columns ``file`` and ``group_id`` (covers known to show one artwork), PAIRS.csv, in the same folder,
``file`` and ``duplicate_of``, a file of COVERS.csv. Each copy meets its neighbours among all covers, as in the product.
Recall: copies joined to their original. Precision: of all joins of copies, those to the original or its group. Of
the pairs of covers among themselves the most similar ones are compared too. Joins outside the known groups are counted
and written to ACCEPTED.csv for a look by eye: a catalogue holds duplicates that nobody has noted.
"""

import argparse
import csv
from pathlib import Path

from benchmarks.distortions import THREADS
from indexer.backbone import OpenVinoBackbone
from indexer.bundle import read_bundle
from indexer.decoding import DecodingLimits
from indexer.duplicates import candidates, confirmed
from indexer.labelled_catalogue import embed_files
from indexer.progress import Silent


def main() -> None:
    """Embed, join, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("covers", "pairs", "bundle"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--among", type=int, default=500)
    parser.add_argument("--accepted", type=Path)
    arguments = parser.parse_args()
    covers, copies = _rows(arguments.covers), _rows(arguments.pairs)
    folder, limits = arguments.covers.parent, DecodingLimits()
    files = [row["file"] for row in (*covers, *copies)]
    paths = [folder / file for file in files]
    row_of = {file: row for row, file in enumerate(files)}
    group_of = [row["group_id"] for row in covers]
    group_of += [group_of[row_of[row["duplicate_of"]]] for row in copies]
    vectors = embed_files(
        paths, OpenVinoBackbone(read_bundle(arguments.bundle), THREADS), limits, threads=THREADS, progress=Silent()
    )
    pairs = candidates(vectors)
    first_copy = len(covers)
    among = [pair for pair in pairs if pair[1] < first_copy]
    among.sort(key=lambda pair: -float(vectors[pair[0]] @ vectors[pair[1]]))
    compared = sorted([pair for pair in pairs if pair[1] >= first_copy] + among[: arguments.among])
    joined = confirmed(paths, compared, limits, threads=THREADS, progress=Silent())
    of_copies = [pair for pair in joined if pair[1] >= first_copy]
    right = sum(group_of[first] == group_of[second] for first, second in of_copies)
    originals = {(row_of[row["duplicate_of"]], row_of[row["file"]]) for row in copies}
    print(f"{len(pairs)} candidates, {len(compared)} compared, {len(joined)} joined")
    print(f"recall    {len(originals & set(joined)) / len(originals):.3f} of {len(originals)} copies")
    print(f"proposed  {len(originals & set(pairs)) / len(originals):.3f} of them, by embedding")
    print(f"precision {right / max(1, len(of_copies)):.3f} of {len(of_copies)} joins of copies")
    own = [pair for pair in joined if pair[1] < first_copy]
    known = sum(group_of[first] == group_of[second] for first, second in own)
    print(f"among the covers {len(own)} joins, {known} of them known")
    if arguments.accepted is not None:
        with arguments.accepted.open("w", newline="") as file:
            wrong = [pair for pair in joined if group_of[pair[0]] != group_of[pair[1]]]
            csv.writer(file).writerows((files[first], files[second]) for first, second in wrong)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
