"""Reggae: broad stripes, a sun with room for everyone, palms and speaker stacks in flat ink."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_ROUND = Typeface(weight=0.085, stretch=0.88, spacing=0.0)
_SMALL = Typeface(weight=0.04, spacing=0.06)

_ROWS = (((0.28, 0.72), 0.2), ((0.2, 0.5, 0.8), 0.11), ((0.5,), 0.43))
"""What a cabinet's row may hold: where the cones sit and their radius, as shares of its width."""

Ring = tuple[Point, float, str]

_RED, _GOLD, _GREEN = "#c8281e", "#f2b31b", "#1f7a3a"


@dataclass(frozen=True, slots=True)
class _Look:
    stripes: tuple[str, ...]
    dark: str
    pale: str
    scene: Callable[["_Look", Image.Image, np.random.Generator], None]


def _rays(look: _Look, image: Image.Image, centre: Point, count: int, turn: float) -> None:
    y, x = canvas.grid()
    angle = np.arctan2(y - np.float32(centre[1]), x - np.float32(centre[0])) + np.float32(turn)
    sector = np.floor(np.mod(angle / np.float32(2 * np.pi), 1) * count).astype(np.intp) % len(look.stripes)
    edge = np.mod(angle / np.float32(2 * np.pi) * count, 1)
    width = np.maximum(canvas.distance(centre), 1) * np.float32(2 * np.pi / count)
    image.paste(_flat(look.stripes, sector))
    gap = np.minimum(edge, 1 - edge) * width
    canvas.ink(image, look.pale, canvas.coverage(np.float32(1.6) - gap))


def _flat(colours: tuple[str, ...], index: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Image.Image:
    """One flat colour for each index."""
    step = np.float32(1 / max(1, len(colours) - 1))
    return canvas.ramp(colours, index.astype(np.float32) * step)


def _sunrise(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Rays, a sun in rings, a shore with palms."""
    centre = (SIZE_PX * float(rng.uniform(0.35, 0.65)), float(rng.uniform(330, 380)))
    _rays(look, image, centre, int(rng.choice([18, 24, 30])), float(rng.uniform(0, 1)))
    for step, colour in enumerate((look.pale, look.stripes[0], look.stripes[1], look.pale)):
        canvas.ink(image, colour, canvas.disc(centre, 118 - 16 * step))
    shore = 452 + canvas.profile(rng, 2, octaves=2) * np.float32(18)
    canvas.ink(image, look.dark, canvas.below(shore))
    for x in (float(rng.uniform(50, 130)), float(rng.uniform(430, 510))):
        canvas.ink(image, look.dark, _palm(rng, x, 470, float(rng.uniform(190, 270)), 0.22 if x < 280 else -0.22))


def _palm(rng: np.random.Generator, x: float, foot: float, height: float, lean: float) -> Image.Image:
    """Mask of a palm with feathered fronds."""
    trunk = [(x + lean * height * t * t, foot - height * t) for t in np.linspace(0, 1, 14)]
    tx, ty = trunk[-1]
    ribs: list[list[Point]] = []
    for angle in np.linspace(-3.05, -0.1, 9) + rng.uniform(-0.1, 0.1, 9):
        length = height * rng.uniform(0.36, 0.46)
        spine = [
            (tx + np.cos(angle) * length * t, ty + np.sin(angle) * length * t + 0.6 * length * t * t)
            for t in np.linspace(0, 1, 16)
        ]
        ribs.append(spine)
        ribs += [
            [(a, b), (a + np.cos(angle) * 10, b + length * 0.17 * np.sin(np.pi * (i + 1) / 18))]
            for i, (a, b) in enumerate(spine)
        ]
    return ImageChops.lighter(canvas.strokes([trunk], height * 0.04, scale=2), canvas.strokes(ribs, 3.4, scale=2))


def _speakers(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """A sound system: cabinets of cones against broad bands."""
    bands = len(look.stripes)
    for band, colour in enumerate(look.stripes):
        image.paste(colour, (0, SIZE_PX * band // bands, SIZE_PX, SIZE_PX * (band + 1) // bands))
    columns = int(rng.integers(2, 4))
    cones: list[Ring] = []
    width = 150 if columns == 3 else 190
    start = (SIZE_PX - columns * width - (columns - 1) * 12) / 2
    for column in range(columns):
        x = round(start + column * (width + 12))
        top = int(rng.integers(150, 210))
        image.paste(look.dark, (x, top, x + width, SIZE_PX))
        image.paste(canvas.mix(look.dark, look.pale, 0.16), (x + 6, top + 6, x + width - 6, SIZE_PX))
        y = top + 14.0
        while y < SIZE_PX - 20:
            places, share = _ROWS[int(rng.integers(len(_ROWS)))]
            radius = width * share
            for place in places:
                colour = look.stripes[int(rng.integers(len(look.stripes)))]
                cones += _cone(look, (x + width * place, y + radius), radius, colour)
            y += 2 * radius + 9
    large = image.resize((SIZE_PX * 2, SIZE_PX * 2), Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(large)
    for (cx, cy), radius, colour in cones:
        pen.ellipse([2 * (cx - radius), 2 * (cy - radius), 2 * (cx + radius), 2 * (cy + radius)], fill=colour)
    image.paste(large.reduce(2))


def _cone(look: _Look, centre: Point, radius: float, colour: str) -> list[Ring]:
    """A loudspeaker as flat rings, the outermost first."""
    pads = ((1.0, look.dark), (0.93, colour), (0.84, look.dark), (0.78, canvas.mix(look.dark, look.pale, 0.28)))
    return [
        (centre, radius * share, fill) for share, fill in (*pads, (0.5, look.dark), (0.36, colour), (0.2, look.pale))
    ]


def _waves(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Stripes that ride up and down like a bass line."""
    y, x = canvas.grid()
    lift = np.sin(x / np.float32(rng.uniform(60, 100)) + np.float32(rng.uniform(0, 6))) * np.float32(
        rng.uniform(26, 56)
    )
    lift = (
        lift
        + np.sin(x / np.float32(34) + np.float32(rng.uniform(0, 6))) * np.float32(rng.uniform(0, 14))
        + x * np.float32(rng.uniform(-0.4, 0.4))
    )
    band = (y + lift + 400) / np.float32(rng.uniform(44, 66))
    image.paste(_flat(look.stripes, np.floor(band).astype(np.intp) % len(look.stripes)))
    near = np.abs(band - np.round(band)) * np.float32(54)
    canvas.ink(image, look.dark, canvas.coverage(np.float32(2.6) - near))
    centre = (float(rng.uniform(150, 410)), float(rng.uniform(250, 330)))
    for share, colour in (
        (96, look.dark),
        (88, look.pale),
        (74, look.stripes[0]),
        (52, look.stripes[1 % len(look.stripes)]),
    ):
        canvas.ink(image, colour, canvas.disc(centre, share))


def _chevrons(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Nested arrows of colour with a star in the first field."""
    y, x = canvas.grid()
    slope = np.float32(rng.uniform(0.6, 1.2))
    band = (x + np.abs(y - SIZE_PX / 2) * slope + np.float32(rng.uniform(0, 50))) / np.float32(rng.uniform(50, 76))
    index = np.floor(band).astype(np.intp) % len(look.stripes)
    image.paste(_flat(look.stripes, index))
    canvas.ink(image, look.pale, canvas.coverage(np.float32(2.2) - np.abs(band - np.round(band)) * np.float32(58)))
    cx, cy, r = 126.0, SIZE_PX / 2, float(rng.uniform(58, 86))
    turn = [
        (
            cx + (r if k % 2 == 0 else r * 0.4) * np.sin(np.pi * k / 5),
            cy - (r if k % 2 == 0 else r * 0.4) * np.cos(np.pi * k / 5),
        )
        for k in range(10)
    ]
    canvas.ink(image, look.dark, canvas.disc((cx, cy), r + 16))
    canvas.ink(image, look.stripes[1], canvas.polygons([turn]))


def _lion_sun(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """A sun whose mane is petals, ring on ring."""
    image.paste(look.stripes[-1], (0, 0, SIZE_PX, SIZE_PX))
    centre = (SIZE_PX / 2, 300.0)
    _rays(look, image, centre, int(rng.choice([36, 48])), 0.0)
    for ring, radius in enumerate((252, 206, 160, 116)):
        petals = int(rng.integers(14, 22))
        shapes: list[list[Point]] = []
        for petal in range(petals):
            a = 2 * np.pi * (petal + 0.5 * (ring % 2)) / petals
            half = np.pi / petals
            tip = (centre[0] + np.cos(a) * radius, centre[1] + np.sin(a) * radius)
            base = [
                (centre[0] + np.cos(a + s * half) * radius * 0.74, centre[1] + np.sin(a + s * half) * radius * 0.74)
                for s in (-1, 1)
            ]
            shapes.append([centre, base[0], tip, base[1]])
        canvas.ink(
            image,
            look.dark,
            canvas.polygons(
                [
                    [(centre[0] + (a - centre[0]) * 1.03, centre[1] + (b - centre[1]) * 1.03) for a, b in s]
                    for s in shapes
                ],
                scale=2,
            ),
        )
        canvas.ink(image, look.stripes[(ring + 1) % len(look.stripes)], canvas.polygons(shapes, scale=2))
    canvas.ink(image, look.dark, canvas.disc(centre, 84))
    canvas.ink(image, look.pale, canvas.disc(centre, 78))
    for side in (-1, 1):
        canvas.ink(image, look.dark, canvas.disc((centre[0] + side * 28, centre[1] - 14), 8))
    smile = [(centre[0] + 34 * np.cos(t), centre[1] + 8 + 26 * np.sin(t)) for t in np.linspace(0.2, np.pi - 0.2, 18)]
    canvas.ink(image, look.dark, canvas.strokes([smile], 6, scale=2))


LOOKS = (
    _Look((_RED, _GOLD, _GREEN), "#14110d", "#f7e7bf", _sunrise),
    _Look((_GREEN, _GOLD, _RED), "#171310", "#f3e3bd", _speakers),
    _Look(("#d8432a", "#f4c542", "#2a8a4a", "#16120e"), "#16120e", "#f8ebca", _waves),
    _Look(("#1d6b39", "#f0b429", "#14110d", "#b7241c"), "#14110d", "#f6e6bb", _chevrons),
    _Look(("#e0861a", "#f5c83c", "#b9301f", "#2c7d3f"), "#1a120b", "#f9ecc9", _lion_sun),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Scene, then rounded type with a thick keyline, on card that has been in the sun."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.pale)
    look.scene(look, image, rng)
    name = lettering.line(sleeve.artist, _ROUND, cap_px=58, width_px=SIZE_PX - 60)
    x, y = (SIZE_PX - name.width) // 2, 34
    lettering.put(image, lettering.outlined(name, 10), x - 10, y - 10, look.dark)
    lettering.put(image, lettering.outlined(name, 4), x - 4, y - 4, look.pale)
    lettering.put(image, name, x, y, look.stripes[0])
    title = lettering.line(sleeve.title, _SMALL, cap_px=18, width_px=SIZE_PX - 90)
    bar = title.height + 18
    image.paste(look.dark, (0, SIZE_PX - 22 - bar, SIZE_PX, SIZE_PX - 22))
    lettering.put(image, title, SIZE_PX / 2, SIZE_PX - 22 - bar / 2, look.stripes[1], anchor=(0.5, 0.5))
    faded = canvas.paper(image, rng, mottle=0.02, grain_strength=7)
    return Image.blend(faded, canvas.blank("#e8c890"), 0.06)
