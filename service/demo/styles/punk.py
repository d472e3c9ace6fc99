"""Punk: photocopies torn and pasted down, the name cut letter by letter from other people's headlines."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_CUTS = (
    Typeface(weight=0.06),
    Typeface(weight=0.02, serif=True),
    Typeface(weight=0.05, stretch=0.7),
    Typeface(weight=0.03, capitals=False),
    Typeface(weight=0.07, stretch=1.2),
    Typeface(weight=0.03, slant=0.2),
)
_TYPED = Typeface(weight=0.02, spacing=0.1)


@dataclass(frozen=True, slots=True)
class _Look:
    ground: str
    shock: str
    ink: str
    photo: Callable[[np.random.Generator], Field]


def _xerox(dark: Field, rng: np.random.Generator) -> Image.Image:
    """What a bad copier keeps of a picture: hard black, dropouts, streaks and specks."""
    toner = (
        dark + rng.normal(0, 0.17, dark.shape).astype(np.float32) + canvas.noise(rng, 6, octaves=3) * np.float32(0.22)
    )
    streaks = canvas.profile(rng, 90, octaves=2)[None, :] * np.float32(0.16)
    return canvas.tone(canvas.smoothstep(0.46, 0.6, toner + streaks))


def _eyes(rng: np.random.Generator) -> Field:
    """A pair of eyes, enlarged until they stop being kind."""
    y, x = canvas.grid()
    dark = 0.34 + canvas.noise(rng, 4, octaves=3) * np.float32(0.3)
    level = float(rng.uniform(250, 320))
    for side in (-1, 1):
        cx = 280 + side * 140
        u, v = (x - cx) / np.float32(120), (y - np.float32(level)) / np.float32(62)
        lid = 1 - u * u - np.abs(v) ** np.float32(1.4)
        ball = np.where(lid > 0, np.float32(0.08), dark)
        iris = canvas.distance((cx + float(rng.uniform(-10, 10)), level)) / np.float32(48)
        ball = np.where((lid > 0) & (iris < 1), 0.5 + 0.4 * np.sin(np.arctan2(y - level, x - cx) * 30), ball)
        ball = np.where((lid > 0) & (iris < 0.45), np.float32(1), ball)
        ball = np.where(np.abs(lid) < 0.12, np.float32(1), ball)
        dark = np.where((v < -1.1) & (v > -1.7 - 0.25 * side * u) & (np.abs(u) < 1.15), np.float32(0.95), ball)
    return dark.astype(np.float32)


def _crowd(rng: np.random.Generator) -> Field:
    """Heads in front of a lit stage."""
    y, x = canvas.grid()
    dark = canvas.smoothstep(40, 420, canvas.distance((float(rng.uniform(140, 420)), 90))) * np.float32(0.75)
    for row in range(4):
        foot = 250 + row * 78
        for cx in np.arange(-20, 600, 74) + rng.uniform(-24, 24):
            r = rng.uniform(25, 36)
            head = (x - np.float32(cx)) ** 2 / np.float32(r) ** 2 + (y - np.float32(foot)) ** 2 / np.float32(
                r * 1.3
            ) ** 2
            body = (x - np.float32(cx)) ** 2 / np.float32(r * 1.9) ** 2 + (
                y - np.float32(foot + r * 2.6)
            ) ** 2 / np.float32(r * 1.7) ** 2
            rim = np.minimum(head, body)
            dark = np.where(rim < 1, np.where(rim > 0.82, np.float32(0.1 + 0.12 * row), np.float32(1)), dark)
    return dark.astype(np.float32)


def _television(rng: np.random.Generator) -> Field:
    """A set with nothing on it."""
    y, x = canvas.grid()
    cx, cy, w, h = 280.0, float(rng.uniform(290, 320)), 196.0, 150.0
    dark = np.full_like(x, 0.12) + canvas.noise(rng, 3, octaves=2) * np.float32(0.2)
    power = np.float32(7)
    case = np.abs((x - cx) / np.float32(w)) ** power + np.abs((y - cy) / np.float32(h)) ** power
    screen = np.abs((x - cx + 36) / np.float32(w * 0.72)) ** 5 + np.abs((y - cy) / np.float32(h * 0.78)) ** 5
    dark = np.where(case < 1, np.float32(0.94), dark)
    bars = 0.5 + 0.5 * np.sin(y / np.float32(3.4) + canvas.profile(rng, 14)[:, None] * 9)
    picture = bars * np.float32(0.5) + np.abs(canvas.noise(rng, 40, octaves=2)) * np.float32(0.6)
    dark = np.where(screen < 1, picture, dark)
    for knob in (-70, -24):
        dark = np.where(canvas.distance((cx + 150, cy + knob)) < 17, np.float32(0.1), dark)
    grille = (np.abs(x - (cx + 150)) < 26) & (y > cy + 10) & (y < cy + 110) & (np.mod(y, 12) < 5)
    return np.where(grille, np.float32(0.1), dark).astype(np.float32)


def _towers(rng: np.random.Generator) -> Field:
    """Tower blocks from below, all windows alike."""
    y, x = canvas.grid()
    dark = canvas.smoothstep(0, 520, y) * np.float32(0.3) + np.abs(canvas.noise(rng, 3, octaves=4)) * np.float32(0.4)
    for left, width, top in zip((-20, 150, 350), rng.uniform(130, 190, 3), rng.uniform(120, 260, 3), strict=True):
        lean = (x - 280) * (y - np.float32(top)) * np.float32(0.0004)
        a = x - np.float32(left) - lean
        inside = (a > 0) & (a < width) & (y > top)
        windows = (np.mod(a, 22) > 8) & (np.mod(y - np.float32(top), 26) > 12)
        dark = np.where(inside, np.where(windows, np.float32(0.2), np.float32(0.9)), dark)
        dark = np.where(inside & (a > width * 0.72), np.float32(1), dark)
    return dark.astype(np.float32)


def _fist(rng: np.random.Generator) -> Field:
    """A raised fist over a burst."""
    y, x = canvas.grid()
    angle = np.arctan2(y - 300, x - 280)
    dark = np.where(
        np.sin(angle * int(rng.integers(14, 24)) + np.float32(rng.uniform(0, 6))) > 0, np.float32(0.8), np.float32(0.1)
    )
    s = np.float32(rng.uniform(0.95, 1.15))
    u, v = (x - 280) / s, (y - 270) / s
    arm = (np.abs(u + 4 + v * np.float32(0.05)) < 62 + v * np.float32(0.06)) & (v > 60)
    palm = np.abs(u / 104) ** 4 + np.abs((v - 20) / 92) ** 4 < 1
    figure = np.where(arm | palm, np.float32(0.22), np.float32(-1))
    figure = np.where((arm | palm) & (u > 30), np.float32(0.6), figure)
    for finger in range(4):
        fx = -78 + 52 * finger
        bump = np.abs((u - fx) / 25) ** 3 + np.abs((v + 46) / 46) ** 3
        figure = np.where(bump < 1, np.where(bump > 0.7, np.float32(1), np.float32(0.14)), figure)
    thumb = np.abs((u + 10 + v * np.float32(0.3)) / 84) ** 3 + np.abs((v - 26 - u * np.float32(0.18)) / 26) ** 3
    figure = np.where(thumb < 1, np.where(thumb > 0.72, np.float32(1), np.float32(0.1)), figure)
    return np.where(figure >= 0, figure, dark).astype(np.float32)


LOOKS = (
    _Look("#f6ec1e", "#ff2d87", "#0d0d0d", _eyes),
    _Look("#efece4", "#e3231b", "#0c0c0c", _crowd),
    _Look("#ff3f8e", "#f8f06a", "#100c10", _television),
    _Look("#b9e03a", "#ff5a1f", "#0d100b", _towers),
    _Look("#ff6a13", "#f5f1e6", "#120c08", _fist),
)


def _torn(rng: np.random.Generator, box: tuple[float, float, float, float], tilt: float) -> list[Point]:
    """A rectangle with ragged edges, turned by `tilt` radians."""
    left, top, right, bottom = box
    count = 26
    t = np.linspace(0, 1, count, endpoint=False)
    ragged = rng.normal(0, 2.6, (4, count))
    xs = np.concatenate([left + (right - left) * t, right + ragged[0], right - (right - left) * t, left + ragged[1]])
    ys = np.concatenate([top + ragged[2], top + (bottom - top) * t, bottom + ragged[3], bottom - (bottom - top) * t])
    cx, cy = (left + right) / 2, (top + bottom) / 2
    cos, sin = np.cos(tilt), np.sin(tilt)
    return [
        (float(cx + (a - cx) * cos - (b - cy) * sin), float(cy + (a - cx) * sin + (b - cy) * cos))
        for a, b in zip(xs, ys, strict=True)
    ]


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Ground, torn photocopy, tape, ransom-note name, typed title, dirt."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.ground)
    for _ in range(2):
        x, y = rng.uniform(-80, 300, 2)
        strip = _torn(
            rng,
            (float(x), float(y), float(x + rng.uniform(160, 420)), float(y + rng.uniform(60, 240))),
            float(rng.uniform(-0.3, 0.3)),
        )
        canvas.ink(image, look.shock if rng.random() < 0.6 else look.ink, canvas.polygons([strip], scale=2))
    tilt = float(rng.uniform(-0.09, 0.09))
    inset = float(rng.uniform(34, 84))
    sheet = canvas.polygons([_torn(rng, (inset, 150, SIZE_PX - inset, 500), tilt)], scale=2)
    canvas.ink(image, "#000000", canvas.shifted(sheet, 5, 6).point(lambda level: level // 2))
    edge = canvas.polygons([_torn(rng, (inset - 5, 145, SIZE_PX - inset + 5, 505), tilt)], scale=2)
    canvas.ink(image, "#f4f2ec", edge)
    canvas.ink(image, "#f4f2ec" if rng.random() < 0.6 else look.shock, sheet)
    canvas.ink(image, look.ink, ImageChops.multiply(_xerox(look.photo(rng), rng), sheet))
    if rng.random() < 0.5:
        _censor(image, look, rng)
    for _ in range(2):
        _tape(image, rng, float(rng.uniform(60, 500)), float(rng.choice([150, 498])))
    _ransom(image, look, sleeve.artist, rng)
    _typed(image, sleeve.title, rng)
    dirt = canvas.tone(
        canvas.smoothstep(0.93, 1.0, rng.random((SIZE_PX, SIZE_PX), dtype=np.float32))
        * canvas.smoothstep(0.1, 0.6, canvas.noise(rng, 5, octaves=3))
    )
    canvas.ink(image, look.ink, dirt)
    return canvas.grain(image, rng, 7)


def _censor(image: Image.Image, look: _Look, rng: np.random.Generator) -> None:
    """A brushed stroke across the picture."""
    y = float(rng.uniform(240, 420))
    stroke = canvas.polygons(
        [_torn(rng, (60, y, 500, y + float(rng.uniform(26, 52))), float(rng.uniform(-0.3, 0.3)))], scale=2
    )
    dry = canvas.tone(canvas.smoothstep(-0.75, -0.35, canvas.noise(rng, 8, octaves=3, aspect=12)))
    canvas.ink(image, look.shock, ImageChops.multiply(stroke, dry))


def _tape(image: Image.Image, rng: np.random.Generator, x: float, y: float) -> None:
    piece = canvas.polygons([_torn(rng, (x - 42, y - 13, x + 42, y + 13), float(rng.uniform(-0.8, 0.8)))], scale=2)
    canvas.ink(image, "#e9dca8", piece.point(lambda level: level * 72 // 100))


def _ransom(image: Image.Image, look: _Look, name: str, rng: np.random.Generator) -> None:
    """Each letter from another headline, in its own scrap."""
    rows = lettering.wrap(name, 9) if len(name) > 11 else [name]
    height = 96 if len(rows) == 1 else 66
    for number, row in enumerate(rows[:2] if len(rows) < 3 else [rows[0], " ".join(rows[1:])]):
        scraps = [None if letter == " " else _scrap(letter, look, rng, height) for letter in row]
        total = sum(20 if scrap is None else scrap.width - 8 for scrap in scraps)
        fit = min(1.0, (SIZE_PX - 24) / total)
        x = (SIZE_PX - total * fit) / 2
        for scrap in scraps:
            if scrap is None:
                x += 20 * fit
                continue
            small = scrap.resize(
                (max(1, round(scrap.width * fit)), max(1, round(scrap.height * fit))), Image.Resampling.BICUBIC
            )
            y = 16 + number * (height + 4) + float(rng.uniform(-5, 7))
            image.paste(small.convert("RGB"), (round(x), round(y)), small.getchannel("A"))
            x += (scrap.width - 8) * fit


def _scrap(letter: str, look: _Look, rng: np.random.Generator, height: int) -> Image.Image:
    """One letter on one piece of paper, a little crooked."""
    face = _CUTS[int(rng.integers(len(_CUTS)))]
    mask = lettering.line(letter, face, cap_px=height * 0.56)
    pairs = [
        ("#f7f4ea", "#0d0d0d"),
        ("#0d0d0d", "#f7f4ea"),
        (look.shock, "#0d0d0d"),
        ("#d8d2c0", look.ink),
        ("#f7f4ea", "#c8261e"),
    ]
    back, front = pairs[int(rng.integers(len(pairs)))]
    pad = int(rng.integers(7, 13))
    size = (mask.width + 2 * pad, max(mask.height + 2 * pad, round(height * 0.8)))
    piece = Image.new("RGBA", (size[0] + 6, size[1] + 6), (0, 0, 0, 0))
    shape = [
        (int(a), int(b))
        for a, b in np.array([(2, 2), (size[0], 2), (size[0], size[1]), (2, size[1])]) + rng.integers(-2, 4, (4, 2))
    ]
    ImageDraw.Draw(piece).polygon([(a + 2, b + 3) for a, b in shape], fill=(0, 0, 0, 110))
    ImageDraw.Draw(piece).polygon(shape, fill=back)
    piece.paste(front, (pad, (size[1] - mask.height) // 2), mask)
    return piece.rotate(float(rng.uniform(-9, 9)), Image.Resampling.BICUBIC, expand=True)


def _typed(image: Image.Image, title: str, rng: np.random.Generator) -> None:
    """The title on a strip from a label maker."""
    words = lettering.line(title, _TYPED, cap_px=15, width_px=SIZE_PX - 90)
    strip = Image.new("L", (words.width + 28, words.height + 18), 255)
    tilt = float(rng.uniform(-2.5, 2.5))
    type_layer = Image.new("L", strip.size, 0)
    type_layer.paste(words, (14, 9))
    x, y = SIZE_PX - 18, SIZE_PX - 14
    lettering.put(image, lettering.rotated(strip, tilt), x, y, "#0d0d0d", anchor=(1, 1))
    lettering.put(image, lettering.rotated(type_layer, tilt), x, y, "#f7f4ea", anchor=(1, 1))
