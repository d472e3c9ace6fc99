"""A picture → its edges: how steep it is everywhere, and the pixels that are steepest for where they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 200
"""Of the longer side, at which edges are looked for."""

MOST_POINTS = 2500
"""Of the pixels on edges, those that stand out most, in a picture of that size."""

_BLUR_PX = 1.0
_AROUND_PX = 27
_LEAST = 14.0
_PLAIN = 15.0
"""Sobel's sums (8 times grey levels a pixel): less is noise; and what a plain neighbourhood counts as."""

_STANDS_OUT = 0.3
"""The least steepness over that of the neighbourhood."""

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Edges:
    """What is known of a picture's edges; x and y count from the picture's middle, in pixels of the small picture.

    Attributes:
        small: (h, w, 3) uint8, the picture, made small and softened.
        gradient: (h, w, 2) x and y of the gradient, over the steepness around.
        points: (n, 2) the pixels on edges.
        normals: (n, 2) the direction of the gradient there, of length 1.
        weights: (n,) how much each stands out.
    """

    small: NDArray[np.uint8]
    gradient: FloatArray
    points: FloatArray
    normals: FloatArray
    weights: FloatArray


def edges_of(picture: Image.Image, side_px: int = SIDE_PX, most_points: int = MOST_POINTS) -> Edges:
    """The edges of an RGB picture of any size, in whichever colour they are steepest.

    Args:
        side_px: of the longer side, at which they are looked for.
        most_points: of those that stand out most, in every square of ``SIDE_PX``.
    """
    import cv2

    cv2.setNumThreads(1)
    scale = side_px / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    soft = np.asarray(cv2.GaussianBlur(_shrunk(picture, size), (0, 0), _BLUR_PX), np.uint8)
    dx, dy, steep = _steepest(soft)
    # A weak edge on a plain ground counts like a strong one among others.
    around = np.asarray(cv2.boxFilter(steep, -1, (_AROUND_PX, _AROUND_PX)), np.float32) + _PLAIN
    relative = steep / around
    # Places in the flattened picture: looked up in half the time of pairs of rows and columns.
    on_edge = np.flatnonzero((relative >= _STANDS_OUT) & (steep >= _LEAST))
    weights = relative.ravel()[on_edge]
    most = most_points * round((side_px / SIDE_PX) ** 2)
    if len(weights) > most:
        best = np.argpartition(weights, -most)[-most:]
        on_edge, weights = on_edge[best], weights[best]
    ys, xs = np.divmod(on_edge, size[0])
    middle = np.array([size[0] - 1, size[1] - 1], np.float32) / 2
    points = (np.stack([xs, ys], 1) - middle).astype(np.float32)
    normals = np.stack([dx.ravel()[on_edge], dy.ravel()[on_edge]], 1) / steep.ravel()[on_edge, None]
    gradient = np.asarray(cv2.merge([dx / around, dy / around]), np.float32)
    return Edges(soft, gradient, points, normals, np.minimum(weights, 3.0))


def part_of(edges: Edges, left: int, top: int, side_px: int, most_points: int) -> Edges:
    """What is known of a square of a picture; x and y count from the square's middle."""
    height, width = edges.small.shape[:2]
    right, bottom = min(left + side_px, width), min(top + side_px, height)
    off = np.array([left + right - width, top + bottom - height], np.float32) / 2
    half = np.array([right - left, bottom - top], np.float32) / 2
    inside = np.flatnonzero((np.abs(edges.points - off) < half).all(1))
    if len(inside) > most_points:
        inside = inside[np.argpartition(edges.weights[inside], -most_points)[-most_points:]]
    rows, columns = slice(top, bottom), slice(left, right)
    return Edges(
        edges.small[rows, columns],
        edges.gradient[rows, columns],
        (edges.points[inside] - off).astype(np.float32),
        edges.normals[inside],
        edges.weights[inside],
    )


def _shrunk(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture in a smaller size; it is blurred next, so it is enough to look at the nearest pixels."""
    import cv2

    times = max(picture.size) // max(size)
    nearly = picture.reduce(times) if times > 1 else picture
    return np.asarray(cv2.resize(np.asarray(nearly), size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _steepest(picture: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each pixel's gradient in x and y, and its length, of the channel where it is longest; each (h, w).

    The squares are whole numbers that float32 holds, so they are the same in every run. Those of OpenCV's ``magnitude``
    are not: its last bit depends on where in memory it writes.
    """
    import cv2

    best_x = best_y = best = None
    for channel in cv2.split(picture):
        dx, dy = cv2.spatialGradient(channel)
        square, other = dx.astype(np.float32), dy.astype(np.float32)
        square *= square
        other *= other
        square += other
        if best is None:
            best_x, best_y, best = dx, dy, square
            continue
        larger = cv2.compare(square, best, cv2.CMP_GT)
        cv2.copyTo(dx, larger, best_x)
        cv2.copyTo(dy, larger, best_y)
        cv2.max(square, best, best)
    steep = np.sqrt(np.asarray(best, np.float32))
    return np.asarray(best_x, np.float32), np.asarray(best_y, np.float32), steep
