"""Does a cover that a phone, a scanner or a shop has changed still find itself? Queries for the evaluation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.errors import ImageRejectedError
from indexer.backbone import Backbone
from indexer.decoding import DecodingLimits, decode, fit, read
from indexer.evaluation import ArtworkQueries
from indexer.progress import Progress
from indexer.training.distortions import KINDS, PHOTO_LIKE, distort

DISTORTED_SIDE_PX = 256
"""Covers are brought to this side before they are changed, so that every source counts alike."""


def changed_views(
    paths: Sequence[Path],
    asked: NDArray[np.int64],
    gallery: NDArray[np.float32],
    backbone: Backbone,
    limits: DecodingLimits,
    progress: Progress,
) -> list[ArtworkQueries]:
    """Queries of every kind, then of the photo-like kinds together, and of all.

    Args:
        paths: the n covers.
        asked: the covers to change, as rows of ``gallery``; those that cannot be read are left out.
        gallery: (n, d) the covers' vectors by this backbone.
    """
    progress.start("Changing covers", len(KINDS) * len(asked))
    artworks = np.arange(len(gallery))
    found: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
    for kind in KINDS:
        rows, vectors = [], []
        for row in asked.tolist():
            try:
                cover = decode(read(paths[row], limits), limits, reduce_to_px=DISTORTED_SIDE_PX)
            except ImageRejectedError:
                continue
            square = cover.resize((DISTORTED_SIDE_PX, DISTORTED_SIDE_PX), Image.Resampling.BICUBIC)
            view = fit(distort(square, kind, paths[row].name), backbone.input_size_px, backbone.resize)
            rows.append(row)
            vectors.append(backbone.embed(view[np.newaxis])[0])
            progress.advance(1)
        found[kind] = np.array(rows, np.int64), np.array(vectors, np.float32).reshape(len(rows), gallery.shape[1])
    together = {"photo-like": PHOTO_LIKE, "all": tuple(KINDS)}
    for name, kinds in together.items():
        found[name] = (
            np.concatenate([found[kind][0] for kind in kinds]),
            np.concatenate([found[kind][1] for kind in kinds]),
        )
    return [ArtworkQueries(name, vectors, rows, gallery, artworks) for name, (rows, vectors) in found.items()]
