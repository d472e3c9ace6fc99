"""Ambient: weather, distance and one line of very quiet type."""

import numpy as np

from service.demo.canvas import Canvas, below, edge, grid, mix, noise, ridge, step
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_QUIET = Face(spacing=0.3, capitals=False)
_LOOKS = (
    (("#7f93b2", "#c3bfcb", "#f2d3c0", "#f8e6d2"), "#efd9cf", "#3d4a66", "#fff3df"),
    (("#c7d8d6", "#e4e6da", "#f6e7c8", "#f3d5b0"), "#e8e4d2", "#4f7d80", "#fffaf0"),
    (("#8d7bb0", "#b79cc4", "#e0b9c8"), "#dcc3d6", "#56437e", "#fff0ea"),
    (("#8fa3ad", "#bcc9c9", "#e5e6df"), "#dfe3de", "#42585a", "#fbf7e8"),
)
"""Sky, haze, nearest land, sun."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Sky, scene, mist, one line of type."""
    sky, pale, near, sun = _LOOKS[album.look]
    canvas = Canvas(rng, pale)
    canvas.wash(sky, grid()[1] * 1.4 + noise(rng, 2, 3, aspect=2) * 0.14)
    (_ridges, _sea)[album.look % 2](canvas, pale, near, sun)
    canvas.haze(pale, canvas.between(0.5, 0.8), 0.12, 0.3)
    words = f"{album.artist}   {album.title}" if rng.random() < 0.6 else album.title
    x, y, side = ((0.07, 0.07, 0.0), (0.5, 0.07, 0.5), (0.5, 0.93, 0.5))[int(rng.integers(3))]
    ink = "#ffffff" if y > 0.5 or album.look != 1 else near
    put(canvas, line(words.lower(), _QUIET, 0.021, 0.86), ink, (x, y), (side, 0.5))
    return canvas.finish(5, 0.01)


def _ridges(canvas: Canvas, pale: str, near: str, sun: str) -> None:
    """Range behind range, each paler than the one before it."""
    canvas.glow(sun, (canvas.between(0.2, 0.8), canvas.between(0.2, 0.4)), canvas.between(0.035, 0.08))
    for depth in np.linspace(0, 1, int(canvas.rng.integers(5, 8))).tolist():
        crest = 0.45 + 0.44 * depth**1.2 + ridge(canvas.rng, 2 + 2 * depth, 5, 0.42) * (0.13 - 0.02 * depth)
        fade = 1 - 0.7 * (1 - 0.6 * depth) * np.clip((grid()[1] - crest) * 4.5, 0, 1)
        canvas.ink(mix(pale, near, 0.12 + 0.88 * depth**1.3), below(crest) * fade)


def _sea(canvas: Canvas, pale: str, near: str, sun: str) -> None:
    """A low sun and its path on the water."""
    x, y = grid()
    horizon, sun_x, radius = canvas.between(0.42, 0.7), canvas.between(0.15, 0.85), canvas.between(0.03, 0.15)
    canvas.glow(sun, (sun_x, horizon - radius * canvas.between(0.1, 1.6)), radius)
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    canvas.wash((mix(pale, near, 0.15), mix(near, pale, 0.35), near), depth, edge(y - horizon))
    glitter = step(-0.1, 0.5, noise(canvas.rng, 10, 2, aspect=9)) * edge(y - horizon)
    canvas.ink(sun, np.exp(-(((x - sun_x) / (radius * 0.5 + depth * 0.2)) ** 2)) * glitter * 0.75)
