"""Reggae: broad stripes, a sun with room for everyone, and round type, in flat ink."""

import numpy as np

from service.demo.canvas import Canvas, Field, around, away, below, edge, grid, ridge, shapes, star
from service.demo.lettering import Face, line, put
from service.demo.styles import Album
from service.demo.styles.palm import palm

_ROUND = Face(weight=0.085, stretch=0.88)
_SMALL = Face(weight=0.04, spacing=0.06)
_DARK, _PALE = "#16120e", "#f8ebca"
_STRIPES = (
    ("#c8281e", "#f2b31b", "#1f7a3a"),
    ("#d8432a", "#f4c542", "#2a8a4a", _DARK),
    ("#b9301f", "#f5c83c", "#e0861a", "#2c7d3f"),
    ("#1d6b39", "#f0b429", _DARK, "#b7241c"),
)


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Scene, outlined name, title on a dark bar, all a little faded."""
    stripes = _STRIPES[album.look]
    canvas = Canvas(rng, _PALE)
    (_sunrise, _flower_sun)[album.look % 2](canvas, stripes)
    name = line(album.artist, _ROUND, 0.11, 0.88)
    for y, colour in ((0.066, _DARK), (0.06, stripes[1])):
        put(canvas, name, colour, (0.5, y), (0.5, 0), outline=_DARK)
    canvas.box(_DARK, 0, 0.885, 1, 0.965)
    put(canvas, line(album.title, _SMALL, 0.034, 0.86), stripes[1], (0.5, 0.925), (0.5, 0.5))
    canvas.ink("#e8c890", np.full_like(grid()[0], 0.07))
    return canvas.finish(7)


def _in_turn(canvas: Canvas, stripes: tuple[str, ...], band: Field) -> None:
    """Stripes in turn, one for each whole number of a field."""
    canvas.wash(stripes, np.mod(np.floor(band), len(stripes)) / (len(stripes) - 1))


def _sunrise(canvas: Canvas, stripes: tuple[str, ...]) -> None:
    """Rays, a sun in rings, a shore with palms."""
    centre, radius = (canvas.between(0.3, 0.7), canvas.between(0.5, 0.7)), canvas.between(0.15, 0.24)
    turns = around(centre) / (2 * np.pi) + canvas.between(0.5, 1)
    _in_turn(canvas, stripes, turns * int(canvas.rng.choice([12, 18, 24, 36])))
    for ring, colour in enumerate((_PALE, stripes[0], stripes[1], _PALE)):
        canvas.disc(colour, centre, radius - 0.03 * ring)
    canvas.ink(_DARK, below(0.81 + ridge(canvas.rng, 2, 2) * 0.03))
    for x, lean in ((canvas.between(0.09, 0.23), 0.22), (canvas.between(0.77, 0.91), -0.22)):
        canvas.ink(_DARK, palm(canvas, (x, 0.84), canvas.between(0.36, 0.5), lean))


def _flower_sun(canvas: Canvas, stripes: tuple[str, ...]) -> None:
    """A smiling sun whose rays are petals, ring on ring."""
    centre, widest = (0.5, 0.54), canvas.between(0.36, 0.5)
    _in_turn(canvas, stripes, around(centre) * (int(canvas.rng.integers(8, 20)) / np.pi) + 20)
    for ring, radius in enumerate(np.linspace(widest, 0.2, int(canvas.rng.integers(3, 6)))):
        petals, turn = int(canvas.rng.integers(10, 24)), canvas.between(0, 1)
        for grown, colour in ((1.03, _DARK), (1.0, stripes[(ring + 1) % len(stripes)])):
            canvas.ink(colour, shapes([star(centre, radius * grown, petals, 0.74, turn)]))
    canvas.disc(_DARK, centre, 0.15)
    canvas.disc(_PALE, centre, 0.14)
    for x in (0.45, 0.55):
        canvas.disc(_DARK, (x, 0.515), 0.015)
    canvas.ink(_DARK, edge(np.minimum(0.006 - np.abs(away((0.5, 0.56)) - 0.055), grid()[1] - 0.575)))
