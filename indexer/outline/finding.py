"""A photo → where the sleeve may be in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.outline.edges import FloatArray, edges_of
from indexer.outline.judging import ASKEW, LEAST_ASKEW, MAYBE, SURE, log_odds
from indexer.outline.lines import lines_of
from indexer.outline.quadrilaterals import quadrilaterals_of

LEAST_SIDE_PX = 128
"""Of the shorter side: in a smaller picture no outline is looked for."""

_AROUND = 1.04
"""So much larger is the outline than what is left out to see what is around it: edges are blurred."""

_LEAST_BORDER = 0.03
"""Of the picture's area."""

_ONE_COLOUR = 5.0
"""Grey levels of standard deviation, in every channel."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A quadrilateral that may be the sleeve's.

    Attributes:
        corners: (4, 2) float64, as shares of the picture's width and height, clockwise from the upper left one; a
            corner may be a little outside.
        sure: it is the sleeve, as far as edges tell.
        printed: it is straight, and not all of one colour around: so are frames that are printed on scanned covers.
    """

    corners: NDArray[np.float64]
    sure: bool
    printed: bool = False


def find_outline(picture: Image.Image) -> Outline | None:
    """The likeliest outline in an upright RGB picture; None if nothing looks like one, as in most scans."""
    if min(picture.size) < LEAST_SIDE_PX:
        return None
    edges = edges_of(picture)
    lines = lines_of(edges)
    if len(lines) < 4:
        return None
    found = quadrilaterals_of(edges, lines)
    odds = log_odds(found)
    if odds.max(initial=MAYBE) <= MAYBE:
        return None
    best = int(odds.argmax())
    size = np.array(edges.small.shape[1::-1], np.float64)
    askew = bool(found.evidence[best, ASKEW] >= LEAST_ASKEW)
    corners = from_upper_left(found.corners[best]) / size + 0.5
    printed = not askew and not _has_border(edges.small, corners)
    return Outline(corners, sure=askew and bool(odds[best] >= SURE), printed=printed)


def _has_border(small: NDArray[np.uint8], corners: NDArray[np.float64]) -> bool:
    """Whether there is something around, all of one colour."""
    import cv2

    height, width = small.shape[:2]
    around = np.ones((height, width), np.uint8)
    inside = (corners - 0.5) * _AROUND + 0.5
    cv2.fillConvexPoly(around, np.round(inside * (width, height)).astype(np.int32), 0)
    if cv2.countNonZero(around) < _LEAST_BORDER * around.size:
        return False
    _, deviations = cv2.meanStdDev(small, mask=around)
    return bool(np.max(deviations) < _ONE_COLOUR)


def from_upper_left(corners: FloatArray) -> NDArray[np.float64]:
    """Clockwise (y points down), from the corner that is nearest to the upper left."""
    around = np.arctan2(*(corners - corners.mean(0)).T[::-1])
    clockwise = corners[np.argsort(around)]
    return np.roll(clockwise, -int(clockwise.sum(1).argmin()), 0).astype(np.float64)
