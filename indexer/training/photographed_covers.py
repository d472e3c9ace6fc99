"""Covers as photos of sleeves show them once the sleeve is seen head on, to measure genres on. No PyTorch."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.records import TextLine
from indexer.evaluation import Photos
from indexer.genre import count_texts
from indexer.images.decoding import decode, read
from indexer.models.backbone import Backbone
from indexer.models.preparing import fit_to
from indexer.outline import EMBEDDED_PX, READ_PX, find_outline, middle, rectify
from indexer.progress import Progress
from indexer.training.photographs import photograph
from sleeve.errors import FileRejectedError


def photographed_covers(
    paths: Sequence[Path],
    asked: NDArray[np.int64],
    backbone: Backbone,
    read_text: Callable[[Image.Image], Sequence[TextLine]] | None,
    progress: Progress,
) -> Photos:
    """A photo of each cover, seen as that of a cover that is not in the catalogue is.

    Args:
        asked: the rows to photograph; those that cannot be read are left out.
        read_text: reads a sleeve; None if covers have not been read.
    """
    progress.start("Photographing covers", len(asked))
    rows: list[int] = []
    vectors: list[NDArray[np.float32]] = []
    texts: list[Sequence[TextLine]] = []
    for row in asked.tolist():
        progress.advance(1)
        try:
            cover = decode(read(paths[row]))
        except FileRejectedError:
            continue
        photo = photograph(cover, paths[row].name).image
        found = find_outline(photo)
        corners = middle(photo.size) if found is None else found.corners
        sleeve = rectify(photo, corners, EMBEDDED_PX)
        rows.append(row)
        vectors.append(backbone.embed(fit_to(sleeve, backbone)[np.newaxis]))
        texts.append(() if read_text is None else read_text(rectify(photo, corners, READ_PX)))
    none = np.empty((0, backbone.dimension), np.float32)
    return Photos(
        np.array(rows, np.int64), np.concatenate([none, *vectors]), None if read_text is None else count_texts(texts)
    )
