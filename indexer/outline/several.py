"""A photo → where several sleeves may be in it, side by side.

The picture is looked at in two sizes, square by square, as ``finding`` looks at a whole one: in some square each sleeve
is large, and little else is in it. Of the quadrilaterals found, those of about one size are taken that are likeliest
together and do not cover each other: a block of four sleeves is a quadrilateral too, and so is a frame on a cover.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.outline.edges import SIDE_PX, FloatArray, edges_of, part_of
from indexer.outline.finding import LEAST_SIDE_PX, Outline, from_upper_left
from indexer.outline.lines import lines_of
from indexer.outline.quadrilaterals import quadrilaterals_of
from indexer.outline.rectifying import Corners

MOST_SLEEVES = 16
"""That are told apart in one picture."""

_LEVELS = (1.5, 2.5)
"""The picture's longer side, in sides of a square."""

_MOST_POINTS = 4000
"""More than in a picture of one sleeve: with so few as there, 3 % fewer of the sleeves are told apart."""

_WEIGHTS = np.array([6.44, 7.66, -2.88, -3.64, 16.11, 0.29, -7.11], np.float32)
_OFFSET = -24.85
"""As in ``judging``, fitted to drawn photographs of several sleeves (``indexer/training/photographed_walls.py``)."""

_MAYBE = -3.0
_SURE = -2.0
"""Log-odds among all quadrilaterals, of which one in three hundred is a sleeve's."""

_MOST_JUDGED = 400
_SPREAD = 1.4
"""From the usual size of a sleeve in one picture to the smallest and to the largest."""

_SIZES = 1.2
"""From one size that is tried to the next."""

_MOST_COVERED = 0.25
"""Of the smaller one of two."""

_GRID = 64
"""Points of the picture's longer side at which it is seen what covers what."""


_GROUND_PX = 400
"""Of the longer side, at which it is seen what is between outlines."""

_AROUND = 1.25
"""So much larger than all outlines together is what is left out to see what is around them: a cover has a margin."""

_EDGE = 1.04
"""So much larger is each, to see what is between them: it has a shadow, and is not exact."""

_LEAST_GROUND = 0.003
"""Of the picture, between outlines and around them."""

_SAME_GROUND = 25.0
"""Grey levels by which a channel may differ: between sleeves are their shadows."""


def find_outlines(picture: Image.Image) -> tuple[Outline, ...]:
    """The likeliest outlines in an upright RGB picture, row by row; some may be other things of that size and shape.

    An outline that is ``sure`` is a sleeve's as far as edges tell; so is a picture on a cover that is not seen whole.
    """
    if min(picture.size) < LEAST_SIDE_PX:
        return ()
    parts = [part for level in _LEVELS for part in _in_squares(picture, level)]
    if not parts:
        return ()
    corners = np.concatenate([part[0] for part in parts])
    odds = np.concatenate([part[1] for part in parts])
    likeliest = np.argsort(-odds, kind="stable")[:_MOST_JUDGED]
    corners, odds = corners[likeliest], odds[likeliest]
    size = np.array(picture.size, np.float64)
    taken = _together(corners * (size / size.max()), odds)
    found = [Outline(from_upper_left(corners[one]), sure=bool(odds[one] >= _SURE)) for one in taken]
    return _by_rows(found)


def on_one_ground(picture: Image.Image, outlines: Sequence[Corners]) -> bool:
    """Whether what is between outlines in an RGB picture looks like what is around them, as a floor or a wall does.

    Between and around pictures on a cover there are two different things; where sleeves touch, nothing is between them.
    """
    import cv2

    small = np.asarray(picture.convert("RGB").resize(_ground_size(picture)), np.float32)
    size = np.array(small.shape[1::-1])
    places = [np.round(corners * size).astype(np.int32) for corners in outlines]
    hull = cv2.convexHull(np.concatenate(places))
    middle = hull.mean(axis=0)
    within, around = (np.zeros(small.shape[:2], np.uint8) for _ in range(2))
    cv2.fillConvexPoly(within, hull, 1)
    cv2.fillConvexPoly(around, np.round(middle + (hull - middle) * _AROUND).astype(np.int32), 1)
    for corners in places:
        own = corners.mean(0)
        cv2.fillConvexPoly(within, np.round(own + (corners - own) * _EDGE).astype(np.int32), 0)
    between, outside = small[within > 0], small[around == 0]
    if min(len(between), len(outside)) < _LEAST_GROUND * small.shape[0] * small.shape[1]:
        return False
    return bool(np.abs(np.median(between, axis=0) - np.median(outside, axis=0)).max() <= _SAME_GROUND)


def _ground_size(picture: Image.Image) -> tuple[int, int]:
    scale = _GROUND_PX / max(picture.size)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _in_squares(picture: Image.Image, level: float) -> Iterator[tuple[FloatArray, NDArray[np.float64]]]:
    """Of each square, the quadrilaterals as (q, 4, 2) shares of the picture's sides, and their (q,) log-odds."""
    edges = edges_of(picture, round(level * SIDE_PX), _MOST_POINTS)
    height, width = edges.small.shape[:2]
    for top, left in product(_starts(height), _starts(width)):
        part = part_of(edges, left, top, SIDE_PX, _MOST_POINTS)
        lines = lines_of(part)
        if len(lines) < 4:
            continue
        found = quadrilaterals_of(part, lines)
        odds = np.asarray(found.evidence @ _WEIGHTS + _OFFSET, np.float64)
        may_be = odds >= _MAYBE
        middle = np.array([left, top], np.float32) + np.array(part.small.shape[1::-1], np.float32) / 2
        corners = (found.corners[may_be] + middle) / np.array([width, height], np.float32)
        yield corners.astype(np.float32), odds[may_be]


def _starts(length_px: int) -> list[int]:
    """Where squares begin, half of a square from each other at most."""
    left = max(0, length_px - SIDE_PX)
    steps = -(-left // (SIDE_PX // 2))
    return [round(step * left / max(steps, 1)) for step in range(steps + 1)]


def _together(corners: FloatArray, odds: NDArray[np.float64]) -> list[int]:
    """Which ones to take, of those with corners in sides of the picture, the likeliest first."""
    import cv2

    if not len(odds):
        return []
    masks = np.zeros((len(odds), _GRID, _GRID), np.uint8)
    for mask, one in zip(masks, np.round(corners * _GRID * 16).astype(np.int32), strict=True):
        cv2.fillConvexPoly(mask, one, 1, shift=4)
    flat = masks.reshape(len(odds), -1).astype(np.float32)
    area = np.maximum(flat.sum(1), 1)
    covered = flat @ flat.T / np.minimum(area[:, None], area)
    side = np.log(np.sqrt(area)) / np.log(_SIZES)
    reach = np.log(_SPREAD) / np.log(_SIZES)
    best: list[int] = []
    most = 0.0
    for usual in np.unique(np.round(side)):
        taken: list[int] = []
        for one in np.flatnonzero(np.abs(side - usual) <= reach).tolist():
            if len(taken) < MOST_SLEEVES and (covered[one, taken] <= _MOST_COVERED).all():
                taken.append(one)
        together = float((odds[taken] - _MAYBE).sum())
        if together > most:
            best, most = taken, together
    return best


def _by_rows(found: list[Outline]) -> tuple[Outline, ...]:
    """From the upper left on, as one reads."""
    if not found:
        return ()
    middles = np.array([one.corners.mean(0) for one in found])
    high = float(np.median([np.ptp(one.corners[:, 1]) for one in found]))
    rows: dict[int, int] = {}
    row, began = 0, -np.inf
    for at in np.argsort(middles[:, 1], kind="stable").tolist():
        if middles[at, 1] - began > high / 2:
            row, began = row + 1, middles[at, 1]
        rows[at] = row
    return tuple(found[at] for at in sorted(rows, key=lambda at: (rows[at], middles[at, 0])))
