"""Ambient: weather, distance and one line of very quiet type."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_QUIET = Typeface(spacing=0.32, capitals=False)


@dataclass(frozen=True, slots=True)
class _Look:
    sky: tuple[str, ...]
    haze: str
    near: str
    sun: str
    type: tuple[str, str]
    scene: Callable[["_Look", Image.Image, np.random.Generator], None]


def _sun(look: _Look, image: Image.Image, x: float, y: float, radius_px: float) -> None:
    away = canvas.distance((x, y))
    canvas.ink(image, look.sun, canvas.tone(np.exp(-away / np.float32(radius_px * 2.4)) * np.float32(0.55)))
    canvas.ink(
        image, look.sun, canvas.tone(canvas.smoothstep(radius_px + 2.5, radius_px - 2.5, away) * np.float32(0.92))
    )


def _ridges(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Range behind range, each paler than the one before it."""
    _sun(look, image, float(rng.uniform(130, 430)), float(rng.uniform(120, 230)), float(rng.uniform(20, 46)))
    y, _ = canvas.grid()
    count = int(rng.integers(5, 8))
    for layer in range(count):
        t = layer / (count - 1)
        line = 250 + 250 * t**1.2 + canvas.profile(rng, 2 + 2 * t, octaves=5, gain=0.42) * np.float32(62 - 12 * t)
        colour = canvas.mix(look.haze, look.near, 0.12 + 0.88 * t**1.3)
        depth = (y - line[None, :]) / np.float32(120)
        fade = np.clip(1 - np.float32(0.75 * (1 - t * 0.6)) * np.clip(depth, 0, 1), 0, 1)
        canvas.ink(image, colour, canvas.tone(np.clip(y - line[None, :] + 0.5, 0, 1) * fade))


def _sea(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Horizon, a low sun and its path on the water."""
    y, x = canvas.grid()
    horizon = float(rng.uniform(300, 360))
    sun_x, radius = float(rng.uniform(170, 390)), float(rng.uniform(30, 70))
    _sun(look, image, sun_x, horizon - radius * float(rng.uniform(0.1, 1.6)), radius)
    depth = np.clip((y - np.float32(horizon)) / np.float32(SIZE_PX - horizon), 0, 1)
    water = canvas.ramp(
        [canvas.mix(look.haze, look.sky[-1], 0.4), canvas.mix(look.near, look.haze, 0.35), look.near], depth
    )
    image.paste(water, (0, 0), canvas.tone(np.clip((y - np.float32(horizon)) / 2, 0, 1)))
    ripple = canvas.noise(rng, 10, octaves=2, aspect=9)
    spread = np.float32(radius * 0.5) + depth * np.float32(120)
    path = np.exp(-(((x - np.float32(sun_x)) / spread) ** 2)) * canvas.smoothstep(-0.1, 0.5, ripple) * (y > horizon)
    canvas.ink(image, look.sun, canvas.tone(path * np.float32(0.75)))


def _dunes(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Crests with one lit and one shaded face."""
    y, x = canvas.grid()
    _sun(look, image, float(rng.uniform(90, 470)), float(rng.uniform(110, 200)), float(rng.uniform(16, 34)))
    for layer in range(4):
        t = layer / 3
        line = 290 + 190 * t + canvas.profile(rng, 2, octaves=2, gain=0.3) * np.float32(70)
        crest = x + canvas.profile(rng, 3, octaves=2)[:, None] * np.float32(60) - np.float32(rng.uniform(100, 460))
        face = canvas.smoothstep(-20, 20, crest - (y - line[None, :]) * np.float32(rng.uniform(-0.9, 0.9)))
        under = (y - line[None, :]) / np.float32(150)
        ripples = np.sin(
            (y - line[None, :] * np.float32(0.6) + crest * np.float32(0.12)) * np.float32(0.9 - 0.5 * t)
        ) * np.float32(0.03)
        lit = canvas.mix(canvas.mix(look.haze, look.sun, 0.25), look.near, 0.06 + 0.12 * t)
        dark = canvas.mix(look.haze, look.near, 0.25 + 0.75 * t)
        slope = face * (np.float32(1) - under * np.float32(0.25)) + ripples + under * np.float32(0.22) * (1 - face)
        image.paste(canvas.ramp([lit, dark], slope), (0, 0), canvas.below(line))


def _islands(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """Islands doubled in still water."""
    y, x = canvas.grid()
    shore = 330
    if rng.random() < 0.6:
        _sun(look, image, float(rng.uniform(120, 440)), float(rng.uniform(100, 220)), float(rng.uniform(24, 40)))
    for layer in range(3):
        t = layer / 2
        centre, width = float(rng.uniform(60, 500)), float(rng.uniform(90, 230))
        hump = np.exp(-(((x[0] - np.float32(centre)) / np.float32(width)) ** 2)) * np.float32(rng.uniform(40, 130))
        line = shore + 12 - hump - canvas.profile(rng, 7, octaves=4) * hump * np.float32(0.3)
        canvas.ink(image, canvas.mix(look.haze, look.near, 0.25 + 0.6 * t), canvas.below(line))
    mirrored = image.crop((0, shore * 2 - SIZE_PX, SIZE_PX, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = mirrored.filter(ImageFilter.BoxBlur((2, 4)))
    image.paste(Image.blend(mirrored, Image.new("RGB", mirrored.size, look.haze), 0.28), (0, shore))
    bank = np.exp(-(((y - shore) / np.float32(26)) ** 2)) * (
        np.float32(0.75) + canvas.noise(rng, 3, octaves=2, aspect=3) * np.float32(0.5)
    )
    canvas.ink(image, look.haze, canvas.tone(bank))


def _light_room(look: _Look, image: Image.Image, rng: np.random.Generator) -> None:
    """A glowing opening with nothing in it."""
    y, x = canvas.grid()
    half_w, half_h = float(rng.uniform(70, 150)), float(rng.uniform(90, 170))
    power = float(rng.choice([2.0, 6.0]))
    out = (
        np.abs((x - SIZE_PX / 2) / np.float32(half_w)) ** power + np.abs((y - 270) / np.float32(half_h)) ** power
    ) ** np.float32(1 / power)
    halo = np.exp(-np.maximum(out - 1, 0) * np.float32(1.7))
    canvas.ink(image, look.sun, canvas.tone(halo * np.float32(0.6)))
    opening = canvas.ramp(
        [look.sun, canvas.mix(look.sun, look.haze, 0.6), look.sky[0]],
        (y - 270) / np.float32(half_h * 2) + np.float32(0.5),
    )
    image.paste(opening, (0, 0), canvas.tone(canvas.smoothstep(1.03, 0.97, out)))
    floor = canvas.smoothstep(430, 470, y) * np.exp(-(((x - SIZE_PX / 2) / (np.float32(half_w) + (y - 430))) ** 2))
    canvas.ink(image, look.near, canvas.tone(canvas.smoothstep(440, 446, y) * np.float32(0.55)))
    canvas.ink(image, look.sun, canvas.tone(floor * np.float32(0.5)))


LOOKS = (
    _Look(
        ("#7f93b2", "#c3bfcb", "#f2d3c0", "#f8e6d2"), "#efd9cf", "#3d4a66", "#fff3df", ("#ffffff", "#ffffff"), _ridges
    ),
    _Look(("#c7d8d6", "#e4e6da", "#f6e7c8", "#f3d5b0"), "#e8e4d2", "#4f7d80", "#fffaf0", ("#3f6b6e", "#ffffff"), _sea),
    _Look(("#d9c8c0", "#ecd7c3", "#f3e1c8"), "#ecd6bd", "#96644b", "#fff6e4", ("#86553d", "#fff6e4"), _dunes),
    _Look(("#aebfc4", "#cfd8d6", "#e5e6df"), "#dfe3de", "#42585a", "#fbf7e8", ("#42585a", "#42585a"), _islands),
    _Look(("#8d7bb0", "#b79cc4", "#e0b9c8"), "#dcc3d6", "#56437e", "#fff0ea", ("#ffffff", "#ffffff"), _light_room),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Sky, scene, mist, one line of type."""
    look = LOOKS[sleeve.look]
    y, _ = canvas.grid()
    drift = canvas.noise(rng, 2, octaves=3, aspect=2) * np.float32(0.14)
    image = canvas.ramp(look.sky, y / np.float32(400) + drift)
    look.scene(look, image, rng)
    mist = canvas.noise(rng, 2, octaves=3, aspect=3) * np.float32(0.35) * canvas.smoothstep(180, 420, y)
    canvas.ink(image, look.haze, canvas.tone(mist))
    words = f"{sleeve.artist}   {sleeve.title}".lower() if rng.random() < 0.6 else sleeve.title.lower()
    label = lettering.line(words, _QUIET, cap_px=11, width_px=SIZE_PX - 80)
    spot = [(40, 40, 0.0), (SIZE_PX / 2, 40, 0.5), (SIZE_PX / 2, SIZE_PX - 52, 0.5)][int(rng.integers(3))]
    lettering.put(image, label, spot[0], spot[1], look.type[spot[1] > 100], anchor=(spot[2], 0))
    return canvas.grain(image, rng, 5)
