"""Latin: a wall of painted tiles, with the name on a plain band."""

import numpy as np

from service.demo.canvas import Canvas, Field, edge, grid, noise, readable
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_NAME = Face(weight=0.05, stretch=0.8, spacing=0.05)
_SMALL = Face(weight=0.03, spacing=0.2)
_GROUT = "#dccfb6"
_LOOKS = (
    ("#f4efe2", ("#1d4e9e", "#e3a72f", "#7fb2d9", "#c8452f")),
    ("#f6e7c9", ("#b8321f", "#f0a830", "#2a2320", "#1f7f7a")),
    ("#f5e6cf", ("#0f6f68", "#e8772e", "#f3c44a", "#8e1f3f")),
    ("#fbeee0", ("#d6336c", "#ff8c42", "#ffd166", "#2b2d6e")),
)
"""Glaze and paints."""

Layer = tuple[Field, int]
"""Signed distance inside a painted shape, as a share of half a tile, and the number of its paint."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Tiles, grout, a band of plain tiles for the type."""
    glaze, paints = _LOOKS[album.look]
    canvas, across, shift = Canvas(rng, glaze), int(rng.integers(4, 9)), int(rng.integers(4))
    x, y = grid()
    column, row = (x * across).astype(np.intp), (y * across).astype(np.intp)
    u, v = np.mod(x * across, 1) * 2 - 1, np.mod(y * across, 1) * 2 - 1
    for inside, paint in (_roses, _petals)[album.look % 2](canvas, u, v):
        canvas.ink(paints[(paint + shift) % 4], edge(inside / (2 * across)))
    fired = rng.normal(1, 0.035, (across, across)).astype(np.float32)[row, column]
    canvas.shade(fired * (1 - (u + v) * 0.015) * (1 + noise(rng, 24, 2) * 0.04))
    seam = np.minimum(1 - np.abs(u), 1 - np.abs(v)) / (2 * across)
    canvas.ink(_GROUT, edge(0.0025 - seam))
    _band(canvas, album, paints[shift], (glaze, *paints), across)
    return canvas.finish(5, 0.012)


def _roses(canvas: Canvas, u: Field, v: Field) -> list[Layer]:
    """Corner roses, a quatrefoil and a star."""
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    a, b = 1 - np.abs(u), 1 - np.abs(v)
    corner, corner_angle = np.hypot(a, b), np.arctan2(b, a)
    foil = 0.6 + canvas.between(0.08, 0.16) * np.cos(angle * int(canvas.rng.choice([4, 8]))) - radius
    rose, star = 0.46 + 0.08 * np.cos(corner_angle * 12) - corner, 0.32 + 0.1 * np.cos(angle * 8) - radius
    ring = 0.03 - np.abs(radius - 0.84)
    return [(rose, 0), (0.24 - corner, 1), (foil, 0), (foil - 0.1, 2), (star, 3), (0.12 - radius, 1), (ring, 1)]


def _petals(canvas: Canvas, u: Field, v: Field) -> list[Layer]:
    """Circles that overlap across the wall in four petals a tile."""
    inset, dot, heart = canvas.between(0.08, 0.2), canvas.between(0.08, 0.25), canvas.between(0.1, 0.32)
    rising = np.minimum(2 - np.hypot(u - 1, v + 1), 2 - np.hypot(u + 1, v - 1))
    falling = np.minimum(2 - np.hypot(u + 1, v + 1), 2 - np.hypot(u - 1, v - 1))
    dots = dot - np.minimum(np.hypot(np.abs(u) - 1, v), np.hypot(u, np.abs(v) - 1))
    return [
        (rising, 0),
        (falling, 0),
        (rising - inset, 1),
        (falling - inset, 2),
        (heart - np.hypot(u, v), 3),
        (dots, 3),
    ]


def _band(canvas: Canvas, album: Album, back: str, choices: tuple[str, ...], across: int) -> None:
    """A row of plain tiles, two rows if they are small."""
    rows = 2 if across >= 6 else 1
    height = rows / across
    top = int(canvas.rng.integers(1, across - rows)) / across
    canvas.box(_GROUT, 0, top - 0.01, 1, top + height + 0.01)
    canvas.box(back, 0, top, 1, top + height)
    ink = readable(back, *choices)
    put(canvas, line(album.artist, _NAME, height * 0.36, 0.88), ink, (0.5, top + height * 0.4), (0.5, 0.5))
    put(canvas, line(album.title, _SMALL, 0.022, 0.86), ink, (0.5, top + height * 0.76), (0.5, 0.5))
