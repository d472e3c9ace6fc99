"""The covers that training recipes are compared on, and the two ways of holding a fifth of them back."""

import csv
from dataclasses import replace
from pathlib import Path

from indexer.training.samples import LabelledCover, Split, learnable_genres, split_by_group

LEAST_COVERS = 50
SHARE = 0.2
SEED = 0


def labelled_covers(manifest: Path) -> list[LabelledCover]:
    """The covers of a CSV (``file``, relative to its folder, ``genre``, ``split_group``) whose genre can be learned."""
    with manifest.open(newline="") as file:
        samples = [
            LabelledCover(manifest.parent / row["file"], (row["genre"],), row["split_group"])
            for row in csv.DictReader(file)
            if row["genre"]
        ]
    genres = learnable_genres(samples, LEAST_COVERS)
    return [sample for sample in samples if sample.genres[0] in genres]


def by_split(samples: list[LabelledCover]) -> dict[str, list[LabelledCover]]:
    """The same covers for ``split_by_group``: once each a group of its own, once with an artist on one side only."""
    alone = [replace(sample, group=str(number)) for number, sample in enumerate(samples)]
    return {"random split": alone, "split by group": samples}


def divided(samples: list[LabelledCover]) -> Split:
    """A fifth of the covers are held back."""
    return split_by_group(samples, SHARE, SEED)
