"""Folk: a meadow or a village cut from coloured paper, one sheet over another."""

import numpy as np
from PIL import ImageChops

from service.demo.canvas import (
    SIZE_PX,
    Canvas,
    Mask,
    Point,
    as_image,
    away,
    below,
    edge,
    mix,
    noise,
    points,
    ridge,
    shapes,
    star,
)
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_TITLE = Face(serif=True, spacing=0.06)
_SMALL = Face(serif=True, spacing=0.14)
_LOOKS = (
    ("#f0dfc0", ("#d9b98a", "#a8a36b", "#6f8455", "#3f5f4a"), "#24413a", "#e0763c", "#4a2d1c"),
    ("#8fb0b5", ("#e7d6b8", "#c9b27a", "#7d8f6a", "#46624f"), "#2f4f45", "#f6e3b0", "#2c2a20"),
    ("#efd8c6", ("#f4ead8", "#d99a6c", "#a9764f", "#6b4a3a"), "#5c6b3f", "#b93a32", "#4b241c"),
    ("#2f4858", ("#5b7a82", "#48666f", "#2f4d50", "#1f3538"), "#14262a", "#f2c66d", "#f4e6cb"),
)
"""Sky, sheets from far to near, leaves, blooms, type."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """A scene of cut paper, and the title in capitals with feet."""
    sky, sheets, leaf, bloom, ink = _LOOKS[album.look]
    canvas = Canvas(rng, sky)
    (_meadow, _village)[album.look % 2](canvas, sheets, leaf, bloom)
    canvas.shade(1 + noise(rng, 70, gain=0.9) * 0.06 + noise(rng, 5, 2) * 0.04)
    put(canvas, line(album.title, _TITLE, 0.066, 0.88), ink, (0.5, 0.1), (0.5, 0.5))
    put(canvas, line(album.artist, _SMALL, 0.024, 0.8), ink, (0.5, 0.168), (0.5, 0.5))
    return canvas.finish(5, 0)


def _sheet(canvas: Canvas, colour: str, mask: Mask) -> None:
    """Lay a cut sheet: its shadow, a pale cut edge, the paper."""
    paper = as_image(mask)
    canvas.shadow(paper)
    canvas.ink(mix(colour, "#ffffff", 0.22), paper)
    canvas.ink(colour, ImageChops.multiply(paper, ImageChops.offset(paper, 0, 1)))


def _leaf(at: Point, angle: float, length: float, fat: float) -> list[Point]:
    """A pointed leaf from its foot."""
    along = np.concatenate([np.linspace(0, 1, 8), np.linspace(1, 0, 8)])
    side, cos, sin = np.sin(np.pi * along**0.8) * fat * np.repeat([1, -1], 8), np.cos(angle), np.sin(angle)
    return points(at[0] + length * (along * cos - side * sin), at[1] + length * (along * sin + side * cos))


def _sprigs(canvas: Canvas, colour: str, count: int, low: float, high: float) -> list[Point]:
    """A sheet of bending stems from the foot of the cover, with leaves in pairs; returns their tips."""
    stems, leaves, steps = [], [], 14
    for x in (np.arange(count) + 0.5) / count + canvas.rng.uniform(-0.05, 0.05, count):
        length, fat, bend = canvas.between(low, high), canvas.between(0.14, 0.26), canvas.between(-0.7, 0.7)
        headings = canvas.between(-0.25, 0.25) - np.pi / 2 + bend * np.arange(steps) / steps
        stem = points(x + np.cos(headings).cumsum() * length / steps, 1.02 + np.sin(headings).cumsum() * length / steps)
        for node in range(1, steps, 2):
            size = length * (0.33 - 0.22 * node / steps)
            leaves += [_leaf(stem[node], headings[node] + side, size, fat) for side in (-0.85, 0.85)]
        stems.append(stem)
    _sheet(canvas, colour, shapes(leaves, stems, 0.0055))
    return [stem[-1] for stem in stems]


def _meadow(canvas: Canvas, sheets: tuple[str, ...], leaf: str, bloom: str) -> None:
    for layer, colour in enumerate((sheets[2], leaf, sheets[3])):
        tips = _sprigs(canvas, colour, 8 - layer, 0.3 - 0.06 * layer, 0.62 - 0.08 * layer)
        petals, spots = [], [tip for tip in tips if canvas.rng.random() < 0.65]
        for spot in spots:
            count, radius = int(canvas.rng.integers(6, 11)), canvas.between(0.045, 0.08)
            turns = canvas.between(0, 1) + 2 * np.pi * np.arange(count) / count
            petals += [_leaf(spot, turn, radius, 0.9 / count + 0.1) for turn in turns]
        _sheet(canvas, sheets[0] if layer == 1 else bloom, shapes(petals))
        canvas.ink("#4b241c", shapes([star(spot, 0.012, 8, 0.9) for spot in spots]))


def _village(canvas: Canvas, sheets: tuple[str, ...], leaf: str, bloom: str) -> None:
    moon = (canvas.between(0.2, 0.8), 0.36)
    _sheet(canvas, bloom, edge(np.minimum(0.08 - away(moon), away((moon[0] + 0.036, moon[1] - 0.02)) - 0.068)))
    for layer, colour in enumerate(sheets):
        crest = 0.57 + 0.11 * layer + ridge(canvas.rng, 2, 1) * 0.065
        walls, panes = [], []
        for x in np.linspace(0.09, 0.89, 5) + canvas.rng.uniform(-0.07, 0.07, 5) if layer < 3 else []:
            w, h, foot = canvas.between(0.05, 0.08), canvas.between(0.055, 0.1), crest[int(x * SIZE_PX)] + 0.02
            walls.append([(x, foot), (x, foot - h), (x + w / 2, foot - h - w * 0.62), (x + w, foot - h), (x + w, foot)])
            panes += [(x + w * share, foot - h * 0.8) for share in (0.22, 0.6)]
        _sheet(canvas, colour, ImageChops.lighter(as_image(below(crest)), shapes(walls)))
        for x, y in panes:
            canvas.box(bloom, x, y, x + 0.011, y + 0.017)
    _sprigs(canvas, leaf, 9, 0.09, 0.17)
