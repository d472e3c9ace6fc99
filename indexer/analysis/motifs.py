"""What covers show, in one of a few words each, by a model that reads text."""

import numpy as np
from numpy.typing import NDArray

from indexer.models.prompts import LOOKS, embed_in
from indexer.models.text_tower import TextTower

MOTIFS = (
    "a face",
    "people",
    "a landscape",
    "a city",
    "the sea",
    "the sky",
    "animals",
    "flowers",
    "a machine",
    "a building",
    "a room",
    "abstract shapes",
    "a pattern",
    "large letters",
    "a drawing",
    "a painting",
    "a black and white photograph",
    "flames",
    "skulls",
    "musical instruments",
    "food",
    "one plain colour",
)
"""What record covers often show."""


def embed_motifs(tower: TextTower) -> NDArray[np.float32]:
    """(g, d) vectors of length 1, one for each of ``MOTIFS``.

    Raises:
        BundleError: the tower cannot be run.
    """
    return np.concatenate([embed_in(LOOKS, tower, motif) for motif in MOTIFS])


def motif_of_each(covers: NDArray[np.float32], motifs: NDArray[np.float32]) -> NDArray[np.int64]:
    """The motif that each cover is most like, compared with how like the other covers are to it: a text that is near
    all covers says nothing about one.

    Args:
        covers: (n, d) of length 1.
        motifs: (g, d) of length 1.

    Returns:
        (n,) rows of ``motifs``.
    """
    likeness = covers @ motifs.T
    return np.asarray((likeness - likeness.mean(axis=0)).argmax(axis=1), dtype=np.int64)
