"""A picture → the boxes of its lines of text, by a network that marks text pixel by pixel.

The network and its bounds are PP-OCR's (differentiable binarization, Liao et al. 2020, arXiv:1911.08947).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.reading.network import Network

SIDE_PX = 512
"""The picture's longer side as the network sees it; benchmarks/reading.py compares others."""

MAX_LINES = 100
"""Lines kept of one picture, the largest first: a picture of noise costs no more."""

_TEXT_PIXEL = 0.3
_TEXT_BOX = 0.5
"""The least probability of a pixel, and the least mean of a box."""

_LEAST_PX = 3
_GROW = 1.6
"""The network marks the middle of a line: a box grows on every side by this share of its area over its outline."""


class Detector:
    """Finds lines of text; safe to use from several threads at once."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def boxes(self, picture: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """(h, w, 3) uint8 RGB → for each line its (4, 2) corners x, y in pixels, clockwise from where it begins."""
        import cv2

        height, width = picture.shape[:2]
        scale = SIDE_PX / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        seen = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
        shrinks = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        seen[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=shrinks)
        marks = self._network(seen[np.newaxis])[0, 0][: size[1], : size[0]]
        edge = np.array([width - 1, height - 1], np.float32)
        return [np.clip(corners / scale, 0, edge) for corners in _corners(np.ascontiguousarray(marks))]


def _corners(marks: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """(h, w) probabilities → the (4, 2) corners of each box, from top to bottom."""
    import cv2

    text = cv2.dilate((marks > _TEXT_PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(text, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(outlines, key=lambda outline: -len(outline))[: 10 * MAX_LINES]
    found = [box for outline in largest if (box := _grown(cv2.minAreaRect(outline), marks)) is not None]
    found.sort(key=lambda box: -box[1][0] * box[1][1])
    corners = [_in_order(np.asarray(cv2.boxPoints(box), np.float32)) for box in found[:MAX_LINES]]
    return sorted(corners, key=lambda points: (points[0, 1], points[0, 0]))


def _grown(box: Any, marks: NDArray[np.float32]) -> Any:
    """OpenCV's (centre, (width, height), angle) of a whole line; None if it is too small, or not likely to be text."""
    centre, (width, height), angle = box
    if min(width, height) < _LEAST_PX or _mean_inside(marks, box) < _TEXT_BOX:
        return None
    by = 2 * _GROW * (width * height) / (2 * (width + height))
    return centre, (width + by, height + by), angle


def _mean_inside(marks: NDArray[np.float32], box: Any) -> float:
    import cv2

    corners = cv2.boxPoints(box)
    height, width = marks.shape
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [width - 1, height - 1])
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [width - 1, height - 1])
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(corners - [left, top]).astype(np.int32)], 1)
    return float(cv2.mean(marks[top : bottom + 1, left : right + 1], mask)[0])


def _in_order(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four corners, clockwise from the upper left one."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    upper_left, lower_left = sorted(by_x[:2].tolist(), key=lambda point: point[1])
    upper_right, lower_right = sorted(by_x[2:].tolist(), key=lambda point: point[1])
    return np.array([upper_left, upper_right, lower_right, lower_left], np.float32)
