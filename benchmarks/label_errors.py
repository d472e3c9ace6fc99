"""How many of the labels that are listed as suspect are wrong, on data in which it is known which are.

    SLEEVE_HOME=… python -m benchmarks.label_errors [--share 0.05] [--rounds 3]

In each round a share of the catalogue's labelled covers gets another genre, drawn at random, the vote and head are
fitted to all labels as `sleeve report` does it, and the changed labels among the listed ones are counted. Only covers
that the bundle was not trained on are judged. Chance is the share of changed labels among those judged.
"""

import argparse
import sys
from dataclasses import replace

import numpy as np

from benchmarks.distortions import THREADS
from indexer.analysis.label_errors import likely_label_errors
from indexer.evaluation.labelled_catalogue import difference_hashes, labelled_covers, read_labelled_catalogue
from indexer.genre import LabelledVectors
from indexer.genre.fit import fit_genre_model
from indexer.home import open_home
from indexer.progress import Silent
from sleeve.settings import read_settings


def main() -> None:
    """Change labels, list suspects, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with open_home(read_settings()) as home:
        catalogue = read_labelled_catalogue(home)
        hashes = difference_hashes(catalogue.vectors.paths, threads=THREADS, progress=Silent())
        covers = labelled_covers(catalogue, hashes)
    print(
        f"{len(covers)} labelled covers, {int(covers.unseen_or_all.sum())} of them new to "
        f"{catalogue.bundle.manifest.name}"
    )
    totals = np.zeros(4, np.int64)
    for seed in range(arguments.rounds):
        counted = _round(covers, arguments.share, seed)
        totals += counted
        _print_precision(f"round {seed}", *counted)
    _print_precision("all", *totals.tolist())


def _round(covers: LabelledVectors, share: float, seed: int) -> tuple[int, int, int, int]:
    """Listed, of them changed, judged, of them changed."""
    generator = np.random.default_rng(seed)
    wrong = generator.permutation(len(covers))[: round(share * len(covers))]
    targets = covers.targets.copy()
    targets[wrong] = False
    for row in wrong:
        targets[row, generator.choice(np.flatnonzero(~covers.targets[row]))] = True
    changed = np.zeros(len(covers), np.bool_)
    changed[wrong] = True
    given = replace(covers, targets=targets)
    answered = fit_genre_model(given, seed=seed).out_of_fold
    suspects = likely_label_errors(answered.prediction, given.targets[answered.rows], given.genres)
    listed = answered.rows[[suspect.row for suspect in suspects]]
    return len(listed), int(changed[listed].sum()), len(answered.rows), int(changed[answered.rows].sum())


def _print_precision(name: str, listed: int, right: int, judged: int, changed: int) -> None:
    if not listed or not changed:
        sys.exit(f"{name}: nothing listed, or nothing changed")
    precision, chance = right / listed, changed / judged
    print(
        f"{name}: {right} of {listed} listed were changed ({precision:.1%}), chance {chance:.1%}: "
        f"{precision / chance:.1f} times chance; {right} of {changed} changed ones found"
    )


if __name__ == "__main__":
    main()
