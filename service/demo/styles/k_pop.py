"""K-pop: pastel gels, soap-film blobs and a sheet of stickers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_BUBBLE = Typeface(weight=0.1, stretch=0.95, spacing=0.01)
_SMALL = Typeface(weight=0.035, spacing=0.12)


@dataclass(frozen=True, slots=True)
class _Look:
    ground: tuple[str, ...]
    film: tuple[str, ...]
    pop: str
    dark: str
    backdrop: Callable[["_Look", Image.Image, np.random.Generator], None]


def _metaballs(rng: np.random.Generator, count: int) -> Field:
    """Field above 1 inside soft blobs that run together."""
    total = np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32)
    for _ in range(count):
        centre = (float(rng.uniform(60, 500)), float(rng.uniform(190, 480)))
        total += np.float32(rng.uniform(44, 84) ** 2) / (canvas.distance(centre) ** 2 + 1)
    return total


def _gel(look: _Look, image: Image.Image, field: Field) -> None:
    """Fill the blobs with soap film, rim light and a highlight."""
    y, x = canvas.grid()
    inside = np.clip((field - 1) * 18, 0, 1)
    depth = np.minimum(field, 4)
    shadow = canvas.tone(inside * np.float32(0.5)).filter(ImageFilter.GaussianBlur(10))
    canvas.ink(image, canvas.mix(look.dark, look.ground[0], 0.35), canvas.shifted(shadow, 6, 14))
    bands = np.float32(0.5) + np.float32(0.5) * np.sin(depth * np.float32(3.0) + x / 130 + y / 170)
    image.paste(canvas.ramp(look.film, bands), (0, 0), canvas.tone(inside))
    canvas.ink(image, "#ffffff", canvas.tone(np.exp(-(((field - 1.1) / np.float32(0.07)) ** 2)) * np.float32(0.75)))
    slope_y, slope_x = np.gradient(np.sqrt(depth))
    gleam = np.clip((slope_x + slope_y) * np.float32(55) - np.float32(0.6), 0, 1) * inside
    canvas.ink(image, "#ffffff", canvas.tone(gleam * np.float32(0.75)))


def _blobs(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    _gel(look, image, _metaballs(rng, int(rng.integers(6, 11))))


def _gingham(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """A picnic cloth and one big heart of gel."""
    y, x = canvas.grid()
    pitch = float(rng.choice([40, 56, 70]))
    for axis in (x, y):
        canvas.ink(image, look.film[1], canvas.tone((np.mod(axis, pitch) < pitch / 2) * np.float32(0.42)))
    field = np.zeros_like(x)
    hearts = int(rng.integers(1, 4))
    for number in range(hearts):
        s = float(rng.uniform(128, 150)) if hearts == 1 else float(rng.uniform(66, 92))
        cx = SIZE_PX * (number + 0.5) / hearts + float(rng.uniform(-20, 20))
        turn, cy = float(rng.uniform(-0.35, 0.35)), 315 + float(rng.uniform(-30, 30)) * (hearts > 1) + 40 * (number % 2)
        a, b = (x - np.float32(cx)) / np.float32(s), (np.float32(cy) - y) / np.float32(s)
        u, v = (
            a * np.float32(np.cos(turn)) - b * np.float32(np.sin(turn)),
            a * np.float32(np.sin(turn)) + b * np.float32(np.cos(turn)),
        )
        heart = (u * u + v * v - 1) ** 3 - u * u * v * v * v
        field = np.maximum(field, np.clip(1 - np.cbrt(heart) * np.float32(0.9), 0, 4))
    _gel(look, image, field)


def _checkers(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """A warped checkerboard under floating bubbles."""
    y, x = canvas.grid()
    bend = np.sin(x / np.float32(rng.uniform(60, 110)) + np.float32(rng.uniform(0, 6))) * np.float32(
        rng.uniform(12, 34)
    )
    cell = np.float32(rng.choice([40, 56]))
    board = np.sin((x + np.sin(y / 80) * 14) * np.float32(np.pi) / cell) * np.sin((y + bend) * np.float32(np.pi) / cell)
    canvas.ink(image, look.film[0], canvas.coverage(board * cell / 3))
    for _ in range(7):
        centre, radius = (float(rng.uniform(40, 520)), float(rng.uniform(150, 510))), float(rng.uniform(26, 84))
        away = canvas.distance(centre) / np.float32(radius)
        film = canvas.ramp(look.film, np.float32(0.5) + np.float32(0.5) * np.sin(away * 4 + y / 60))
        image.paste(
            film,
            (0, 0),
            canvas.tone(
                np.clip((1 - away) * np.float32(radius), 0, 1) * (np.float32(0.35) + np.float32(0.6) * away**3)
            ),
        )
        gleam = canvas.distance((centre[0] - radius * 0.36, centre[1] - radius * 0.4)) / np.float32(radius * 0.2)
        canvas.ink(image, "#ffffff", canvas.tone(canvas.smoothstep(1.1, 0.7, gleam) * np.float32(0.9)))


def _sunburst(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Pastel rays behind a scalloped badge."""
    y, x = canvas.grid()
    angle = np.arctan2(y - 300, x - 280)
    rays = np.sin(angle * int(rng.integers(9, 16)) + np.float32(rng.uniform(0, 6)))
    canvas.ink(image, look.film[1], canvas.tone(np.clip(rays * 40, 0, 1) * np.float32(0.6)))
    lobes = int(rng.integers(10, 17))
    for share, colour in ((1.0, "#ffffff"), (0.93, look.film[0]), (0.74, look.film[2])):
        edge = np.float32(200 * share) + np.cos(angle * lobes) * np.float32(13 * share)
        canvas.ink(image, colour, canvas.coverage(edge - canvas.distance((280, 300))))
    petals, reach = int(rng.integers(5, 9)), np.float32(rng.uniform(104, 132))
    edge = reach * (np.float32(0.76) + np.float32(0.24) * np.cos((angle + np.float32(rng.uniform(0, 1))) * petals))
    _gel(look, image, np.clip(1 + (1 - canvas.distance((280, 300)) / edge) * np.float32(1.6), 0, 4))
    canvas.ink(image, "#ffffff", canvas.disc((280, 300), 34))
    canvas.ink(image, look.pop, canvas.disc((280, 300), 27))


def _clouds(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Puffy clouds and a rainbow."""
    centre = (float(rng.uniform(160, 400)), float(rng.uniform(390, 450)))
    away = canvas.distance(centre)
    for band, colour in enumerate((*look.film, look.pop)):
        canvas.ink(image, colour, canvas.coverage(np.float32(13) - np.abs(away - np.float32(260 - 26 * band))))
    for level in range(3):
        soft = Image.new("L", image.size, 0)
        for _ in range(13):
            spot = (float(rng.uniform(-20, 580)), 430 + 60 * level + float(rng.uniform(-40, 30)))
            soft = ImageChops.lighter(soft, canvas.disc(spot, float(rng.uniform(34, 74))))
        colour = canvas.mix("#ffffff", look.film[level % len(look.film)], 0.34 - 0.16 * level)
        canvas.ink(image, look.dark, canvas.shifted(soft, 0, -3).point(lambda value: value // 7))
        canvas.ink(image, colour, soft)


LOOKS = (
    _Look(
        ("#ffd9ec", "#e3d5ff", "#cfe8ff"), ("#ff9fd2", "#b9a4ff", "#8fd6ff", "#fff0b8"), "#ff5aa8", "#5b3f8f", _blobs
    ),
    _Look(("#fff4f7", "#ffe3ea"), ("#ff8fab", "#ffc2d1", "#ff6f91", "#ffe5d9"), "#ff3d6e", "#8a1f45", _gingham),
    _Look(
        ("#d8fff0", "#c9f3ff", "#e8e4ff"), ("#8ff0cf", "#9fd8ff", "#c7b2ff", "#fdffb6"), "#00b894", "#1f4e5f", _checkers
    ),
    _Look(("#fff3c9", "#ffe0b5"), ("#ffb84d", "#ffd97a", "#ff8f66", "#fff6d6"), "#ff6b3d", "#7a3b1d", _sunburst),
    _Look(
        ("#a9d4ff", "#cfe6ff", "#ffe3f3"), ("#ffb3d9", "#ffe08a", "#a8edc8", "#a9c6ff"), "#6c7bff", "#2f3f8f", _clouds
    ),
)


def _star(points: int, sharp: float) -> list[Point]:
    turns = [(np.pi * k / points, 1.0 if k % 2 == 0 else sharp) for k in range(2 * points)]
    return [(float(r * np.sin(a)), float(-r * np.cos(a))) for a, r in turns]


def _heart() -> list[Point]:
    t = np.linspace(0, 2 * np.pi, 40)
    return [
        (float(np.sin(a) ** 3), float(-(13 * np.cos(a) - 5 * np.cos(2 * a) - 2 * np.cos(3 * a) - np.cos(4 * a)) / 16))
        for a in t
    ]


def _daisy(petals: int) -> list[Point]:
    t = np.linspace(0, 2 * np.pi, 120)
    return [
        (float((0.72 + 0.28 * np.cos(petals * a)) * np.cos(a)), float((0.72 + 0.28 * np.cos(petals * a)) * np.sin(a)))
        for a in t
    ]


def _sticker(look: _Look, image: Image.Image, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """A die-cut sticker: white border, small shadow, a face on some."""
    kind = int(rng.integers(5))
    outline = (_star(5, 0.55), _star(4, 0.3), _heart(), _daisy(6), _daisy(12))[kind]
    turn = float(rng.uniform(-0.5, 0.5))
    cos, sin = np.cos(turn), np.sin(turn)
    placed = [(float(x + size * (a * cos - b * sin)), float(y + size * (a * sin + b * cos))) for a, b in outline]
    shape = canvas.polygons([placed])
    box = (
        max(0, int(x - size * 1.5)),
        max(0, int(y - size * 1.5)),
        min(SIZE_PX, int(x + size * 1.5)),
        min(SIZE_PX, int(y + size * 1.5)),
    )
    small = shape.crop(box)
    border = lettering.outlined(small, 5)
    canvas.ink(image, look.dark, border.point(lambda level: level // 4), (box[0] - 3, box[1] - 1))
    canvas.ink(image, "#ffffff", border, (box[0] - 5, box[1] - 5))
    fill = str(rng.choice([look.pop, *look.film]))
    canvas.ink(image, fill, small, box[:2])
    if kind in (2, 3, 4) and size > 22:
        for side in (-1, 1):
            canvas.ink(image, look.dark, canvas.disc((x + side * size * 0.22, y - size * 0.08), size * 0.07))
            canvas.ink(
                image,
                canvas.mix(fill, look.pop, 0.6),
                canvas.disc((x + side * size * 0.38, y + size * 0.1), size * 0.09),
            )
        smile = [
            (x + size * 0.14 * np.cos(a), y + size * 0.06 + size * 0.12 * np.sin(a))
            for a in np.linspace(0.1, np.pi - 0.1, 9)
        ]
        canvas.ink(image, look.dark, canvas.strokes([smile], max(1.5, size * 0.06)))


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Gradient, backdrop, stickers, bubble lettering."""
    look = LOOKS[sleeve.look]
    y, _ = canvas.grid()
    image = canvas.ramp(look.ground, y / SIZE_PX + canvas.noise(rng, 2, octaves=2) * np.float32(0.25))
    look.backdrop(look, image, rng)
    spots = [(70, 180), (490, 200), (80, 430), (480, 440), (280, 500), (170, 300), (400, 320)]
    for place in rng.permutation(len(spots))[: int(rng.integers(4, 7))]:
        sx, sy = spots[int(place)]
        _sticker(
            look,
            image,
            rng,
            sx + float(rng.uniform(-26, 26)),
            sy + float(rng.uniform(-26, 26)),
            float(rng.uniform(17, 46)),
        )
    _bubble_name(look, image, sleeve, rng)
    glitter = rng.uniform(0, SIZE_PX, (16, 2))
    sparks = [[(float(gx + a * 8), float(gy + b * 8)) for a, b in _star(4, 0.18)] for gx, gy in glitter]
    canvas.ink(image, "#ffffff", canvas.polygons(sparks))
    return canvas.grain(image, rng, 3)


def _bubble_name(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    name = lettering.line(sleeve.artist, _BUBBLE, cap_px=66, width_px=SIZE_PX - 70)
    tilt = float(rng.uniform(-4, 4))
    name = lettering.rotated(name, tilt)
    x, y = (SIZE_PX - name.width) // 2, 34
    lettering.put(image, lettering.outlined(name, 12), x - 12, y - 10, look.dark)
    lettering.put(image, lettering.outlined(name, 7), x - 7, y - 7, "#ffffff")
    fill = canvas.ramp(
        [look.pop, look.film[0], look.film[1]],
        np.linspace(0, 1, name.height, dtype=np.float32)[:, None] * np.ones((1, name.width), np.float32),
    )
    image.paste(fill, (x, y), name)
    title = lettering.line(sleeve.title, _SMALL, cap_px=15, width_px=SIZE_PX - 140)
    left, top = (SIZE_PX - title.width) // 2 - 18, SIZE_PX - 62
    pill = Image.new("L", (title.width + 36, 40), 0)
    py, px = np.mgrid[0 : pill.height, 0 : pill.width].astype(np.float32)
    plate = np.hypot(np.maximum(np.abs(px - pill.width / 2) - (pill.width / 2 - 20), 0), py - 20)
    pill = canvas.coverage(np.float32(19.5) - plate)
    canvas.ink(image, "#ffffff", pill, (left, top))
    lettering.put(image, title, SIZE_PX / 2, top + 20, look.dark, anchor=(0.5, 0.5))
