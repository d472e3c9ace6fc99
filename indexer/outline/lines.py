"""Edges → the straight lines that most of them lie on.

Edge pixels vote for the lines that they may lie on (Duda and Hart, 1972), each for those along its own edge only
(O'Gorman and Clowes, 1976). The lines with most votes are then fitted once more to the pixels near them.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.outline.edges import Edges, FloatArray

MAX_LINES = 20

_ANGLES = 90
_SPREAD = 2
"""A pixel votes for this many angles on each side of its own, 2 degrees each."""

_NEAR_PX = (2.2, 1.2)
"""How far from a line the pixels are that it is fitted to, first and then."""

_WITHIN = float(np.cos(np.radians(16)))
_LEAST_POINTS = 32
_WRAP = 4

_angles = np.arange(_ANGLES) * np.pi / _ANGLES
_BINS = (np.arange(-_ANGLES, _ANGLES + 1)[:, None] + np.arange(-_SPREAD, _SPREAD + 1)) % _ANGLES
"""The angles that a pixel votes for, by its own from -180 degrees on."""

_directions = np.stack([np.cos(_angles), np.sin(_angles)], 1).astype(np.float32)


def lines_of(edges: Edges) -> FloatArray:
    """(l, 3), the strongest first: the unit normal of each line and its distance from the picture's middle."""
    if len(edges.points) < _LEAST_POINTS:
        return np.zeros((0, 3), np.float32)
    lines = _voted(edges)
    line, point = _near(edges, lines)
    for near_px in _NEAR_PX:
        lines = _fitted(edges, lines, line, point, near_px)
    return lines


def _voted(edges: Edges) -> FloatArray:
    import cv2

    height, width = edges.small.shape[:2]
    reach = int(np.hypot(width, height) / 2) + 2
    rows = 2 * reach + 1
    own = np.round(np.arctan2(edges.normals[:, 1], edges.normals[:, 0]) * (_ANGLES / np.pi)).astype(np.int64)
    bins = _BINS.take(own + _ANGLES, axis=0)
    far = edges.points[:, :1] * _directions[:, 0].take(bins) + edges.points[:, 1:] * _directions[:, 1].take(bins)
    places = bins * rows + np.rint(far + reach).astype(np.int64)
    votes = np.bincount(places.ravel(), np.repeat(edges.weights, bins.shape[1]), _ANGLES * rows)
    table = votes.reshape(_ANGLES, rows).astype(np.float32)
    # Beyond 180 degrees the distance changes its sign.
    soft = cv2.GaussianBlur(np.concatenate([table[-_WRAP:, ::-1], table, table[:_WRAP, ::-1]]), (3, 3), 0)
    highest = np.asarray(cv2.dilate(soft, np.ones((7, 9), np.uint8)))[_WRAP:-_WRAP]
    table = np.asarray(soft, np.float32)[_WRAP:-_WRAP]
    angle, distance = np.nonzero((table == highest) & (table > 0))
    strongest = np.argsort(-table[angle, distance], kind="stable")[:MAX_LINES]
    found = distance[strongest, None].astype(np.float32) - reach
    return np.concatenate([_directions[angle[strongest]], found], 1)


def _near(edges: Edges, lines: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which edge pixels may belong to which lines: (n,) numbers of lines, and of pixels."""
    normals = lines[:, :2]
    # Of every line with every pixel: products of matrices are quicker than looking up the few that are needed.
    off = normals @ edges.points.T - lines[:, 2:]
    is_near = (np.abs(off) < _NEAR_PX[0]) & (np.abs(normals @ edges.normals.T) > _WITHIN)
    near = np.flatnonzero(is_near)
    line = np.repeat(np.arange(len(lines)), np.count_nonzero(is_near, axis=1))
    return line, near - line * len(edges.points)


def _fitted(
    edges: Edges, lines: FloatArray, line: NDArray[np.int64], point: NDArray[np.int64], near_px: float
) -> FloatArray:
    """Each line by weighted least squares through those of its edge pixels that are near it."""
    normals, tangents = lines[:, :2], turned(lines[:, :2])
    places = edges.points[point]
    d = dot(normals[line], places) - lines[line, 2]
    near = np.abs(d) < near_px
    line, d, places = line[near], d[near], places[near]
    t, w = dot(tangents[line], places), edges.weights[point[near]]

    def per_line(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(line, values, len(lines)), np.float64)

    total = np.maximum(per_line(w), 1e-6)
    mean_t, mean_d = per_line(w * t) / total, per_line(w * d) / total
    spread = np.maximum(per_line(w * t * t) / total - mean_t**2, 1.0)
    slope = np.clip((per_line(w * t * d) / total - mean_t * mean_d) / spread, -0.1, 0.1)
    # The distance grows by the slope along the line, so the normal turns by it.
    cosine = 1 / np.sqrt(1 + slope**2)
    made = (normals - slope[:, None] * tangents) * cosine[:, None]
    through = normals * (lines[:, 2] + mean_d)[:, None] + tangents * mean_t[:, None]
    return np.concatenate([made, (through * made).sum(1, keepdims=True)], 1).astype(np.float32)


def dot(one: FloatArray, other: FloatArray) -> FloatArray:
    """(…, 2), (…, 2) → (…), written out: a sum over an axis of two is several times as slow."""
    return one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1]


def turned(normals: FloatArray) -> FloatArray:
    """(n, 2) turned by a quarter: the directions along lines with these normals."""
    return np.stack([-normals[:, 1], normals[:, 0]], 1)
