"""Black metal: spruces in fog under a low moon, and a logo nobody can read."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from service.demo.canvas import (
    SIZE_PX,
    Canvas,
    Field,
    Point,
    as_image,
    away,
    below,
    grid,
    mix,
    noise,
    points,
    ridge,
    shapes,
    step,
)
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_LOGO = Face(weight=0.015, stretch=0.72)
_SMALL = Face(spacing=0.5)
_LOOKS = (
    (("#07090c", "#1b242c", "#5b6a74", "#8e9ba1"), "#a3b0b6", "#050709"),
    (("#05070d", "#152033", "#3c5675", "#7893ad"), "#8fa9c0", "#04060a"),
    (("#0a0505", "#241010", "#5a2420", "#96503c"), "#a8705c", "#080304"),
    (("#060906", "#141d16", "#3c4f3e", "#7a8b74"), "#8d9c87", "#040604"),
)
"""Night sky, fog, darkest."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Night, scene, logo at the head, title at the foot."""
    night, fog, dark = _LOOKS[album.look]
    canvas = Canvas(rng, dark)
    canvas.wash(night, grid()[1] + noise(rng, 3, 5, gain=0.55, aspect=2.2) * 0.28)
    (_forest, _peak)[album.look % 2](canvas, fog, dark)
    canvas.shade(1 - 0.6 * step(0.22, 0.75, away((0.5, 0.5))))
    put(canvas, _logo(album.artist), mix(fog, "#ffffff", 0.75), (0.5, canvas.between(0.0, 0.08)), (0.5, 0))
    canvas.ink("#000000", np.exp(-(((grid()[1] - 0.95) / 0.05) ** 2)) * 0.6)
    put(canvas, line(album.title, _SMALL, 0.02, 0.84), mix(fog, "#ffffff", 0.6), (0.5, 0.95), (0.5, 0.5))
    return canvas.finish(9)


def _forest(canvas: Canvas, fog: str, dark: str) -> None:
    moon = (canvas.between(0.25, 0.75), canvas.between(0.36, 0.48))
    canvas.glow(mix(fog, "#ffffff", 0.5), moon, canvas.between(0.045, 0.09), 0.35)
    start = canvas.between(0.56, 0.74)
    for depth in (0.0, 0.33, 0.67, 1.0):
        ground = start + (0.92 - start) * depth + ridge(canvas.rng, 3) * 0.05
        trees = _trees(canvas, ground, int(58 - 36 * depth), 0.1 + 0.14 * depth, 0.2 + 0.3 * depth)
        canvas.ink(mix(fog, dark, 0.3 + 0.7 * depth), trees)
        canvas.haze(fog, 0.7 + 0.24 * depth, 0.08, 0.7 * (1 - depth))


def _peak(canvas: Canvas, fog: str, dark: str) -> None:
    """A mountain, lit from the left, over the trees."""
    summit = canvas.between(0.32, 0.68)
    slope = np.abs(grid()[0][0] - summit) * canvas.between(0.75, 1.0)
    rock = noise(canvas.rng, 6, 6, gain=0.62) * 50
    light = np.gradient(rock, axis=0) * 0.3 - np.gradient(rock, axis=1) * 0.6
    lit = 0.34 + light + (summit - grid()[0]) * 0.6 - (grid()[1] - 0.55) * 0.8
    peak = below(0.38 + slope + ridge(canvas.rng, 9, 5, gain=0.6) * 0.06)
    canvas.wash((dark, mix(dark, fog, 0.35), "#dfe6ec", "#ffffff"), lit, peak)
    canvas.haze(fog, 0.8, 0.12, 0.75)
    canvas.ink(dark, _trees(canvas, 0.9 + ridge(canvas.rng, 3) * 0.04, 42, 0.09, 0.22))


def _trees(canvas: Canvas, ground: Field, count: int, low: float, high: float) -> Image.Image:
    """Mask of spruces on a skyline."""
    trees = []
    for x in canvas.rng.uniform(-0.03, 1.03, count):
        foot = float(ground[min(max(int(x * SIZE_PX), 0), SIZE_PX - 1)]) + 0.015
        trees.append(_spruce(canvas, float(x), foot, canvas.between(low, high)))
    return ImageChops.lighter(shapes(trees), as_image(below(ground)))


def _spruce(canvas: Canvas, x: float, foot: float, height: float) -> list[Point]:
    """Outline with drooping boughs that widen towards the ground."""
    tiers = np.linspace(0.08, 1, max(7, int(height * 56)))
    y = np.repeat(foot - height * (1 - tiers), 2) + np.tile([0.02 * height, 0], len(tiers))
    left, right = (
        height * canvas.between(0.13, 0.19) * tiers**0.85 * canvas.rng.uniform(0.55, 1.1, len(tiers)) for _ in range(2)
    )
    taper = np.tile([1, 0.32], len(tiers))
    sides = points(x + np.repeat(right, 2) * taper, y), points(x - np.repeat(left, 2) * taper, y)[::-1]
    return [(x, foot - height), *sides[0], (x, foot), *sides[1]]


def _logo(name: str) -> Image.Image:
    """The name with thorns, mirrored about its middle: always the same for an artist."""
    rng = np.random.default_rng([ord(letter) for letter in name])
    mask = Image.new("L", (1280, 560), 0)
    mask.paste(line(name, _LOGO, 0.4, 9).resize((900, 180), Image.Resampling.BICUBIC), (190, 190))
    letters, pen = np.asarray(mask), ImageDraw.Draw(mask)
    for _ in range(80):
        reach, rise, lean = rng.uniform(0, 1), int(rng.choice([-1, 1])), rng.uniform(-0.2, 1.4)
        length = rng.uniform(20, 70 + 140 * reach**3) if reach > 0.03 else 180
        for x, side in ((640 + reach * 446, 1), (640 - reach * 446, -1)):
            inked = np.flatnonzero(letters[:, int(x)] > 128)
            if inked.size:
                y = float(inked[0 if rise < 0 else -1] - 14 * rise)
                pen.polygon([(x - 9, y), (x + side * lean * length, y + rise * length), (x + 9, y)], fill=255)
    return mask.resize((430, 188), Image.Resampling.BOX)
