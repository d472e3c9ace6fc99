"""Do two pictures show one artwork? Points that look alike give the shift, turn and scale; the pixels then decide.

ORB features (Rublee et al., 2011), a similarity transform by RANSAC, and the normalised cross-correlation of what both
pictures show once one is laid over the other. A border, a crop or a sticker leaves most of the rest as it was.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 320
"""Of the longer side, at which pictures are compared."""

MAX_POINTS = 500

_RATIO = 0.8
"""A match must be so much better than the next best (Lowe, 2004)."""

_RANSAC_PX = 4.0
_LEAST_SCALE = 0.4
_BLUR_PX = 2.0
_WHOLE_PX = 48
_CELLS = 6
_LEAST_TEXTURE = 6.0
"""Standard deviation (of 255) from which a cell has something to compare."""

_CELL_AGREES = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is kept of a picture to compare it. Its points cost more than the rest, so they are found when first asked
    for. Safe to use from several threads at once.

    Attributes:
        sharp: (h, w) uint8, the longer side ``SIDE_PX``.
        whole: (48, 48) float32, all of it whatever its shape.
    """

    sharp: NDArray[np.uint8]
    whole: NDArray[np.float32]
    _found: list[tuple[NDArray[np.float32], NDArray[np.uint8]]] = field(default_factory=list, init=False, repr=False)

    @property
    def luma(self) -> NDArray[np.uint8]:
        """(h, w) uint8, blurred: what is compared pixel by pixel."""
        return _blurred(self.sharp)

    @property
    def points(self) -> NDArray[np.float32]:
        """(n, 2) float32, x and y."""
        return self._features()[0]

    @property
    def descriptors(self) -> NDArray[np.uint8]:
        """(n, 32) uint8, of the points."""
        return self._features()[1]

    def _features(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        if not self._found:
            self._found.append(_features_of(self.sharp))
        return self._found[0]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pictures agree.

    Attributes:
        whole: correlation of the pictures as they are, -1 to 1.
        points: how many of their points one transform brings together.
        aligned: correlation of what both show under that transform; -1 if there is none.
        overlap: how much of the smaller picture that is, 0 to 1.
        cells: of the cells of a grid that show something, how many agree by themselves, 0 to 1. Covers of one series
            share a frame or lettering, and differ in between.
    """

    whole: float
    points: int
    aligned: float
    overlap: float
    cells: float


def sketch(image: Image.Image) -> Sketch:
    """An RGB image of any size → what is compared."""
    import cv2

    # The callers run one comparison a core.
    cv2.setNumThreads(1)
    grey = image.convert("L")
    scale = SIDE_PX / max(grey.size)
    size = (max(8, round(grey.width * scale)), max(8, round(grey.height * scale)))
    sharp = np.asarray(grey.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))
    whole = cv2.resize(_blurred(sharp), (_WHOLE_PX, _WHOLE_PX), interpolation=cv2.INTER_AREA)
    return Sketch(sharp, whole.astype(np.float32))


def _features_of(sharp: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    import cv2

    found, descriptors = cv2.ORB.create(MAX_POINTS, fastThreshold=8).detectAndCompute(sharp, None)
    points = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    return points, np.zeros((0, 32), np.uint8) if descriptors is None else np.asarray(descriptors, np.uint8)


def _blurred(sharp: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), _BLUR_PX), np.uint8)


def whole_agreement(first: Sketch, second: Sketch) -> float:
    """Correlation of two pictures as they are, -1 to 1."""
    return _correlation(first.whole.ravel(), second.whole.ravel())


def agreement(first: Sketch, second: Sketch, *, least_points: int = 4) -> Agreement:
    """Compare two pictures; the same whichever is named first, up to rounding.

    Args:
        least_points: if fewer agree, what costs more is left out, as if there were no transform.
    """
    import cv2

    whole = whole_agreement(first, second)
    transform, points = _transform(first, second, least_points)
    if transform is None or points < least_points:
        return Agreement(whole, points, -1.0, 0.0, 0.0)
    luma = second.luma
    height, width = luma.shape
    laid = np.asarray(cv2.warpAffine(first.luma, transform, (width, height)), np.uint8)
    mask = cv2.warpAffine(np.ones_like(first.sharp), transform, (width, height), flags=cv2.INTER_NEAREST) > 0
    area_px = float(abs(np.linalg.det(transform[:, :2]))) * first.sharp.size
    overlap = float(mask.sum()) / max(1.0, min(area_px, luma.size))
    if mask.sum() < _WHOLE_PX**2:
        return Agreement(whole, points, -1.0, overlap, 0.0)
    aligned = _correlation(laid[mask].astype(np.float32), luma[mask].astype(np.float32))
    return Agreement(whole, points, aligned, overlap, agreeing_cells(laid, luma, mask))


def matched(first: Sketch, second: Sketch, least_points: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points that look alike and like no others: (m, 2) of the first and (m, 2) of the second; none if there are fewer
    than ``least_points``."""
    nothing = np.zeros((0, 2), np.float32)
    if min(len(first.points), len(second.points)) < least_points:
        return nothing, nothing
    import cv2

    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    pairs = matcher.knnMatch(first.descriptors, second.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < least_points:
        return nothing, nothing
    return first.points[[match.queryIdx for match in good]], second.points[[match.trainIdx for match in good]]


def agreeing_cells(first: NDArray[np.uint8], second: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Of the cells of a grid that show something in one of two (h, w) pictures, how many agree by themselves, 0 to 1.

    Args:
        mask: (h, w), what both show.
    """
    import cv2

    height, width = second.shape
    rows, columns = (np.linspace(0, side, _CELLS + 1).astype(int) for side in (height, width))
    shown = mask.view(np.uint8)
    agreeing, compared = 0, 0
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            cell = np.s_[top:bottom, left:right]
            count = cv2.countNonZero(shown[cell])
            if count < 0.5 * shown[cell].size:
                continue
            (mean, deviation), (other_mean, other_deviation) = (
                np.ravel(cv2.meanStdDev(picture[cell], mask=shown[cell])) for picture in (first, second)
            )
            if max(deviation, other_deviation) < _LEAST_TEXTURE:
                continue
            compared += 1
            apart = cv2.norm(first[cell], second[cell], cv2.NORM_L2SQR, shown[cell]) / count
            both = (deviation**2 + other_deviation**2 + (mean - other_mean) ** 2 - apart) / 2
            product = deviation * other_deviation
            # As in _correlation, what is flat agrees with nothing.
            agreeing += bool(product > 1 and both >= _CELL_AGREES * product)
    return agreeing / compared if compared else 0.0


def _transform(first: Sketch, second: Sketch, least_points: int) -> tuple[NDArray[np.float64] | None, int]:
    """(2, 3) that lays the first on the second, and how many points agree on it."""
    import cv2

    from_points, to_points = matched(first, second, least_points)
    if not len(from_points):
        return None, 0
    cv2.setRNGSeed(0)
    transform, inliers = cv2.estimateAffinePartial2D(
        from_points, to_points, method=cv2.RANSAC, ransacReprojThreshold=_RANSAC_PX
    )
    if transform is None:
        return None, 0
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if not _LEAST_SCALE <= scale <= 1 / _LEAST_SCALE:
        return None, 0
    return np.asarray(transform, np.float64), int(inliers.sum())


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Pearson's; 0 if one side is flat."""
    first, second = first - first.mean(), second - second.mean()
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / norm if norm > len(first) else 0.0
