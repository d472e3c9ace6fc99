"""Techno: two plates of fine lines that interfere, and very small type."""

import numpy as np

from service.demo.canvas import Canvas, Field, Point, around, away, edge, grid
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_SMALL = Face(weight=0.012, spacing=0.16)
_HEAVY = Face(weight=0.05, spacing=0.02, stretch=1.25)
_LOOKS = (
    ("#0d0d0f", "#ece8df", "#e8392a"),
    ("#e6ff2a", "#10110a", "#10110a"),
    ("#d9d9d6", "#17181a", "#ff4a1c"),
    ("#0b1fd1", "#eef0ff", "#eef0ff"),
)
"""Ground, line, accent."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """A plate of lines in a round window, a square one or none; a bar or four labels."""
    ground, ink, accent = _LOOKS[album.look]
    canvas = Canvas(rng, ground)
    x, y = grid()
    margin = float(rng.choice([0, 0.08, 0.11]))
    plate = (_two_centres, _broken_rings)[album.look % 2](canvas)
    window = 0.5 - np.maximum(np.abs(x - 0.5), np.abs(y - 0.5))
    if album.look == 0 and margin:
        window = 0.5 - away((0.5, 0.5))
    canvas.ink(ink, edge(np.minimum(plate, window - margin)))
    if margin:
        for text, at in ((album.artist, (0.03, 0.03)), (album.number, (0.97, 0.03)), (album.title, (0.03, 0.97))):
            put(canvas, line(text, _SMALL, 0.017, 0.6), ink, at, (float(at[0] > 0.5), float(at[1] > 0.5)))
        canvas.disc(accent, (0.955, 0.955), 0.013)
    else:
        top = 0.0 if rng.random() < 0.4 else 0.85
        canvas.box(ground, 0, top, 1, top + 0.15)
        put(canvas, line(album.artist, _HEAVY, 0.045, 0.8), ink, (0.045, top + 0.035))
        put(canvas, line(f"{album.title}  /  {album.number}", _SMALL, 0.016), ink, (0.045, top + 0.11))
        canvas.disc(accent, (0.94, top + 0.058), 0.016)
    return canvas.finish(4, 0)


def _stripes(at: Field, period: float) -> Field:
    """Signed distance to the edges of stripes of equal ink and gap."""
    inside: Field = np.sin(at * np.float32(2 * np.pi / period)) * np.float32(period / (2 * np.pi))
    return inside


def _point(canvas: Canvas, reach: float) -> Point:
    return 0.5 + canvas.between(-reach, reach), 0.5 + canvas.between(-reach, reach)


def _two_centres(canvas: Canvas) -> Field:
    period = canvas.between(0.015, 0.024)
    first, second = (_stripes(away(_point(canvas, 0.3)), period) for _ in range(2))
    return first * second * (7 / period)


def _broken_rings(canvas: Canvas) -> Field:
    centre, period, rng = _point(canvas, 0.08), canvas.between(0.02, 0.032), canvas.rng
    radius = away(centre)
    ring = (radius / period).astype(np.intp)
    start = np.cumsum(rng.normal(0, canvas.between(0.15, 0.9), 64)).astype(np.float32)[ring]
    half_gap = rng.uniform(0.2, 1.4, 64).astype(np.float32)[ring]
    turned = np.abs(np.mod(around(centre) - start + np.float32(np.pi), np.float32(2 * np.pi)) - np.float32(np.pi))
    within = period * canvas.between(0.24, 0.36) - np.abs(np.mod(radius, period) - period / 2)
    broken: Field = np.minimum(within, (turned - half_gap) * radius)
    return broken
