"""Jazz: two inks on card, a rhythm of cut shapes, and type big enough to be the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_POSTER = Typeface(weight=0.045, stretch=0.66)
_SMALL = Typeface(weight=0.02, spacing=0.03, capitals=False)
_LABEL = Typeface(weight=0.03, spacing=0.1)


@dataclass(frozen=True, slots=True)
class _Look:
    card: str
    first: str
    second: str
    motif: Callable[["_Look", Image.Image, tuple[int, int, int, int], np.random.Generator], None]


Box = tuple[int, int, int, int]


def _bars(look: _Look, image: Image.Image, box: Box, rng: np.random.Generator) -> None:
    """Upright bars of uneven length, one of them in the second ink."""
    left, top, right, bottom = box
    count = int(rng.integers(7, 14))
    pitch = (right - left) / count
    lengths = rng.uniform(0.25, 1.0, count)
    odd = set(rng.choice(count, int(rng.integers(1, 4)), replace=False).tolist())
    hanging = rng.random() < 0.5
    for bar in range(count):
        reach = round((bottom - top) * lengths[bar])
        x = round(left + bar * pitch)
        y = top if hanging else bottom - reach
        image.paste(look.second if bar in odd else look.first, (x, y, round(x + pitch * 0.74), y + reach))


def _keyboard(look: _Look, image: Image.Image, box: Box, rng: np.random.Generator) -> None:
    """A keyboard that leans, its black keys over panels of ink."""
    left, top, right, bottom = box
    image.paste(look.first, box)
    lean = rng.uniform(-0.35, 0.35) * (bottom - top)
    keys = int(rng.integers(8, 13)) if right - left > bottom - top else int(rng.integers(5, 8))
    pitch = (right - left) / keys
    head, foot = top + rng.uniform(0.0, 0.3) * (bottom - top), bottom - rng.uniform(0.0, 0.18) * (bottom - top)
    white: list[list[Point]] = []
    black: list[list[Point]] = []
    tinted: list[list[Point]] = []
    struck = set(rng.choice(keys, 2, replace=False).tolist())
    for key in range(-3, keys + 3):
        x0, x1 = left + key * pitch + 1.5, left + (key + 1) * pitch - 1.5
        (tinted if key in struck else white).append([(x0 + lean, head), (x1 + lean, head), (x1, foot), (x0, foot)])
        if key % 7 not in (2, 6):
            y = head + (foot - head) * 0.62
            lean_here = lean * (1 - 0.62)
            black.append([(x1 - pitch * 0.3 + lean, head), (x1 + pitch * 0.32 + lean, head)])
            black[-1] += [(x1 + pitch * 0.32 + lean_here, y), (x1 - pitch * 0.3 + lean_here, y)]
    clip = Image.new("L", image.size, 0)
    clip.paste(255, box)
    for colour, shapes in ((look.card, white), (look.second, tinted), ("#15130f", black)):
        canvas.ink(image, colour, ImageChops.multiply(canvas.polygons(shapes), clip))


def _records(look: _Look, image: Image.Image, box: Box, rng: np.random.Generator) -> None:
    """Overprinted discs: where two inks meet they make a third."""
    left, top, right, bottom = box
    clip = Image.new("L", image.size, 0)
    clip.paste(255, box)
    plate = canvas.blank("#ffffff")
    for turn in range(int(rng.integers(3, 6))):
        layer = canvas.blank("#ffffff")
        radius = float(rng.uniform(0.2, 0.48)) * min(right - left, bottom - top)
        centre = (float(rng.uniform(left + radius, right - radius)), float(rng.uniform(top + radius, bottom - radius)))
        disc = canvas.disc(centre, radius)
        hole = canvas.disc(centre, radius * float(rng.choice([0.08, 0.3, 0.55])))
        canvas.ink(
            layer, look.first if turn % 2 else look.second, ImageChops.multiply(ImageChops.subtract(disc, hole), clip)
        )
        plate = ImageChops.multiply(plate, layer)
    image.paste(ImageChops.multiply(image, plate))


def _shout(look: _Look, image: Image.Image, box: Box, rng: np.random.Generator) -> None:
    """Slabs of colour cut by slanting knives."""
    left, top, right, bottom = box
    rows = int(rng.integers(4, 7))
    height = (bottom - top) / rows
    pieces: dict[str, list[list[Point]]] = {look.first: [], look.second: [], "#15130f": []}
    inks = list(pieces)
    for row in range(rows):
        cuts = np.sort(rng.uniform(left, right, int(rng.integers(1, 4))))
        edges = [float(left), *map(float, cuts), float(right)]
        y0, y1 = top + row * height, top + (row + 0.86) * height
        for start, stop in pairwise(edges):
            tilt = rng.uniform(-26, 26)
            shape = [(start + tilt + 5, y0), (stop + tilt - 5, y0), (stop - tilt - 5, y1), (start - tilt + 5, y1)]
            pieces[inks[int(rng.choice(3, p=[0.5, 0.3, 0.2]))]].append(
                [(min(max(x, left), right), y) for x, y in shape]
            )
    for colour, shapes in pieces.items():
        canvas.ink(image, colour, canvas.polygons(shapes))


def _trumpet(look: _Look, image: Image.Image, box: Box, rng: np.random.Generator) -> None:
    """A trumpet in silhouette under a lamp, on a tinted panel."""
    left, top, right, bottom = box
    lamp = canvas.distance((float(rng.uniform(left, right)), top + 0.2 * (bottom - top))) / np.float32(right - left)
    panel = canvas.ramp(
        [canvas.mix(look.first, "#ffffff", 0.35), look.first, canvas.mix(look.first, "#000000", 0.55)], lamp
    )
    image.paste(panel.crop(box), box)
    upright = bottom - top > right - left
    turn = np.deg2rad(rng.uniform(-74, -58) if upright else rng.uniform(-30, 6))
    size = max(right - left, bottom - top) * rng.uniform(0.82, 0.95)
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def placed(points: list[Point]) -> list[Point]:
        return [(float(x), float(y)) for x, y in (np.array(points) * size) @ spin.T + middle]

    flare = [(-0.5 + 0.36 * t, 0.012 + 0.13 * (1 - t) ** 5) for t in np.linspace(0, 1, 24)]
    bell = [(x, -0.05 - r) for x, r in flare] + [(x, -0.05 + r) for x, r in reversed(flare)]
    tubes: list[list[Point]] = [
        [(-0.16, -0.062), (0.52, -0.062), (0.52, -0.04), (-0.16, -0.04)],
        [(-0.2, 0.07), (0.22, 0.07), (0.22, 0.09), (-0.2, 0.09)],
        [(0.5, -0.07), (0.545, -0.085), (0.545, -0.018), (0.5, -0.032)],
        *([(x, -0.17), (x + 0.045, -0.17), (x + 0.045, 0.14), (x, 0.14)] for x in (-0.03, 0.035, 0.1)),
        *(
            [(x - 0.008, -0.205), (x + 0.053, -0.205), (x + 0.053, -0.18), (x - 0.008, -0.18)]
            for x in (-0.03, 0.035, 0.1)
        ),
    ]
    arc = np.linspace(np.pi / 2, 3 * np.pi / 2, 20)
    bows = [[(-0.2 + 0.075 * np.cos(a), 0.01 + 0.07 * np.sin(a)) for a in arc]]
    bows.append([(0.22 - 0.075 * np.cos(a), 0.02 + 0.07 * np.sin(a)) for a in arc])
    silhouette = canvas.polygons([placed(shape) for shape in [bell, *tubes]])
    silhouette = ImageChops.lighter(silhouette, canvas.strokes([placed(bow) for bow in bows], size * 0.022))
    clip = Image.new("L", image.size, 0)
    clip.paste(255, box)
    shadow = canvas.shifted(silhouette, 10, 12)
    canvas.ink(image, canvas.mix(look.first, "#000000", 0.6), ImageChops.multiply(shadow, clip))
    canvas.ink(image, look.second, ImageChops.multiply(silhouette, clip))


LOOKS = (
    _Look("#efe6d2", "#1d3f8f", "#e2571f", _bars),
    _Look("#f1e9d8", "#0f6b62", "#e9b21f", _keyboard),
    _Look("#f3ead6", "#d8232a", "#2a7fb8", _records),
    _Look("#ece2cc", "#d99a18", "#a3261c", _shout),
    _Look("#f0e7d4", "#2c5f8d", "#f2c84b", _trumpet),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Motif in a panel, the rest of the card for type."""
    look = LOOKS[sleeve.look]
    card = look.card if rng.random() < 0.6 or look.motif is _records else canvas.mix(look.card, look.second, 0.82)
    image = canvas.blank(card)
    edge = 22
    layout = int(rng.integers(3))
    if layout == 0:  # type above
        box = (edge, 228, SIZE_PX - edge, SIZE_PX - edge)
        spot, width, letters = (edge, 26), SIZE_PX - 2 * edge, 16
    elif layout == 1:  # type below
        box = (0, 0, SIZE_PX, 352)
        spot, width, letters = (edge, 374), SIZE_PX - 2 * edge, 16
    else:  # type beside
        box = (236, 0, SIZE_PX, SIZE_PX)
        spot, width, letters = (edge, 60), 200, 8
    inks = look if card == look.card else replace(look, second=look.card)
    look.motif(inks, image, box, rng)
    title = lettering.paragraph(sleeve.title, _POSTER, cap_px=84 if layout < 2 else 62, width_px=width, letters=letters)
    limit = 118 if layout < 2 else 380
    if title.height > limit:
        title = title.resize((round(title.width * limit / title.height), limit), Image.Resampling.BICUBIC)
    lettering.put(image, title, *spot, "#15130f")
    name_y = spot[1] + title.height + 14
    name = lettering.paragraph(
        sleeve.artist, _POSTER, cap_px=24, width_px=width, letters=26 if layout < 2 else 12, gap_px=9
    )
    lettering.put(image, name, spot[0], name_y, canvas.readable(card, look.first, look.second, look.card))
    label = lettering.line(f"stereo  {sleeve.catalogue_number}", _LABEL, cap_px=7)
    foot = 204 if layout == 2 else SIZE_PX - edge
    lettering.put(image, label, foot, SIZE_PX - 15 if layout else 9, "#15130f", anchor=(1, 0))
    return canvas.paper(image, rng, mottle=0.014, grain_strength=7)
