"""Classical: an engraving in a ruled frame, the work's name set like a score's title page."""

import numpy as np

from service.demo.canvas import Canvas, Field, around, away, edge, grid, noise, step
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_SERIF = Face(serif=True, spacing=0.1)
_WIDE = Face(serif=True, spacing=0.28)
_LOOKS = (
    ("#f1e9d6", "#1c2f45", "#1c2f45"),
    ("#efe6d0", "#2b1f16", "#7c1f24"),
    ("#f3ead8", "#5a2418", "#b98a2e"),
    ("#ece6da", "#3a2350", "#3a2350"),
)
"""Paper, ink, band."""

Plate = tuple[Field, Field]
"""Darkness from 0 to 1, and the height that the burin's lines follow."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Paper, engraving, frame, title page."""
    paper, ink, band = _LOOKS[album.look]
    canvas = Canvas(rng, paper)
    x, y = grid()
    dark, lines = (_sea, _rosette)[album.look % 2](canvas)
    half = (0.38, 0.29) if rng.random() < 0.7 else (0.3, 0.305)
    window = np.minimum(half[0] - np.abs(x - 0.5), half[1] - np.abs(y - 0.4))
    if rng.random() < 0.3:
        window = (1 - np.hypot((x - 0.5) / half[0], (y - 0.4) / half[1])) * half[1]
    canvas.ink(ink, edge(np.minimum(_engraved(dark, lines), window)))
    for near, far in ((0.009, 0.013), (0.019, 0.0205)):
        canvas.ink(ink, edge(np.minimum(window + far, -window - near)))
    side = 0.5 - np.maximum(np.abs(x - 0.5), np.abs(y - 0.5))
    canvas.ink(band, edge(0.007 - np.abs(side - 0.029)))
    canvas.ink(ink, edge(0.001 - np.abs(side - 0.046)))
    _title_page(canvas, album, ink, band)
    return canvas.finish(5, 0.01)


def _title_page(canvas: Canvas, album: Album, ink: str, band: str) -> None:
    put(canvas, line(album.title, _SERIF, 0.048, 0.8), ink, (0.5, 0.775), (0.5, 0.5))
    canvas.box(band, 0.43, 0.827, 0.57, 0.831)
    canvas.disc(band, (0.5, 0.829), 0.008)
    put(canvas, line(album.artist, _WIDE, 0.022, 0.78), ink, (0.5, 0.868), (0.5, 0.5))
    put(canvas, line(album.number, _WIDE, 0.013), band, (0.5, 0.915), (0.5, 0.5))


def _engraved(dark: Field, lines: Field) -> Field:
    """Parallel cuts that swell with the darkness, crossed by a second set in the deep shade."""
    x, y = grid()
    period, shade = 0.0098, np.clip(dark, 0.04, 0.94)
    first = shade * (period / 2) - np.abs(np.mod(lines, period) - period / 2)
    crossing = np.mod(lines * 0.35 + (x + y) * 0.66, period)
    second = (shade - 0.55) * (period * 0.75) - np.abs(crossing - period / 2)
    inside: Field = np.maximum(first, second)
    return inside


def _sea(canvas: Canvas) -> Plate:
    """Swell under a clouded moon."""
    x, y = grid()
    horizon, swell = canvas.between(0.4, 0.48), np.zeros_like(y)
    for octave in range(1, 5):
        swell += np.sin(x * 3.7 * octave + y * 6.2 * octave + canvas.between(0, 6)) / octave
    down = np.clip((y - horizon) * 2.8, 0, 1)
    moon = step(0.065, 0.057, away((canvas.between(0.3, 0.7), horizon - canvas.between(0.09, 0.16))))
    clouds = (0.2 + noise(canvas.rng, 4, 4, aspect=2) * 0.4) * (1 - moon)
    dark = np.where(y > horizon, 0.52 + swell * 0.3 * (0.3 + down), clouds)
    return dark, np.where(y > horizon, y + swell * 0.03 * (0.25 + down), y + noise(canvas.rng, 3) * 0.022)


def _rosette(canvas: Canvas) -> Plate:
    """Rings that bow in and out together, as on a share certificate."""
    centre, lobes = (0.5, 0.4), int(canvas.rng.integers(5, 13))
    radius, angle = away(centre), around(centre)
    lines = radius + np.cos(angle * lobes) * canvas.between(0.012, 0.027) * step(0, 0.2, radius)
    turn = np.pi * np.mod(np.floor(radius / canvas.between(0.06, 0.09)), 2)
    dark = 0.4 + np.cos(angle * lobes + turn) * 0.3 + np.cos(radius / canvas.between(0.016, 0.028)) * 0.12
    return dark * step(0.01, 0.04, radius), lines
