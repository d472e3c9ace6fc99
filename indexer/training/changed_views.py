"""Does a cover that a phone, a scanner or a shop has changed still find itself? Queries for the evaluation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.evaluation import ArtworkQueries
from indexer.images.decoding import decode, read
from indexer.models.backbone import Backbone
from indexer.models.preparing import fit_to
from indexer.progress import Progress
from indexer.training.distortions import KINDS, PHOTO_LIKE, distort
from sleeve.errors import FileRejectedError

DISTORTED_SIDE_PX = 256
"""Covers are brought to this side before they are changed, so that every source counts alike."""


def changed_views(
    paths: Sequence[Path],
    asked: NDArray[np.int64],
    gallery: NDArray[np.float32],
    backbone: Backbone,
    progress: Progress,
) -> list[ArtworkQueries]:
    """Queries of every kind, then of the photo-like kinds together, and of all.

    Args:
        paths: the n covers.
        asked: the covers to change, as rows of ``gallery``; those that cannot be read are left out.
        gallery: (n, d) the covers' vectors by this backbone.
    """
    progress.start("Changing covers", len(asked))
    rows: list[int] = []
    made: dict[str, list[NDArray[np.float32]]] = {kind: [] for kind in KINDS}
    for row in asked.tolist():
        progress.advance(1)
        try:
            cover = decode(read(paths[row]), reduce_to_px=DISTORTED_SIDE_PX)
        except FileRejectedError:
            continue
        rows.append(row)
        square = cover.resize((DISTORTED_SIDE_PX, DISTORTED_SIDE_PX), Image.Resampling.BICUBIC)
        for kind in KINDS:
            view = fit_to(distort(square, kind, paths[row].name), backbone)
            made[kind].append(backbone.embed(view[np.newaxis]))
    none = np.empty((0, gallery.shape[1]), np.float32)
    together = {**{kind: (kind,) for kind in KINDS}, "photo-like": PHOTO_LIKE, "all": tuple(KINDS)}
    return [
        ArtworkQueries(
            name,
            np.concatenate([none, *(vector for kind in kinds for vector in made[kind])]),
            np.array(rows * len(kinds), np.int64),
            gallery,
            np.arange(len(gallery)),
        )
        for name, kinds in together.items()
    ]
