"""Is a cover in a picture, wherever it lies there and however it is tilted?

Points that look alike give the homography that lays the cover on the picture (Hartley and Zisserman, "Multiple View
Geometry", 2nd edition, section 4.7), by MAGSAC++ (Barath et al., 2020). The pixels then decide, cell by cell: a hand or
a reflection hides some of them and leaves the others as they were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.artwork.geometry import Sketch, agreeing_cells, matched
from indexer.outline import WHOLE, Corners

_LEAST_POINTS = 6
_NEAR_PX = 4.0
_LEAST_AREA = 0.04
"""Of the picture, that the cover fills at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """A cover laid on a picture.

    Attributes:
        points: how many points of the two agree on where it lies; 0 if it lies on all of the picture.
        cells: of the cover's cells that show something and are in the picture, how many agree by themselves, 0 to 1.
        seen: how much of the cover is in the picture, 0 to 1.
        corners: (4, 2) float64, where the cover's corners are, as shares of the picture's width and height, clockwise
            from its upper left one.
    """

    points: int
    cells: float
    seen: float
    corners: Corners

    @classmethod
    def of_the_same(cls) -> "Recognition":
        """Of a picture that is the cover itself, and perhaps has no points at all."""
        return cls(0, 1.0, 1.0, WHOLE)

    @property
    def strength(self) -> float:
        """What puts the surest first; infinite for the same picture."""
        return self.points * self.cells if self.points else float("inf")


def recognise(cover: Sketch, picture: Sketch) -> Recognition | None:
    """The cover in the picture; None if too few points agree on any place, or it could not be seen like that."""
    import cv2

    from_points, to_points = matched(cover, picture, _LEAST_POINTS)
    if not len(from_points):
        return None
    cv2.setRNGSeed(0)
    found, inliers = cv2.findHomography(from_points, to_points, cv2.USAC_MAGSAC, _NEAR_PX, maxIters=1000)
    if found is None or int(inliers.sum()) < _LEAST_POINTS:
        return None
    height, width = cover.sharp.shape
    own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    corners = cv2.perspectiveTransform(own[None], found)[0]
    if not _visible(corners, picture.sharp.shape):
        return None
    back = np.linalg.inv(found)
    laid = cv2.warpPerspective(picture.luma, back, (width, height))
    shown = cv2.warpPerspective(np.ones_like(picture.sharp), back, (width, height), flags=cv2.INTER_NEAREST) > 0
    cells = agreeing_cells(np.asarray(laid, np.uint8), cover.luma, shown)
    size = np.array(picture.sharp.shape[::-1], np.float64)
    return Recognition(int(inliers.sum()), cells, float(shown.mean()), corners / size)


def lay_as_it_is(cover: Sketch, picture: Sketch) -> Recognition:
    """The cover laid on all of a picture, as in a scan; costs a tenth of ``recognise`` of pictures not seen before."""
    import cv2

    luma = cover.luma
    laid = np.asarray(cv2.resize(picture.luma, luma.shape[::-1]), np.uint8)
    return Recognition(0, agreeing_cells(laid, luma, np.ones(luma.shape, bool)), 1.0, WHOLE)


def _visible(corners: NDArray[np.float64], picture: tuple[int, ...]) -> bool:
    """Whether a flat square thing can look like this: convex, not mirrored, not too small, not much more than whole."""
    edge = np.roll(corners, -1, 0) - corners
    bends = edge[:, 0] * np.roll(edge, -1, 0)[:, 1] - edge[:, 1] * np.roll(edge, -1, 0)[:, 0]
    area = (
        abs(np.sum(corners[:, 0] * np.roll(corners, -1, 0)[:, 1] - corners[:, 1] * np.roll(corners, -1, 0)[:, 0])) / 2
    )
    lengths = np.linalg.norm(edge, axis=1)
    return bool(
        (bends > 0).all() and area >= _LEAST_AREA * picture[0] * picture[1] and lengths.min() > 0.3 * lengths.max()
    )
