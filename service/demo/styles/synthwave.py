"""Synthwave: a striped sun, a neon grid to the horizon and chrome that leans."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_CHROME = Typeface(weight=0.04, stretch=0.95, slant=0.22)
_NEON = Typeface(spacing=0.3, slant=0.15)


@dataclass(frozen=True, slots=True)
class _Look:
    sky: tuple[str, ...]
    sun: tuple[str, ...]
    neon: str
    ground: str
    scenery: Callable[["_Look", Image.Image, float, np.random.Generator], None]


def _glow(image: Image.Image, mask: Image.Image, colour: str, radius_px: float) -> Image.Image:
    """Add a blurred halo of light around a full-size mask, and the mask itself."""
    halo = mask.reduce(4).filter(ImageFilter.GaussianBlur(radius_px / 4)).resize(mask.size, Image.Resampling.BILINEAR)
    light = Image.composite(
        canvas.blank(colour), canvas.blank("#000000"), halo.point(lambda level: min(255, level * 2))
    )
    lit = ImageChops.screen(image, light)
    canvas.ink(lit, canvas.mix(colour, "#ffffff", 0.55), mask)
    return lit


def _stars(image: Image.Image, rng: np.random.Generator, horizon: float) -> None:
    for size, count in ((0.8, 150), (1.4, 26)):
        for x, y in rng.uniform((0, 0), (SIZE_PX, horizon), (count, 2)):
            level = int(rng.integers(110, 256))
            image.paste((level, level, level), (int(x), int(y), int(x + size + 0.5), int(y + size + 0.5)))


def _sun(look: _Look, image: Image.Image, rng: np.random.Generator, horizon: float) -> None:
    y, _ = canvas.grid()
    radius = float(rng.uniform(100, 138))
    centre = (SIZE_PX / 2 + float(rng.choice([0, 0, -90, 90])), horizon - radius * float(rng.uniform(0.2, 0.6)))
    t = (y - np.float32(centre[1] - radius)) / np.float32(2 * radius)
    gap = np.clip((t - np.float32(0.3)) * np.float32(1.1), 0, 1)
    phase = np.mod(t * np.float32(rng.integers(15, 20)), 1)
    slats = np.where(phase > gap, 1, 0).astype(np.float32)
    body = np.minimum(np.clip(np.float32(radius) - canvas.distance(centre) + 0.5, 0, 1), slats)
    halo = np.exp(-np.maximum(canvas.distance(centre) - np.float32(radius), 0) / np.float32(60)) * np.float32(0.5)
    canvas.ink(image, look.sun[-1], canvas.tone(halo))
    image.paste(canvas.ramp(look.sun, t), (0, 0), canvas.tone(body))


def _floor(look: _Look, image: Image.Image, rng: np.random.Generator, horizon: float) -> Image.Image:
    """Perspective grid: columns run to the vanishing point, rows thin out towards it."""
    y, x = canvas.grid()
    down = np.maximum(y - np.float32(horizon), np.float32(0.25))
    lanes = np.float32(rng.uniform(0.42, 0.62))
    across = (x - SIZE_PX / 2) / down / lanes
    along = np.float32(rng.uniform(520, 760)) / down + np.float32(rng.random())
    line = np.maximum(_rule(across, 1 / (down * lanes)), _rule(along, along / down))
    line = line * np.clip(down / 90, 0.06, 1) * (y > horizon)
    shade = canvas.ramp(
        [canvas.mix(look.ground, look.neon, 0.5), canvas.mix(look.ground, look.neon, 0.08), look.ground],
        down / np.float32(SIZE_PX - horizon),
    )
    image.paste(shade.crop((0, round(horizon), SIZE_PX, SIZE_PX)), (0, round(horizon)))
    return _glow(image, canvas.tone(line), look.neon, 9)


def _rule(position: Field, step: Field) -> Field:
    """Coverage of a 1.4 px line at every whole position, given the change of position per pixel."""
    away_px = np.abs(position - np.round(position)) / np.maximum(step, np.float32(1e-6))
    return np.clip(np.float32(1.2) - away_px, 0, 1)


def _mountains(look: _Look, image: Image.Image, horizon: float, rng: np.random.Generator) -> None:
    """Two wireframe ranges either side of the sun."""
    x = canvas.grid()[1][0]
    valley = np.clip(np.abs(x - SIZE_PX / 2) / np.float32(SIZE_PX / 2), 0.05, 1)
    ridge = horizon - (np.abs(canvas.profile(rng, 9, octaves=2)) * 150 + 22) * valley.astype(np.float32)
    canvas.ink(image, look.ground, ImageChops.subtract(canvas.below(ridge), canvas.below(np.full_like(ridge, horizon))))
    knots = range(0, SIZE_PX + 1, 20)
    tops = [(float(k), float(ridge[min(k, SIZE_PX - 1)])) for k in knots]
    wires: list[list[Point]] = [tops]
    wires += [[(kx, horizon - (horizon - ky) * part) for kx, ky in tops] for part in (0.66, 0.33)]
    wires += [[(kx, ky), (kx + 10, horizon)] for kx, ky in tops] + [[(kx, ky), (kx - 10, horizon)] for kx, ky in tops]
    image.paste(_glow(image, canvas.strokes(wires, 0.9, scale=2), look.neon, 5))


def _palm(
    rng: np.random.Generator, x: float, foot: float, height: float, lean: float
) -> tuple[list[Point], list[list[Point]]]:
    """Trunk as a polyline and fronds as polygons."""
    trunk = [(x + lean * height * t**2, foot - height * t) for t in np.linspace(0, 1, 12)]
    top = trunk[-1]
    fronds = []
    for angle in np.linspace(-2.9, -0.2, 9) + rng.uniform(-0.12, 0.12, 9):
        length = height * rng.uniform(0.3, 0.42)
        spine = [
            (top[0] + np.cos(angle) * length * t, top[1] + np.sin(angle) * length * t + length * 0.62 * t**2)
            for t in np.linspace(0, 1, 12)
        ]
        upper = [(sx, sy - length * 0.06 * np.sin(np.pi * i / 11)) for i, (sx, sy) in enumerate(spine)]
        lower = [
            (sx, sy + length * (0.06 + 0.09 * (i % 2)) * np.sin(np.pi * i / 11)) for i, (sx, sy) in enumerate(spine)
        ]
        fronds.append([(float(a), float(b)) for a, b in upper + lower[::-1]])
    return [(float(a), float(b)) for a, b in trunk], fronds


def _palms(look: _Look, image: Image.Image, horizon: float, rng: np.random.Generator) -> None:
    """Palms at both edges, against the light."""
    for x, lean in (
        (float(rng.uniform(20, 80)), 0.16),
        (float(rng.uniform(90, 150)), 0.1),
        (float(rng.uniform(440, 540)), -0.15),
    ):
        height = float(rng.uniform(190, 330))
        trunk, fronds = _palm(rng, x, horizon + 40, height, lean)
        shape = ImageChops.lighter(canvas.strokes([trunk], height * 0.026, scale=2), canvas.polygons(fronds, scale=2))
        canvas.ink(image, look.neon, canvas.shifted(shape, 2, 0).point(lambda level: level // 2))
        canvas.ink(image, canvas.mix(look.ground, "#000000", 0.6), shape)


def _city(look: _Look, image: Image.Image, horizon: float, rng: np.random.Generator) -> None:
    """A skyline with some lights on."""
    x = 0
    while x < SIZE_PX:
        width = int(rng.integers(18, 52))
        edge = abs(x + width / 2 - SIZE_PX / 2) / (SIZE_PX / 2)
        top = round(horizon - rng.uniform(24, 70) - 120 * edge * rng.random())
        image.paste(canvas.mix(look.ground, look.neon, 0.12 * float(rng.random())), (x, top, x + width, round(horizon)))
        image.paste(look.neon, (x, top, x + width, top + 1))
        for row in range(top + 7, round(horizon) - 5, 7):
            for column in range(x + 4, x + width - 4, 6):
                if rng.random() < 0.32:
                    image.paste(look.sun[0] if rng.random() < 0.7 else look.neon, (column, row, column + 2, row + 3))
        x += width


def _pyramids(look: _Look, image: Image.Image, horizon: float, rng: np.random.Generator) -> None:
    """Glass pyramids with lit edges."""
    for middle in (float(rng.uniform(80, 200)), float(rng.uniform(340, 480))):
        height, half = float(rng.uniform(90, 190)), float(rng.uniform(80, 140))
        apex, seam = (middle, horizon - height), (middle + half * float(rng.uniform(-0.3, 0.3)), horizon)
        canvas.ink(
            image, canvas.mix(look.ground, look.neon, 0.25), canvas.polygons([[apex, (middle - half, horizon), seam]])
        )
        canvas.ink(image, look.ground, canvas.polygons([[apex, seam, (middle + half, horizon)]]))
        edges: list[list[Point]] = [[apex, (middle - half, horizon), (middle + half, horizon), apex], [apex, seam]]
        image.paste(_glow(image, canvas.strokes(edges, 1.6, scale=2), look.neon, 8))


def _planet(look: _Look, image: Image.Image, horizon: float, rng: np.random.Generator) -> None:
    """A ringed planet over the sun's shoulder."""
    y, x = canvas.grid()
    centre, radius = (float(rng.choice([92, 468])), float(rng.uniform(176, 216))), float(rng.uniform(32, 50))
    light = ((x - np.float32(centre[0])) - (y - np.float32(centre[1]))) / np.float32(2.4 * radius) + np.float32(0.5)
    image.paste(
        canvas.ramp([look.ground, look.neon, "#ffffff"], light * np.float32(0.8)), (0, 0), canvas.disc(centre, radius)
    )
    turn = np.linspace(0, 2 * np.pi, 80)
    ring = [
        (centre[0] + np.cos(a) * radius * 1.8, centre[1] + np.sin(a) * radius * 0.42 - np.cos(a) * radius * 0.4)
        for a in turn
        if not 3.45 < a < 5.95
    ]
    start = next(i for i, a in enumerate(turn) if a > 5.95)
    ring = ring[start - len(turn) :] + ring[: start - len(turn)] if start < len(turn) else ring
    image.paste(_glow(image, canvas.strokes([ring], 2.0, scale=2), look.neon, 6))


LOOKS = (
    _Look(
        ("#0b0221", "#2a0a52", "#8a1a8c", "#ff5e9c"),
        ("#ffe66b", "#ff8a3c", "#ff2f87"),
        "#ff3fd0",
        "#12032e",
        _mountains,
    ),
    _Look(
        ("#120b3a", "#4a1b72", "#d9446f", "#ffb066"), ("#fff3a6", "#ffb347", "#ff5470"), "#38e0ff", "#160a34", _palms
    ),
    _Look(("#020819", "#07254a", "#0f5a86", "#3bd1d6"), ("#f7ffea", "#7dfff0", "#12b5d4"), "#2ef2ff", "#020f26", _city),
    _Look(
        ("#0a0612", "#2b0b22", "#7a1230", "#ff6038"), ("#fff0a0", "#ffab3d", "#ff3d2e"), "#ff8a2a", "#14060f", _pyramids
    ),
    _Look(
        ("#07041c", "#1a1252", "#4a34b0", "#a78bff"), ("#ffd6f5", "#ff8ae2", "#8d5bff"), "#9d7bff", "#0b0628", _planet
    ),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Sky, stars, sun, scenery, grid, then chrome and neon lettering."""
    look = LOOKS[sleeve.look]
    y, _ = canvas.grid()
    horizon = float(round(rng.uniform(352, 392)))
    image = canvas.ramp(look.sky, y / np.float32(horizon))
    _stars(image, rng, horizon * 0.75)
    _sun(look, image, rng, horizon)
    image = _floor(look, image, rng, horizon)
    look.scenery(look, image, horizon, rng)
    at_top = rng.random() < 0.55
    image = _chrome(look, image, sleeve, y_px=44.0 if at_top else 452.0)
    scan = np.where(np.arange(SIZE_PX) % 3 == 0, 0.9, 1.0).astype(np.float32)
    return canvas.grain(canvas.shade(image, np.broadcast_to(scan[:, None], (SIZE_PX, SIZE_PX))), rng, 5)


def _chrome(look: _Look, image: Image.Image, sleeve: Sleeve, *, y_px: float) -> Image.Image:
    """Artist in chrome with a dark edge, title in neon under it."""
    name = lettering.line(sleeve.artist, _CHROME, cap_px=52, width_px=SIZE_PX - 80)
    x = (SIZE_PX - name.width) // 2
    lettering.put(image, lettering.outlined(name, 4), x - 4, y_px - 4, look.ground)
    steel = canvas.ramp(
        ["#ffffff", look.neon, "#ffffff", "#2a1a4a", look.sun[1], "#fff8e8"],
        np.linspace(0, 1, name.height, dtype=np.float32)[:, None] * np.ones((1, name.width), dtype=np.float32),
    )
    image.paste(steel, (x, round(y_px)), name)
    sign = Image.new("L", image.size, 0)
    title = lettering.line(sleeve.title, _NEON, cap_px=15, width_px=SIZE_PX - 110)
    sign.paste(title, ((SIZE_PX - title.width) // 2, round(y_px) + name.height + 16))
    return _glow(image, sign, look.neon, 10)
