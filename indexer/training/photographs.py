"""Photographs of a sleeve, drawn: a cover in perspective in a room, with light, a hand and a camera's faults.

They are for measuring, and unlike the training views: the sleeve lies on wood, carpet or cloth or is held up in a
blurred room, the picture has a phone's shape, and the outline is known. A name seeds the draw, so the same cover is
photographed the same way in every run.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from indexer.training import photo_effects as effects
from indexer.training.distortions import wood

SEED = 31_907

LONG_PX, SHORT_PX = 800, 600

_SKINS = ((238, 196, 166), (205, 152, 120), (150, 100, 72), (92, 60, 44))


@dataclass(frozen=True, slots=True)
class Photograph:
    """A drawn photograph, and where the sleeve is in it.

    Attributes:
        corners: (4, 2) float64, x and y in pixels, clockwise from the one that shows the cover's top left.
    """

    image: Image.Image
    corners: NDArray[np.float64]


def photograph(cover: Image.Image, name: str, *, hand: bool | None = None) -> Photograph:
    """A photograph of a cover.

    Args:
        name: seeds the draw.
        hand: whether a hand holds the sleeve; None leaves it to chance, one in three.
    """
    digest = hashlib.sha256(f"{SEED}:{name}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    held = rng.random() < 1 / 3 if hand is None else hand
    size = (SHORT_PX, LONG_PX) if rng.random() < 0.7 else (LONG_PX, SHORT_PX)
    quad = _place(size, rng)
    behind = _room(size, rng) if held else BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))](size, rng)
    picture = effects.lay(cover, with_shadow(behind, quad, rng), quad)
    if held:
        picture = _held(picture, quad, rng)
    if rng.random() < 0.4:
        picture = _glare(picture, quad, rng)
    picture = effects.lighten(picture, effects.slope(rng.uniform(0, 360), 0.0, rng.uniform(0.05, 0.4)), (0, 0, 0))
    return Photograph(camera(picture, rng), np.array(quad))


def _place(size: tuple[int, int], rng: np.random.Generator) -> effects.Quad:
    """Where the sleeve is: wholly in the picture, tilted up to 35 degrees and turned up to 20."""
    side = min(size) * rng.uniform(0.55, 0.92)
    tilt = (float(rng.uniform(-35, 35)), float(rng.uniform(-35, 35)))
    quad = np.array(effects.turned_quad((0, 0), side, float(np.clip(rng.normal(0, 8), -20, 20)), tilt))
    room = np.array(size) - np.ptp(quad, axis=0)
    if room.min() < 8:
        quad *= (min(size) - 8) / np.ptp(quad, axis=0).max()
        room = np.array(size) - np.ptp(quad, axis=0)
    placed = quad - quad.min(axis=0) + room * np.clip(rng.normal(0.5, 0.15, 2), 0.02, 0.98)
    first, second, third, fourth = (tuple(corner) for corner in placed.tolist())
    return first, second, third, fourth


def _wood(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    return wood(max(size), rng).crop((0, 0, *size))


def _carpet(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Coloured noise of two grains around one colour."""
    colour = rng.uniform(40, 190, 3)
    fine = rng.normal(0, 30, (size[1], size[0], 1))
    coarse = rng.normal(0, 25, (size[1] // 8, size[0] // 8, 3))
    coarse_px = np.asarray(
        Image.fromarray(np.clip(128 + coarse, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    )
    return effects.blur(_picture(colour + fine + (coarse_px.astype(float) - 128)), 0.8)


def _cloth(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """One colour with soft folds, or stripes."""
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]] / max(size)
    turn = rng.uniform(0, math.pi)
    along = xs * math.cos(turn) + ys * math.sin(turn)
    folds = 14 * np.sin(2 * math.pi * rng.uniform(1, 4) * along + 3 * ys)
    if rng.random() < 0.3:
        folds += 25 * np.sign(np.sin(2 * math.pi * rng.uniform(6, 14) * along))
    return _picture(rng.uniform(30, 230, 3) + folds[..., None] + rng.normal(0, 4, (size[1], size[0], 1)))


def _room(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Walls, furniture and lamps, out of focus."""
    wall = tuple(int(channel) for channel in rng.uniform(60, 220, 3))
    room = Image.new("RGB", size, wall)
    draw = ImageDraw.Draw(room)
    floor = int(size[1] * rng.uniform(0.6, 0.9))
    draw.rectangle((0, floor, *size), fill=tuple(int(channel * rng.uniform(0.4, 0.8)) for channel in wall))
    for _ in range(int(rng.integers(4, 12))):
        x, y = rng.uniform(-0.1, 1, 2) * size
        wide, high = rng.uniform(0.05, 0.4, 2) * max(size)
        colour = tuple(int(channel) for channel in rng.uniform(20, 250, 3))
        shape = draw.ellipse if rng.random() < 0.25 else draw.rectangle
        shape((x, y, x + wide, y + high), fill=colour)
    return effects.blur(room, rng.uniform(3, 14))


BACKGROUNDS: tuple[Callable[[tuple[int, int], np.random.Generator], Image.Image], ...] = (_wood, _carpet, _cloth, _room)


def with_shadow(behind: Image.Image, quad: effects.Quad, rng: np.random.Generator) -> Image.Image:
    """The sleeve's own soft shadow."""
    off = rng.uniform(-0.02, 0.02, 2) * behind.width
    mask = Image.new("L", behind.size)
    ImageDraw.Draw(mask).polygon([(x + off[0], y + off[1]) for x, y in quad], fill=int(rng.uniform(40, 140)))
    soft = effects.blur(mask.convert("RGB"), rng.uniform(4, 12)).convert("L")
    return effects.lighten(behind, soft, (0, 0, 0))


def _held(picture: Image.Image, quad: effects.Quad, rng: np.random.Generator) -> Image.Image:
    """A thumb, or fingers, over one or two edges: from outside the sleeve to a tenth or a fifth of it inside."""
    corners = np.array(quad)
    middle = corners.mean(axis=0)
    skin = _SKINS[int(rng.integers(len(_SKINS)))]
    sides = rng.permutation([1, 2, 3])[: int(rng.integers(1, 3))]
    for side in sides.tolist():
        at = corners[side] + (corners[(side + 1) % 4] - corners[side]) * rng.uniform(0.25, 0.75)
        inwards = (middle - at) / np.linalg.norm(middle - at)
        length = np.linalg.norm(corners[0] - corners[2]) / math.sqrt(2)
        start, reach = at - inwards * 1.2 * length, at + inwards * length * rng.uniform(0.08, 0.22)
        width = float(rng.uniform(0.07, 0.1) * length / picture.width)
        count = int(rng.integers(1, 5))
        shares = [(float(point[0] / picture.width), float(point[1] / picture.height)) for point in (start, reach)]
        picture = effects.fingers(picture, shares[0], shares[1], width, count, skin)
    return picture


def _glare(picture: Image.Image, quad: effects.Quad, rng: np.random.Generator) -> Image.Image:
    """A lamp's spot, or a window's bar, somewhere on the sleeve."""
    size = picture.size
    corners = np.array(quad)
    at = corners[0] + (corners[2] - corners[0]) * rng.uniform(0.1, 0.9) + rng.normal(0, 30, 2)
    light = Image.new("L", size)
    draw = ImageDraw.Draw(light)
    strength = int(rng.uniform(120, 235))
    if rng.random() < 0.5:
        wide, high = rng.uniform(0.06, 0.16, 2) * max(size)
        draw.ellipse((at[0] - wide, at[1] - high, at[0] + wide, at[1] + high), fill=strength)
    else:
        wide, lean = rng.uniform(0.03, 0.1) * size[0], rng.uniform(-0.3, 0.3) * size[0]
        draw.polygon(
            [(at[0] - wide, 0), (at[0] + wide, 0), (at[0] + wide + lean, size[1]), (at[0] - wide + lean, size[1])],
            fill=strength,
        )
    soft = effects.blur(light.convert("RGB"), rng.uniform(6, 18)).convert("L")
    inside = Image.new("L", size)
    ImageDraw.Draw(inside).polygon(list(quad), fill=255)
    return effects.lighten(picture, Image.composite(soft, Image.new("L", size), inside), (255, 250, 240))


def camera(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """White balance, contrast, a little blur, noise and JPEG."""
    warm = rng.uniform(0.85, 1.1)
    toned = effects.tone(
        picture, (1.0, rng.uniform(0.92, 1.04), warm), contrast=rng.uniform(0.7, 1.05), gamma=rng.uniform(0.8, 1.25)
    )
    blurred = effects.blur(toned, abs(rng.normal(0.4, 0.8)))
    noisy = np.asarray(blurred, np.float64) + rng.normal(0, rng.uniform(2, 10), (picture.height, picture.width, 1))
    return effects.jpeg(_picture(noisy), int(rng.integers(40, 88)))


def _picture(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.clip(np.broadcast_to(values, (*values.shape[:2], 3)), 0, 255).astype(np.uint8))
