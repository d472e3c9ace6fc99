"""Photographs of several sleeves, drawn: side by side on a floor or a wall, with gaps or touching, tilted, overlapping.

As in ``photographs``, a name seeds the draw, and where each sleeve is in the picture is known.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.training import photo_effects as effects
from indexer.training.photographs import BACKGROUNDS, camera, with_shadow

SEED = 41_203

LONG_PX, SHORT_PX = 1600, 1200


class Layout(StrEnum):
    """How sleeves lie next to each other."""

    GAPS = "gaps"
    TOUCHING = "touching"
    TILTED = "tilted"
    OVERLAPPING = "overlapping"


_STEP = {
    Layout.GAPS: (1.06, 1.3),
    Layout.TOUCHING: (1.0, 1.0),
    Layout.TILTED: (1.25, 1.4),
    Layout.OVERLAPPING: (0.78, 0.9),
}
"""From one sleeve to the next, in sides of a sleeve: at least and at most."""

_TURN_DEG = {Layout.GAPS: 2.0, Layout.TOUCHING: 0.0, Layout.TILTED: 12.0, Layout.OVERLAPPING: 6.0}
"""Standard deviation of the turn of each."""

_CAMERA_SIDES = 6.0
"""How far away the camera is, in sides of the whole arrangement's longer side over two."""


@dataclass(frozen=True, slots=True)
class WallPhotograph:
    """A drawn photograph, and where the sleeves are in it.

    Attributes:
        corners: (n, 4, 2) float64, x and y in pixels, of each in the order of the covers, clockwise from the one that
            shows the cover's top left.
    """

    image: Image.Image
    corners: NDArray[np.float64]


def photograph_several(covers: Sequence[Image.Image], name: str, layout: Layout) -> WallPhotograph:
    """A photograph of several covers in rows, from the upper left on; one that overlaps another lies on it.

    Args:
        name: seeds the draw.
    """
    digest = hashlib.sha256(f"{SEED}:{layout}:{name}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    size = (SHORT_PX, LONG_PX) if rng.random() < 0.5 else (LONG_PX, SHORT_PX)
    quads = _seen(_flat(len(covers), size[0] / size[1], layout, rng), size, rng)
    picture = BACKGROUNDS[int(rng.integers(3))](size, rng)
    for cover, quad in zip(covers, quads, strict=True):
        picture = effects.lay(cover, with_shadow(picture, quad, rng), quad)
    picture = effects.lighten(picture, effects.slope(rng.uniform(0, 360), 0.0, rng.uniform(0.05, 0.35)), (0, 0, 0))
    return WallPhotograph(camera(picture, rng), np.array(quads))


def _flat(count: int, shape: float, layout: Layout, rng: np.random.Generator) -> NDArray[np.float64]:
    """(n, 4, 2) corners on the floor, in sides of a sleeve."""
    columns = min(count, max(1, round(math.sqrt(count * shape))))
    step = rng.uniform(*_STEP[layout])
    places = np.stack([np.arange(count) % columns, np.arange(count) // columns], 1) * step
    if layout is not Layout.TOUCHING:
        places = places + rng.normal(0, 0.02, places.shape)
    turns = np.radians(rng.normal(0, _TURN_DEG[layout], count))
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    turn = np.stack([np.cos(turns), -np.sin(turns), np.sin(turns), np.cos(turns)], 1).reshape(-1, 2, 2)
    return np.asarray(np.einsum("nij,kj->nki", turn, square) + places[:, None])


def _seen(flat: NDArray[np.float64], size: tuple[int, int], rng: np.random.Generator) -> list[effects.Quad]:
    """The corners in the picture, from a camera that is turned and tilted a little."""
    turn, pitch, yaw = np.radians([rng.normal(0, 4), rng.uniform(-22, 22), rng.uniform(-22, 22)])
    points = flat.reshape(-1, 2)
    points = points - (points.min(0) + points.max(0)) / 2
    points = points / (np.ptp(points, axis=0).max() / 2)
    u = points[:, 0] * math.cos(turn) - points[:, 1] * math.sin(turn)
    v = points[:, 0] * math.sin(turn) + points[:, 1] * math.cos(turn)
    depth = _CAMERA_SIDES + v * math.sin(pitch) + u * math.sin(yaw)
    seen = np.stack([u * math.cos(yaw), v * math.cos(pitch)], 1) / depth[:, None]
    room = np.array(size) * rng.uniform(0.84, 0.95)
    seen = (seen - (seen.min(0) + seen.max(0)) / 2) * (room / np.ptp(seen, axis=0)).min() + np.array(size) / 2
    return [tuple((float(x), float(y)) for x, y in quad) for quad in seen.reshape(-1, 4, 2)]  # type: ignore[misc]
