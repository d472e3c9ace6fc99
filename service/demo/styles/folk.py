"""Folk: hills, stems and birds cut from coloured paper, one sheet over another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_TITLE = Typeface(serif=True, spacing=0.06)
_SMALL = Typeface(serif=True, spacing=0.14)


@dataclass(frozen=True, slots=True)
class _Look:
    sky: str
    sheets: tuple[str, ...]
    leaf: str
    bloom: str
    type: str
    scene: Callable[["_Look", Image.Image, np.random.Generator], None]


def _sheet(image: Image.Image, colour: str, mask: Image.Image, *, lift_px: int = 5) -> None:
    """Lay a cut sheet: its shadow, the paper itself, a pale cut edge."""
    small = mask.reduce(2).filter(ImageFilter.GaussianBlur(lift_px / 2)).resize(mask.size, Image.Resampling.BILINEAR)
    shadow = Image.new("L", mask.size, 0)
    shadow.paste(small, (lift_px // 2, lift_px))
    canvas.ink(image, "#1c1410", shadow.point(lambda level: level * 42 // 100))
    canvas.ink(image, canvas.mix(colour, "#ffffff", 0.22), mask)
    inner = Image.new("L", mask.size, 0)
    inner.paste(mask, (0, 1))
    canvas.ink(image, colour, ImageChops.multiply(inner, mask))


def _fibres(rng: np.random.Generator) -> Field:
    """The tooth of the paper, over the whole collage."""
    return (
        1
        + canvas.noise(rng, 70, octaves=2, gain=0.9) * np.float32(0.05)
        + canvas.noise(rng, 5, octaves=2) * np.float32(0.04)
    )


def _leaf(x: float, y: float, angle: float, length: float, fat: float) -> list[Point]:
    """A pointed leaf from its foot, as a polygon."""
    t = np.linspace(0, 1, 11)
    half = np.sin(np.pi * t**0.8) * length * fat
    along = t * length
    cos, sin = np.cos(angle), np.sin(angle)
    upper = [(x + a * cos - h * sin, y + a * sin + h * cos) for a, h in zip(along, half, strict=True)]
    lower = [(x + a * cos + h * sin, y + a * sin - h * cos) for a, h in zip(along, half, strict=True)]
    return [(float(px), float(py)) for px, py in upper + lower[::-1]]


def _sprig(
    rng: np.random.Generator, x: float, y: float, angle: float, length: float
) -> tuple[list[Point], list[list[Point]]]:
    """A bending stem and its leaves in pairs."""
    bend = rng.uniform(-0.7, 0.7)
    pairs = int(rng.integers(5, 9))
    fat = rng.uniform(0.14, 0.26)
    stem: list[Point] = [(x, y)]
    leaves = []
    steps = pairs * 2
    for step in range(1, steps + 1):
        heading = angle + bend * step / steps
        x, y = x + np.cos(heading) * length / steps, y + np.sin(heading) * length / steps
        stem.append((float(x), float(y)))
        if step % 2 == 0:
            size = length * 0.3 * (1.12 - step / steps * 0.75)
            for side in (-1, 1):
                leaves.append(_leaf(x, y, heading + side * 0.85, size, fat))
    leaves.append(_leaf(x, y, angle + bend, length * 0.2, fat))
    return stem, leaves


def _flower(rng: np.random.Generator, x: float, y: float, radius: float) -> list[list[Point]]:
    """Petals around a point."""
    petals = int(rng.integers(6, 11))
    first = rng.uniform(0, 1)
    return [_leaf(x, y, first + 2 * np.pi * p / petals, radius, 0.9 / petals + 0.1) for p in range(petals)]


def _hills(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    sun = (float(rng.uniform(120, 440)), float(rng.uniform(200, 250)))
    for ring, share in ((92, 0.25), (66, 0.6), (42, 1.0)):
        _sheet(image, canvas.mix(look.sky, look.bloom, share), canvas.disc(sun, ring), lift_px=3)
    count = len(look.sheets)
    for layer, colour in enumerate(look.sheets):
        line = 275 + 225 * layer / (count - 1) + canvas.profile(rng, 2, octaves=2, gain=0.25) * np.float32(52)
        mask = canvas.below(line)
        if layer in (1, 2):
            trees = []
            for x in rng.uniform(10, 550, 9):
                height = float(rng.uniform(26, 52))
                trees.append(_leaf(float(x), float(line[int(x)]) + 6, -np.pi / 2, height, 0.3))
            mask = ImageChops.lighter(mask, canvas.polygons(trees, scale=2))
        _sheet(image, colour, mask)
    stems, leaves = [], []
    for x in rng.uniform(-10, 570, 7):
        stem, green = _sprig(
            rng, float(x), SIZE_PX + 12, -np.pi / 2 + rng.uniform(-0.3, 0.3), float(rng.uniform(110, 190))
        )
        stems.append(stem)
        leaves += green
    _sheet(image, look.leaf, ImageChops.lighter(canvas.strokes(stems, 3), canvas.polygons(leaves)), lift_px=6)


def _wreath(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    middle, radius = SIZE_PX / 2, float(rng.uniform(188, 212))
    _sheet(image, look.sheets[0], canvas.disc((middle, middle), radius + 4), lift_px=4)
    for turn, colour in enumerate((look.sheets[2], look.leaf, look.sheets[3])):
        stems, leaves = [], []
        for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False) + turn * 0.23 + rng.uniform(0, 0.6):
            x, y = middle + radius * np.cos(angle), middle + radius * np.sin(angle)
            stem, green = _sprig(
                rng, float(x), float(y), float(angle + 1.35 + rng.uniform(-0.35, 0.35)), float(rng.uniform(110, 150))
            )
            stems.append(stem)
            leaves += green
        _sheet(image, colour, ImageChops.lighter(canvas.strokes(stems, 2.4), canvas.polygons(leaves)))
    blooms, hearts = [], []
    for angle in rng.uniform(0, 2 * np.pi, 7):
        x, y = middle + (radius + 10) * np.cos(angle), middle + (radius + 10) * np.sin(angle)
        blooms += _flower(rng, x, y, float(rng.uniform(26, 46)))
        hearts.append(canvas.disc((float(x), float(y)), 7))
    _sheet(image, look.bloom, canvas.polygons(blooms), lift_px=4)
    for heart in hearts:
        canvas.ink(image, look.type, heart)


def _bird(x: float, y: float, size: float, facing: int) -> list[list[Point]]:
    """A perched bird: body, tail, wing line left to the colour under it."""
    t = np.linspace(0, 2 * np.pi, 40)
    body = [(np.cos(a) * 0.5, np.sin(a) * 0.3 - 0.08 * np.cos(a)) for a in t]
    head = [(0.42 + np.cos(a) * 0.21, -0.26 + np.sin(a) * 0.2) for a in t]
    tail = [(-0.36, -0.12), (-1.05, 0.3), (-0.98, 0.42), (-0.3, 0.2)]
    beak = [(0.58, -0.32), (0.8, -0.24), (0.58, -0.19)]
    return [
        [(float(x + facing * size * px), float(y + size * py)) for px, py in part] for part in (body, head, tail, beak)
    ]


def _birds(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    _sheet(
        image,
        look.sheets[0],
        canvas.disc((float(rng.uniform(180, 380)), 300.0), float(rng.uniform(150, 190))),
        lift_px=4,
    )
    branches, leaves, perches = [], [], []
    for y, side in ((float(rng.uniform(240, 290)), 1), (float(rng.uniform(390, 450)), -1)):
        start = -10.0 if side > 0 else SIZE_PX + 10.0
        bough = [(start + side * 460 * s, y - 56 * np.sin(s * 2.2) + 14 * np.sin(s * 7)) for s in np.linspace(0, 1, 30)]
        branches.append([(float(a), float(b)) for a, b in bough])
        for spot in range(4, 29, 3):
            stem, green = _sprig(
                rng,
                *branches[-1][spot],
                float(rng.choice([-1, 1])) * rng.uniform(0.7, 1.3) + (np.pi if side < 0 else 0),
                64,
            )
            branches.append(stem)
            leaves += green
            branches[-2], branches[-1] = branches[-1], branches[-2]
        perches.append((*branches[-1][int(rng.integers(14, 22))], side))
    _sheet(image, look.leaf, ImageChops.lighter(canvas.strokes(branches, 3.4), canvas.polygons(leaves)))
    for x, y, side in perches:
        size = float(rng.uniform(62, 84))
        _sheet(image, look.bloom, canvas.polygons(_bird(x, y - size * 0.27, size, -side)), lift_px=6)
        wing = _leaf(
            x - side * -0.28 * size, y - size * 0.36, np.pi - 0.35 if side < 0 else 0.35 + np.pi, size * 0.75, 0.22
        )
        wing = [(2 * x - a, b) if side > 0 else (a, b) for a, b in wing]
        _sheet(image, look.sheets[3], canvas.polygons([wing]), lift_px=2)
        canvas.ink(image, look.type, canvas.disc((x - side * size * 0.48, y - size * 0.6), 3.2))


def _meadow(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    for layer, colour in enumerate((look.sheets[2], look.leaf, look.sheets[3])):
        stems, leaves, blooms, hearts = [], [], [], []
        for x in np.linspace(10, 550, 8 - layer) + rng.uniform(-30, 30, 8 - layer):
            height = float(rng.uniform(170, 350) - 36 * layer)
            stem, green = _sprig(rng, float(x), SIZE_PX + 8, -np.pi / 2 + rng.uniform(-0.18, 0.18), height)
            stems.append(stem)
            leaves += [blade for blade in green if rng.random() < 0.72]
            if rng.random() < 0.6:
                blooms += _flower(rng, *stem[-1], float(rng.uniform(24, 44)))
                hearts.append(stem[-1])
        _sheet(image, colour, ImageChops.lighter(canvas.strokes(stems, 3), canvas.polygons(leaves, scale=2)))
        if blooms:
            _sheet(image, look.bloom if layer != 1 else look.sheets[0], canvas.polygons(blooms, scale=2), lift_px=4)
        for heart in hearts:
            canvas.ink(image, look.type, canvas.disc(heart, 6))


def _village(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    moon = (float(rng.uniform(110, 450)), 205.0)
    crescent = ImageChops.subtract(canvas.disc(moon, 44), canvas.disc((moon[0] + 20, moon[1] - 12), 38))
    _sheet(image, look.bloom, crescent, lift_px=3)
    for x, y in rng.uniform((20, 130), (540, 280), (16, 2)):
        canvas.ink(image, look.bloom, canvas.disc((float(x), float(y)), float(rng.uniform(1.2, 2.8))))
    for layer, colour in enumerate(look.sheets):
        line = 320 + 62 * layer + canvas.profile(rng, 2, octaves=1) * np.float32(36)
        walls, windows = [], []
        if layer < 3:
            for x in np.linspace(50, 500, 5) + rng.uniform(-40, 40, 5):
                w, h = float(rng.uniform(26, 44)), float(rng.uniform(30, 56))
                foot = float(line[min(max(int(x), 0), SIZE_PX - 1)]) + 10
                walls.append(
                    [(x, foot), (x, foot - h), (x + w / 2, foot - h - w * 0.62), (x + w, foot - h), (x + w, foot)]
                )
                windows += [(x + w * 0.24, foot - h * 0.8), (x + w * 0.6, foot - h * 0.8)]
        mask = ImageChops.lighter(canvas.below(line), canvas.polygons(walls, scale=2))
        _sheet(image, colour, mask)
        panes = [[(a, b), (a + 6, b), (a + 6, b + 9), (a, b + 9)] for a, b in windows]
        canvas.ink(image, look.bloom, canvas.polygons(panes, scale=2))
    leaves, stems = [], []
    for x in rng.uniform(0, 560, 9):
        stem, green = _sprig(rng, float(x), SIZE_PX + 6, -np.pi / 2, float(rng.uniform(50, 92)))
        stems.append(stem)
        leaves += green
    _sheet(image, look.leaf, ImageChops.lighter(canvas.strokes(stems, 2.4), canvas.polygons(leaves)))


LOOKS = (
    _Look("#f0dfc0", ("#d9b98a", "#a8a36b", "#6f8455", "#3f5f4a"), "#24413a", "#e0763c", "#4a2d1c", _hills),
    _Look("#f3ead9", ("#e7d6b8", "#c9b27a", "#7d8f6a", "#46624f"), "#2f4f45", "#c8553d", "#3c2a20", _wreath),
    _Look("#e6e3d3", ("#f0cf8e", "#b9b79a", "#77847a", "#3d5a66"), "#2d4a3e", "#b5482f", "#2b2a26", _birds),
    _Look("#efd8c6", ("#f4ead8", "#d99a6c", "#a9764f", "#6b4a3a"), "#5c6b3f", "#b93a32", "#4b241c", _meadow),
    _Look("#2f4858", ("#5b7a82", "#48666f", "#2f4d50", "#1f3538"), "#14262a", "#f2c66d", "#f4e6cb", _village),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Cut-paper scene with the title set in footed capitals."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.sky)
    look.scene(look, image, rng)
    image = canvas.shade(image, _fibres(rng))
    if look.scene is _wreath:
        title = lettering.paragraph(sleeve.title, _TITLE, cap_px=36, width_px=270, letters=11, align=0.5)
        name = lettering.line(sleeve.artist, _SMALL, cap_px=12, width_px=250)
        top = SIZE_PX / 2 - (title.height + 40) / 2
        lettering.put(image, title, SIZE_PX / 2, top, look.type, anchor=(0.5, 0))
        lettering.put(image, name, SIZE_PX / 2, top + title.height + 26, look.bloom, anchor=(0.5, 0))
    else:
        title = lettering.line(sleeve.title, _TITLE, cap_px=36, width_px=SIZE_PX - 64)
        name = lettering.line(sleeve.artist, _SMALL, cap_px=13, width_px=SIZE_PX - 120)
        lettering.put(image, title, SIZE_PX / 2, 36, look.type, anchor=(0.5, 0))
        lettering.put(image, name, SIZE_PX / 2, 36 + title.height + 16, look.type, anchor=(0.5, 0))
    return canvas.grain(image, rng, 5)
