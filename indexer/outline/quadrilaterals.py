"""Lines → the quadrilaterals of four of them that may be a sleeve, and what speaks for each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.outline.edges import Edges, FloatArray
from indexer.outline.lines import dot, turned

_FULL_EDGE = 1.5
"""Steepness, over that of the neighbourhood, that counts as an edge without doubt."""

_MAX_BETWEEN_DEG = 32.0
"""Between two opposite sides, seen in perspective."""

_LEAST_BETWEEN_DEG = 50.0
"""Between two sides that meet."""

_LEAST_GAP = 0.22
_LEAST_AREA = 0.09
_LEAST_SHAPE = 0.6
_LEAST_OPPOSITE = 0.55
_MAX_OUTSIDE = 0.1
"""Shares: of the shorter side of the picture, of its area, of one pair of sides to the other, of one side to its
opposite, and of the picture's longer side by which a corner may be outside of it."""

_BEYOND = 0.1
"""Of a side's length: where its edge should have ended."""


_KINDS = 7
"""Of evidence."""


@dataclass(frozen=True, slots=True)
class Quadrilaterals:
    """Attributes:
    corners: (q, 4, 2) x and y from the picture's middle, in pixels of the small picture.
    evidence: (q, 7) see ``judging``.
    """

    corners: FloatArray
    evidence: FloatArray


def quadrilaterals_of(edges: Edges, lines: FloatArray) -> Quadrilaterals:
    """All of a sleeve's likely shape and size."""
    height, width = edges.small.shape[:2]
    sides = _four_sides(lines, min(width, height))
    corners = np.stack([_crossings(lines[sides[:, k - 1]], lines[sides[:, k]]) for k in range(4)], 1)
    possible = _possible(corners, width, height)
    corners, sides = corners[possible], sides[possible]
    if not len(corners):
        return Quadrilaterals(corners, np.zeros((0, _KINDS), np.float32))
    return Quadrilaterals(corners, _evidence(corners, sides, edges, lines))


def _four_sides(lines: FloatArray, shorter_px: int) -> NDArray[np.int64]:
    """(q, 4) numbers of lines, in their order around: two pairs of opposite sides."""
    one, other = np.triu_indices(len(lines), 1)
    facing = (lines[one, :2] * lines[other, :2]).sum(1)
    gap = np.abs(lines[one, 2] - np.sign(facing) * lines[other, 2])
    opposite = (np.abs(facing) > np.cos(np.radians(_MAX_BETWEEN_DEG))) & (gap > _LEAST_GAP * shorter_px)
    one, other, facing = one[opposite], other[opposite], facing[opposite]
    mean = lines[one, :2] + lines[other, :2] * np.sign(facing)[:, None]
    mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6)
    meet = np.triu(np.abs(mean @ mean.T) < np.cos(np.radians(_LEAST_BETWEEN_DEG)), 1)
    first, second = np.nonzero(meet)
    return np.stack([one[first], one[second], other[first], other[second]], 1)


def _crossings(one: FloatArray, other: FloatArray) -> FloatArray:
    determinant = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    determinant = np.where(np.abs(determinant) < 1e-6, np.float32(1e-6), determinant)
    x = one[:, 2] * other[:, 1] - other[:, 2] * one[:, 1]
    y = one[:, 0] * other[:, 2] - other[:, 0] * one[:, 2]
    return np.stack([x / determinant, y / determinant], 1)


def _possible(corners: FloatArray, width: int, height: int) -> NDArray[np.bool_]:
    half = np.array([width, height], np.float32) / 2
    inside = (np.abs(corners) - half).max(axis=(1, 2)) < _MAX_OUTSIDE * max(width, height)
    edge = np.roll(corners, -1, 1) - corners
    bends = _cross(edge, np.roll(edge, -1, 1))
    lengths = np.sqrt((edge * edge).sum(2))
    across, down = lengths[:, 0] + lengths[:, 2], lengths[:, 1] + lengths[:, 3]
    longer, shorter = np.maximum(lengths[:, :2], lengths[:, 2:]), np.minimum(lengths[:, :2], lengths[:, 2:])
    return np.asarray(
        inside
        & ((bends > 0).all(1) | (bends < 0).all(1))
        & (_area(corners) > _LEAST_AREA * width * height)
        & (np.minimum(across, down) > _LEAST_SHAPE * np.maximum(across, down))
        & (shorter > _LEAST_OPPOSITE * longer).all(1)
    )


def _evidence(corners: FloatArray, sides: NDArray[np.int64], edges: Edges, lines: FloatArray) -> FloatArray:
    height, width = edges.small.shape[:2]
    # Most lines are no side of any.
    used, places = np.unique(sides, return_inverse=True)
    lines, sides = lines[used], places.reshape(sides.shape)
    along = _Along(edges, lines)
    tangents = turned(lines[:, :2])[sides]
    begin, end = (corners * tangents).sum(2), (np.roll(corners, -1, 1) * tangents).sum(2)
    begin, end = np.minimum(begin, end), np.maximum(begin, end)
    beyond = _BEYOND * (end - begin)
    on_edge = along.mean(along.edge, sides, begin, end)
    goes_on = along.mean(along.edge, sides, begin - beyond, begin - 2) + along.mean(
        along.edge, sides, end + 2, end + beyond
    )
    edge = np.abs(np.roll(corners, -1, 1) - corners)
    lengths = np.sqrt((edge * edge).sum(2))
    pairs = lengths[:, :2] + lengths[:, 2:]
    half = np.array([width, height], np.float32) / 2
    return np.stack(
        [
            on_edge.mean(1),
            on_edge.min(1),
            goes_on.mean(1) / 2,
            np.sqrt(_area(corners) / (width * height)),
            pairs.min(1) / pairs.max(1),
            np.maximum((np.abs(corners) - half).max(axis=(1, 2)), 0) / max(width, height),
            (edge.min(2) / lengths).mean(1),
        ],
        1,
    ).astype(np.float32)


class _Along:
    """What is on each line, pixel by pixel, summed up so that the mean between two places is quickly known."""

    def __init__(self, edges: Edges, lines: FloatArray) -> None:
        import cv2

        height, width = edges.small.shape[:2]
        self._reach = int(np.hypot(width, height) / 2) + 2
        normals = lines[:, :2]
        steps = np.arange(-self._reach, self._reach + 1, dtype=np.float32)
        middle = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
        places = (normals * lines[:, 2:] + middle)[:, None, :] + turned(normals)[:, None, :] * steps[:, None]
        across = normals[:, None, :]

        def seen(picture: NDArray[Any], off_px: float) -> NDArray[Any]:
            """(l, steps, channels): what is along each line, or this far to one side; its border beyond the picture."""
            # Two maps: OpenCV 5.0 answers wrongly for one map and an empty second one, but for two channels.
            x, y = (np.ascontiguousarray(part, np.float32) for part in np.moveaxis(places + off_px * across, -1, 0))
            return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

        steep = [np.abs(dot(seen(edges.gradient, off_px), across)) for off_px in (-1.0, 0.0, 1.0)]
        off = np.abs(places - middle) < middle + 0.5
        self._inside = off[..., 0] & off[..., 1]
        self.edge = self._summed(np.minimum(np.maximum(np.maximum(*steep[:2]), steep[2]) / _FULL_EDGE, 1))

    def _summed(self, values: FloatArray) -> FloatArray:
        sums = np.zeros((len(values), values.shape[1] + 1), np.float32)
        np.cumsum(values * self._inside, axis=1, out=sums[:, 1:])
        return sums

    def mean(self, sums: FloatArray, lines: NDArray[np.int64], begin: FloatArray, end: FloatArray) -> FloatArray:
        """Of each line between two places along it; what is outside of the picture counts as 0."""
        last = sums.shape[1] - 1
        first, after = (np.clip(np.round(place) + self._reach, 0, last).astype(np.int64) for place in (begin, end))
        return np.asarray((sums[lines, after] - sums[lines, first]) / np.maximum(end - begin, 1), np.float32)


def _area(corners: FloatArray) -> FloatArray:
    return np.asarray(np.abs(_cross(corners, np.roll(corners, -1, 1)).sum(1)) / 2, np.float32)


def _cross(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])
