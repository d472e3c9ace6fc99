"""Latin: a wall of painted tiles, with the name in a plain band."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_DISPLAY = Typeface(weight=0.05, stretch=0.8, spacing=0.05, stencil=0.055)
_SMALL = Typeface(weight=0.03, spacing=0.2)

Layer = tuple[Field, int]
"""Signed distance (px) inside a painted shape, and the number of its colour."""


@dataclass(frozen=True, slots=True)
class _Look:
    glaze: str
    paints: tuple[str, str, str, str]
    grout: str
    tile: Callable[[Field, Field, float, np.random.Generator], list[Layer]]
    turned: bool


def _azulejo(u: Field, v: Field, half: float, rng: np.random.Generator) -> list[Layer]:
    """Corner roses, a barbed quatrefoil and a star. `u`, `v` run from -half to half (px) across one tile."""
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    corner = np.hypot(np.abs(u) - half, np.abs(v) - half)
    corner_angle = np.arctan2(half - np.abs(v), half - np.abs(u))
    lobes = int(rng.choice([4, 8]))
    foil = half * (0.6 + rng.uniform(0.08, 0.16) * np.cos(angle * lobes)) - radius
    star = half * (0.32 + 0.1 * np.cos(angle * 8)) - radius
    rose = half * (0.46 + 0.08 * np.cos(corner_angle * 12)) - corner
    ring = half * 0.03 - np.abs(radius - half * 0.84)
    return [
        (rose, 0),
        (half * 0.24 - corner, 1),
        (foil, 0),
        (foil - half * 0.1, 2),
        (star, 3),
        (half * 0.12 - radius, 1),
        (ring, 1),
    ]


def _truchet(u: Field, v: Field, half: float, rng: np.random.Generator) -> list[Layer]:
    """Quarter circles about two corners: turned at random they wander over the wall."""
    first, second = np.hypot(u + half, v + half), np.hypot(u - half, v - half)
    near = np.minimum(first, second)
    width = rng.uniform(0.2, 0.34)
    bands: list[Layer] = [(half * width - np.abs(near - half), 0), (half * width * 0.62 - np.abs(near - half), 1)]
    bands += [(half * 0.05 - np.abs(near - half), 2), (half * 0.42 - near, 3), (half * 0.2 - near, 2)]
    return bands


def _diamonds(u: Field, v: Field, half: float, rng: np.random.Generator) -> list[Layer]:
    """Lozenges within lozenges and triangles in the corners."""
    lozenge = (half - (np.abs(u) + np.abs(v))) * 0.707
    step = rng.uniform(0.14, 0.2)
    layers: list[Layer] = [
        (lozenge, 0),
        (lozenge - half * step, 2),
        (lozenge - half * 2 * step, 1),
        (lozenge - half * 3 * step, 3),
    ]
    corner = (np.abs(u) + np.abs(v) - half * 1.45) * 0.707
    bar = np.minimum(half * 0.05 - np.abs(np.abs(u) - np.abs(v)) * 0.707, np.abs(u) + np.abs(v) - half * 1.08)
    return [*layers, (corner, 1), (bar, 3)]


def _petals(u: Field, v: Field, half: float, rng: np.random.Generator) -> list[Layer]:
    """Four vesica petals to each corner, dots between: overlapping circles across the wall."""
    lens_a = np.minimum(half * 2 - np.hypot(u - half, v + half), half * 2 - np.hypot(u + half, v - half))
    lens_b = np.minimum(half * 2 - np.hypot(u + half, v + half), half * 2 - np.hypot(u - half, v - half))
    inset = half * rng.uniform(0.1, 0.16)
    axis = half * rng.uniform(0.1, 0.15) - np.minimum(np.hypot(np.abs(u) - half, v), np.hypot(u, np.abs(v) - half))
    layers: list[Layer] = [(lens_a, 0), (lens_b, 0), (lens_a - inset, 1), (lens_b - inset, 2)]
    return [*layers, (half * 0.2 - np.hypot(u, v), 3), (axis, 3), (axis - half * 0.07, 1)]


def _fans(u: Field, v: Field, half: float, rng: np.random.Generator) -> list[Layer]:
    """Quarter fans pleated from one corner."""
    radius, angle = np.hypot(u + half, v + half), np.arctan2(v + half, u + half)
    pleats = int(rng.choice([5, 7, 9]))
    wave = np.sin(angle * (4 * pleats / 2)) * radius * 0.1
    whole = half * 1.92 - radius
    layers: list[Layer] = [
        (whole, 0),
        (np.minimum(whole - half * 0.12, wave), 1),
        (half * 0.06 - np.abs(radius - half * 1.35), 2),
    ]
    return [*layers, (half * 0.9 - radius, 2), (half * 0.66 - radius, 3), (half * 0.34 - radius, 0)]


LOOKS = (
    _Look("#f4efe2", ("#1d4e9e", "#e3a72f", "#7fb2d9", "#c8452f"), "#d8d0bd", _azulejo, False),
    _Look("#f6e7c9", ("#b8321f", "#f0a830", "#2a2320", "#1f7f7a"), "#e2cfa8", _truchet, True),
    _Look("#f5e6cf", ("#0f6f68", "#e8772e", "#f3c44a", "#8e1f3f"), "#e0ceb0", _diamonds, False),
    _Look("#fbeee0", ("#d6336c", "#ff8c42", "#ffd166", "#2b2d6e"), "#ead6c2", _petals, False),
    _Look("#efe3c8", ("#2f6b3c", "#e9c46a", "#c44536", "#283618"), "#d9caa6", _fans, True),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Tiles, glaze and grout, a band for the type."""
    look = LOOKS[sleeve.look]
    across = int(rng.choice([4, 5, 7, 8]))
    side = SIZE_PX / across
    tile_rng_state = int(rng.integers(2**32))
    image = canvas.blank(look.glaze)
    u, v = _tile_coordinates(side, across, rng, turned=look.turned)
    shift = int(rng.integers(4))
    for inside, paint in look.tile(u, v, side / 2, np.random.default_rng(tile_rng_state)):
        colour = look.paints[(paint + shift) % 4]
        canvas.ink(image, colour, canvas.coverage(inside.astype(np.float32)))
    image = canvas.shade(image, _glaze(side, across, rng))
    y, x = canvas.grid()
    seam = np.minimum(side / 2 - np.abs(np.mod(x, side) - side / 2), side / 2 - np.abs(np.mod(y, side) - side / 2))
    canvas.ink(image, look.grout, canvas.coverage(np.float32(1.3) - seam.astype(np.float32)))
    _band(image, look, sleeve, side, across, shift, rng)
    return canvas.paper(image, rng, mottle=0.012, grain_strength=5)


def _tile_coordinates(side: float, across: int, rng: np.random.Generator, *, turned: bool) -> tuple[Field, Field]:
    """Coordinates within each tile, from minus half a side to half a side; quarter turns at random where asked."""
    y, x = canvas.grid()
    u, v = np.mod(x, np.float32(side)) - np.float32(side / 2), np.mod(y, np.float32(side)) - np.float32(side / 2)
    if not turned:
        return u, v
    turns = rng.integers(4, size=(across, across))
    if rng.random() < 0.5:  # an orderly wall: the same turn along each diagonal
        steps = np.arange(across)
        turns = (steps[:, None] + steps[None, :]) % 4
    row, column = np.minimum((y / side).astype(np.intp), across - 1), np.minimum((x / side).astype(np.intp), across - 1)
    turn = turns[row, column]
    for _ in range(3):
        u, v = np.where(turn > 0, -v, u), np.where(turn > 0, u, v)
        turn = turn - 1
    return u, v


def _glaze(side: float, across: int, rng: np.random.Generator) -> Field:
    """No two tiles were fired alike; each catches a little light at its upper left."""
    y, x = canvas.grid()
    row, column = np.minimum((y / side).astype(np.intp), across - 1), np.minimum((x / side).astype(np.intp), across - 1)
    fired = rng.normal(1, 0.035, (across, across)).astype(np.float32)[row, column]
    bevel = (np.mod(x, np.float32(side)) + np.mod(y, np.float32(side))) / np.float32(2 * side)
    return (
        fired
        * (np.float32(1.03) - bevel * np.float32(0.06))
        * (1 + canvas.noise(rng, 24, octaves=2) * np.float32(0.04))
    )


def _band(
    image: Image.Image, look: _Look, sleeve: Sleeve, side: float, across: int, shift: int, rng: np.random.Generator
) -> None:
    """A plain course of tiles for the type, snapped to the grid."""
    height = round(side * (2 if across >= 7 else 1))
    row = int(rng.integers(1, across - (2 if across >= 7 else 1)))
    top = round(row * side)
    back = look.paints[shift % 4]
    front = canvas.readable(back, look.glaze, *look.paints)
    image.paste(look.grout, (0, top - 5, SIZE_PX, top + height + 5))
    image.paste(back, (0, top, SIZE_PX, top + height))
    name = lettering.line(sleeve.artist, _DISPLAY, cap_px=height * 0.36, width_px=SIZE_PX - 60)
    title = lettering.line(sleeve.title, _SMALL, cap_px=max(9.0, height * 0.11), width_px=SIZE_PX - 70)
    y = top + (height - name.height - title.height - 14) / 2
    lettering.put(image, name, SIZE_PX / 2, y, front, anchor=(0.5, 0))
    lettering.put(image, title, SIZE_PX / 2, y + name.height + 14, front, anchor=(0.5, 0))
