"""Black metal: spruces in fog under a low moon, and a logo nobody can read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_LOGO = Typeface(weight=0.015, stretch=0.72, spacing=-0.02)
_SMALL = Typeface(spacing=0.55)


@dataclass(frozen=True, slots=True)
class _Look:
    night: tuple[str, ...]
    fog: str
    dark: str
    logo: str
    scene: Callable[["_Look", Image.Image, np.random.Generator], None]


def _sky(look: _Look, rng: np.random.Generator) -> Image.Image:
    y, _ = canvas.grid()
    clouds = canvas.noise(rng, 3, octaves=5, gain=0.55, aspect=2.2)
    return canvas.ramp(look.night, y / np.float32(SIZE_PX) + clouds * np.float32(0.28))


def _moon(look: _Look, image: Image.Image, rng: np.random.Generator, centre: Point, radius_px: float) -> None:
    glow = np.exp(-np.maximum(canvas.distance(centre) - np.float32(radius_px), 0) / np.float32(radius_px * 1.1))
    canvas.ink(image, look.fog, canvas.tone(glow * np.float32(0.5)))
    face = np.float32(0.86) + canvas.noise(rng, 14, octaves=3) * np.float32(0.3)
    disc = canvas.disc(centre, radius_px)
    canvas.ink(image, canvas.mix(look.fog, "#ffffff", 0.6), ImageChops.multiply(disc, canvas.tone(face)))


def _spruce(rng: np.random.Generator, x: float, foot: float, height: float) -> list[Point]:
    """Outline of one spruce: drooping boughs that widen towards the ground."""
    tiers = max(7, int(height / 9))
    left: list[Point] = []
    right: list[Point] = []
    spread = height * rng.uniform(0.13, 0.19)
    for tier in range(tiers):
        t = (tier + 1) / tiers
        y = foot - height * (1 - t)
        for side, points in ((-1, left), (1, right)):
            reach = spread * t**0.85 * rng.uniform(0.55, 1.1)
            points.append((x + side * reach, y + height * 0.018 * rng.uniform(0.2, 1.6)))
            points.append((x + side * reach * 0.32, y - height * 0.004))
    return [(x, foot - height), *right, (x, foot), *reversed(left)]


def _forest(rng: np.random.Generator, ground: Field, *, count: int, low: float, high: float) -> Image.Image:
    """Mask of trees standing on a skyline."""
    shapes = []
    for x in np.sort(rng.uniform(-20, SIZE_PX + 20, count)):
        foot = float(ground[min(max(int(x), 0), SIZE_PX - 1)]) + 8
        shapes.append(_spruce(rng, float(x), foot, float(rng.uniform(low, high))))
    return ImageChops.lighter(canvas.polygons(shapes, scale=2), canvas.below(ground))


def _fog(
    look: _Look, image: Image.Image, rng: np.random.Generator, y_px: float, depth_px: float, strength: float
) -> None:
    y, _ = canvas.grid()
    wisps = canvas.noise(rng, 3, octaves=3, aspect=3)
    bank = np.exp(-(((y - np.float32(y_px)) / np.float32(depth_px)) ** 2)) * (np.float32(0.8) + wisps * np.float32(0.5))
    canvas.ink(image, look.fog, canvas.tone(bank * np.float32(strength)))


def _deep_forest(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    _moon(look, image, rng, (float(rng.uniform(140, 420)), float(rng.uniform(190, 260))), float(rng.uniform(26, 52)))
    layers = 4
    for layer in range(layers):
        t = layer / (layers - 1)
        ground = 360 + 150 * t + canvas.profile(rng, 3) * np.float32(26)
        trees = _forest(rng, ground, count=int(64 - 40 * t), low=60 + 80 * t, high=110 + 170 * t)
        canvas.ink(image, canvas.mix(look.fog, look.dark, 0.3 + 0.7 * t), trees)
        if layer < layers - 1:
            _fog(look, image, rng, 385 + 130 * t, 46, 0.7)


def _peak(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    y, x = canvas.grid()
    summit = float(rng.uniform(180, 380))
    across = np.abs(x[0] - np.float32(summit))
    ridge = (
        215
        + across ** np.float32(0.93) * np.float32(rng.uniform(0.72, 0.95))
        + canvas.profile(rng, 9, octaves=5, gain=0.6) * 34
    )
    rock = canvas.noise(rng, 6, octaves=6, gain=0.62) * np.float32(150)
    facing = np.gradient(rock, axis=1) - np.gradient(rock, axis=0) * np.float32(0.5)
    lit = (
        np.float32(0.34)
        - facing * np.float32(0.2)
        + (np.float32(summit) - x) / np.float32(900)
        - (y - 300) / np.float32(700)
    )
    stone = canvas.ramp([look.dark, canvas.mix(look.dark, look.fog, 0.35), "#dfe6ec", "#ffffff"], lit)
    image.paste(stone, (0, 0), canvas.below(ridge))
    _fog(look, image, rng, 440, 70, 0.75)
    ground = 500 + canvas.profile(rng, 3) * np.float32(20)
    canvas.ink(image, look.dark, _forest(rng, ground, count=46, low=50, high=120))


def _lake(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    shore = 372
    _moon(look, image, rng, (SIZE_PX / 2 + float(rng.uniform(-60, 60)), 262), float(rng.uniform(34, 58)))
    for t in (0.0, 1.0):
        ground = shore - 22 + 20 * t + canvas.profile(rng, 2) * np.float32(14)
        trees = _forest(rng, ground, count=52, low=36 + 30 * t, high=80 + 60 * t)
        canvas.ink(image, canvas.mix(look.fog, look.dark, 0.5 + 0.5 * t), trees)
    above = image.crop((0, shore * 2 - SIZE_PX, SIZE_PX, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = canvas.mix(look.dark, look.night[0], 0.3)
    mirror = Image.blend(above, Image.new("RGB", above.size, water), 0.4).filter(ImageFilter.BoxBlur((1, 5)))
    image.paste(mirror, (0, shore))
    _fog(look, image, rng, shore, 16, 0.8)


def _church(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    _moon(look, image, rng, (float(rng.uniform(110, 450)), 230), 30)
    ground = 452 + canvas.profile(rng, 2) * np.float32(16)
    far = _forest(rng, ground - 34, count=50, low=40, high=110)
    canvas.ink(image, canvas.mix(look.fog, look.dark, 0.45), far)
    _fog(look, image, rng, 440, 60, 0.6)
    x, foot, s = float(rng.uniform(220, 340)), 490.0, float(rng.uniform(0.95, 1.25))
    nave: list[Point] = [(x - 20 * s, foot + 50), (x - 20 * s, foot - 60 * s), (x + 30 * s, foot - 108 * s)]
    nave += [(x + 100 * s, foot - 100 * s), (x + 128 * s, foot - 56 * s), (x + 128 * s, foot + 50)]
    tower: list[Point] = [
        (x - 30 * s, foot + 50),
        (x - 30 * s, foot - 130 * s),
        (x - 36 * s, foot - 132 * s),
        (x - 4 * s, foot - 262 * s),
    ]
    tower += [(x + 28 * s, foot - 132 * s), (x + 22 * s, foot - 130 * s), (x + 22 * s, foot + 50)]
    cross: list[list[Point]] = [[(x - 4 * s, foot - 292 * s), (x - 4 * s, foot - 255 * s)]]
    cross.append([(x - 13 * s, foot - 270 * s), (x + 5 * s, foot - 270 * s)])
    canvas.ink(image, look.dark, ImageChops.lighter(canvas.polygons([nave, tower]), canvas.strokes(cross, 3.2)))
    window = canvas.polygons(
        [
            [
                (x - 11 * s, foot - 84 * s),
                (x - 4 * s, foot - 104 * s),
                (x + 3 * s, foot - 84 * s),
                (x + 3 * s, foot - 60 * s),
                (x - 11 * s, foot - 60 * s),
            ]
        ]
    )
    canvas.ink(image, canvas.mix(look.fog, "#f0c070", 0.5), window)
    canvas.ink(image, look.dark, _forest(rng, ground + 40, count=30, low=30, high=90))
    stones = [
        [(a, 552.0), (a, 526.0), (a + 5, 520.0), (a + 14, 526.0), (a + 15, 552.0)]
        for a in map(float, rng.uniform(0, 540, 9))
    ]
    canvas.ink(image, "#000000", canvas.polygons(stones))


def _blizzard(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    for t in (0.0, 0.5, 1.0):
        ground = 430 + 90 * t + canvas.profile(rng, 2) * np.float32(20)
        trees = _forest(rng, ground, count=int(26 - 14 * t), low=120 + 80 * t, high=200 + 190 * t)
        bare = canvas.mix(look.fog, look.dark, 0.35 + 0.65 * t)
        canvas.ink(image, bare, trees)
        snow = canvas.below(ground + 6)
        canvas.ink(image, canvas.mix(look.fog, "#ffffff", 0.25 + 0.2 * t), snow)
        _fog(look, image, rng, 400 + 60 * t, 90, 0.42)
    for length, count in ((5, 700), (11, 420), (20, 90)):
        starts = rng.uniform(-20, SIZE_PX + 20, (count, 2))
        flakes: list[list[Point]] = [
            [(float(a), float(b)), (float(a + length), float(b + length * 0.45))] for a, b in starts
        ]
        canvas.ink(
            image, "#eef1f3", canvas.strokes(flakes, 1.0 + length / 18, scale=2).point(lambda level: level * 7 // 10)
        )


LOOKS = (
    _Look(("#07090c", "#1b242c", "#5b6a74", "#8e9ba1"), "#a3b0b6", "#050709", "#e6ebee", _deep_forest),
    _Look(("#05070d", "#152033", "#3c5675", "#7893ad"), "#8fa9c0", "#04060a", "#eaf1f8", _peak),
    _Look(("#0a0505", "#241010", "#5a2420", "#96503c"), "#a8705c", "#080304", "#efe1d8", _lake),
    _Look(("#060906", "#141d16", "#3c4f3e", "#7a8b74"), "#8d9c87", "#040604", "#e8eee2", _church),
    _Look(("#30353a", "#5d6369", "#989ea3", "#c4c9cc"), "#b9c0c4", "#0a0b0d", "#f4f6f7", _blizzard),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Scene, logo at the head, the title in small wide-set capitals at the foot."""
    look = LOOKS[sleeve.look]
    image = _sky(look, rng)
    look.scene(look, image, rng)
    image = canvas.shade(image, canvas.vignette(0.55))
    logo = _logo(sleeve.artist)
    lettering.put(image, logo, SIZE_PX / 2, 12, look.logo, anchor=(0.5, 0))
    title = lettering.line(sleeve.title, _SMALL, cap_px=11, width_px=SIZE_PX - 90)
    if rng.random() < 0.75:
        dark_band = canvas.tone(
            np.exp(-(((canvas.grid()[0] - (SIZE_PX - 26)) / np.float32(26)) ** 2)) * np.float32(0.55)
        )
        canvas.ink(image, "#000000", dark_band)
        lettering.put(image, title, SIZE_PX / 2, SIZE_PX - 26, look.logo, anchor=(0.5, 0.5))
    return canvas.grain(image, rng, 9)


@lru_cache(maxsize=32)
def _logo(name: str) -> Image.Image:
    """The name drawn out into thorns, mirrored about its middle. An artist keeps one logo: it is seeded by the name."""
    width, height, scale = 470, 190, 3
    word = lettering.filling(name, _LOGO, 330 * scale, 62 * scale)
    mask = Image.new("L", (width * scale, height * scale), 0)
    mask.paste(word, ((width * scale - word.width) // 2, 62 * scale))
    columns = np.asarray(mask)
    pen = ImageDraw.Draw(mask)
    middle = width * scale / 2
    for side in (-1, 1):
        thorns = np.random.default_rng([ord(letter) for letter in name])
        for _ in range(46):
            reach = thorns.uniform(0.02, 1.0)
            x = middle + side * reach * 165 * scale
            filled = np.flatnonzero(columns[:, int(x)] > 128)
            upward = thorns.random() < 0.5
            length = thorns.uniform(8, 26 + 44 * reach**2) * scale
            lean = thorns.uniform(-0.15, 0.9) * side
            base = thorns.uniform(2.2, 4.6) * scale
            if not filled.size:
                continue
            y = float(filled[0] + 6 if upward else filled[-1] - 6)
            _thorn(pen, (x, y), length, lean, base, upward=upward)
        for level in (0.2, 0.5, 0.8):
            root = (middle + side * 160 * scale, (62 + 62 * level) * scale)
            _branch(pen, thorns, root, side, 58 * scale, 6.0 * scale, depth=3)
    _thorn(pen, (middle, 70 * scale), 54 * scale, 0.0, 7.0 * scale, upward=True)
    _thorn(pen, (middle, 116 * scale), 70 * scale, 0.0, 7.0 * scale, upward=False)
    return mask.reduce(scale)


def _thorn(pen: ImageDraw.ImageDraw, root: Point, length: float, lean: float, base: float, *, upward: bool) -> None:
    x, y = root
    rise = -length if upward else length
    bend = (x + lean * length * 0.2, y + rise * 0.55)
    pen.polygon(
        [
            (x - base, y),
            (bend[0] - base * 0.28, bend[1]),
            (x + lean * length, y + rise),
            (bend[0] + base * 0.28, bend[1]),
            (x + base, y),
        ],
        fill=255,
    )


def _branch(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    root: Point,
    side: int,
    length: float,
    width: float,
    *,
    depth: int,
) -> None:
    """A thinning twig that forks sideways."""
    x, y = root
    angle = rng.uniform(-0.9, 0.9)
    tip = (x + side * length * np.cos(angle), y + length * np.sin(angle))
    pen.polygon([(x, y - width / 2), tip, (x, y + width / 2)], fill=255)
    if depth:
        for _ in range(2):
            t = rng.uniform(0.25, 0.6)
            fork = (x + (tip[0] - x) * t, y + (tip[1] - y) * t)
            _branch(pen, rng, fork, side, length * rng.uniform(0.45, 0.75), width * 0.6, depth=depth - 1)
