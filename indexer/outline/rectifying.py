"""A picture and an outline in it → the cover, seen head on."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Corners = NDArray[np.float64]
"""(4, 2) shares of a picture's width and height, clockwise from the corner with the cover's upper left."""

WHOLE: Corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
"""Of a picture that is a cover."""

WHOLE.setflags(write=False)

EMBEDDED_PX, READ_PX = 480, 1024
"""The most pixels of a side of a sleeve that is seen head on: enough to embed and compare it, and to read it."""

_LEAST_PX = 32


def middle(size: tuple[int, int]) -> Corners:
    """The largest square in the middle of a picture of this width and height."""
    half = min(size) / np.array(size) / 2
    return np.asarray(0.5 + (2 * WHOLE - 1) * half)


def rectify(picture: Image.Image, corners: Corners, side_px: int) -> Image.Image:
    """The square with what is inside the corners; what is outside of the picture repeats its border.

    Args:
        picture: RGB.
        side_px: the most pixels of a side; it has no more than the outline's longest side in the picture.
    """
    import cv2

    outline = corners * picture.size
    longest_px = float(np.linalg.norm(np.roll(outline, -1, 0) - outline, axis=1).max())
    side = int(np.clip(np.ceil(longest_px), _LEAST_PX, side_px))
    # A pixel of the square is looked up at one place, so a much larger picture is made smaller first.
    shrunk = picture.reduce(int(longest_px // side)) if longest_px >= 2 * side else picture
    outline = (corners * shrunk.size).astype(np.float32)
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    # OpenCV counts from the middle of the first pixel.
    transform = cv2.getPerspectiveTransform(outline - 0.5, square - 0.5)
    made = cv2.warpPerspective(
        np.asarray(shrunk), transform, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Image.fromarray(np.asarray(made, np.uint8))


def in_picture(places: NDArray[np.float64], corners: Corners) -> NDArray[np.float64]:
    """Where places in a rectified square are in its picture.

    Args:
        places: (n, 2) shares of the square's width and height.
        corners: of the outline that was rectified.

    Returns:
        (n, 2) shares of the picture's width and height.
    """
    transform = _from_square(corners)
    found = np.concatenate([places, np.ones((len(places), 1))], 1) @ transform.T
    return np.asarray(found[:, :2] / found[:, 2:])


def area(corners: Corners) -> float:
    """Of a quadrilateral, in the square of what its corners are in."""
    x, y = corners.T
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def outside(places: NDArray[np.float64], corners: Corners) -> NDArray[np.bool_]:
    """(n,), which of (n, 2) places are outside of an outline, whose corners are clockwise."""
    sides = np.roll(corners, -1, 0) - corners
    off = places[:, None] - corners
    return np.asarray((sides[:, 0] * off[..., 1] - sides[:, 1] * off[..., 0] < 0).any(axis=1))


def _from_square(corners: Corners) -> NDArray[np.float64]:
    """(3, 3) that takes the unit square to four corners (Heckbert, "Fundamentals of texture mapping", 1989, 2.2.3)."""
    first, second, third, fourth = corners
    bend = first - second + third - fourth
    sides = np.stack([second - third, fourth - third], 1)
    g, h = np.linalg.solve(sides, bend)
    across, down = second - first + g * second, fourth - first + h * fourth
    return np.array([[across[0], down[0], first[0]], [across[1], down[1], first[1]], [g, h, 1.0]])
