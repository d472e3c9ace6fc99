"""Where on a cover a genre comes from: what the head thinks of it when a part is hidden.

(Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014, section 3.) It runs the bundle as it
is, on OpenVINO, so it explains the very model that answers, and needs no gradients.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre import LinearHead
from indexer.models.backbone import Backbone

PATCHES_A_SIDE = 9
PATCH_SHARE = 0.25
"""The hidden square's side, of the cover's."""


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What hiding parts of a cover does to the probability of one genre.

    Attributes:
        genre: whose probability is explained; ``probability`` its, with nothing hidden.
        drops: (p, p), how much of the probability goes when the patch there is hidden; negative if it rises.
        heat: (s, s) float32, at each pixel the mean drop of the patches that cover it.
        pixels: (s, s, 3) uint8, the cover as the backbone takes it.
    """

    genre: str
    probability: float
    drops: NDArray[np.float64]
    heat: NDArray[np.float32]
    pixels: NDArray[np.uint8]


def occlude(pixels: NDArray[np.uint8], backbone: Backbone, head: LinearHead, genre: str | None = None) -> Occlusion:
    """Hide each of 9 x 9 overlapping squares in turn, under the cover's mean colour.

    Args:
        pixels: (s, s, 3), as ``fit_image`` makes them.
        genre: to be explained; by default the head's likeliest.
    """
    size_px = len(pixels)
    patch_px = max(1, round(PATCH_SHARE * size_px))
    starts = np.round(np.linspace(0, size_px - patch_px, PATCHES_A_SIDE)).astype(int).tolist()
    squares = [(slice(top, top + patch_px), slice(left, left + patch_px)) for top in starts for left in starts]
    hidden = np.repeat(pixels[np.newaxis], len(squares), axis=0)
    for image, square in zip(hidden, squares, strict=True):
        image[square] = np.round(pixels.mean(axis=(0, 1)))
    whole = head.probabilities(backbone.embed(pixels[np.newaxis]))[0]
    column = int(whole.argmax()) if genre is None else head.genres.index(genre)
    drops = whole[column] - head.probabilities(backbone.embed(hidden))[:, column]
    heat, covered = np.zeros((2, size_px, size_px), np.float32)
    for drop, square in zip(drops, squares, strict=True):
        heat[square] += drop
        covered[square] += 1
    return Occlusion(
        genre=head.genres[column],
        probability=float(whole[column]),
        drops=drops.reshape(PATCHES_A_SIDE, PATCHES_A_SIDE),
        heat=np.asarray(heat / np.maximum(covered, 1), dtype=np.float32),
        pixels=pixels,
    )
