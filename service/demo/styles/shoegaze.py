"""Shoegaze: flowers out of focus, exposed twice and pushed until the grain shows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_LOOSE = Typeface(weight=0.01, spacing=0.02, capitals=False, stretch=1.1)

_FRAME_PX = 320
_CROP_PX = 24


@dataclass(frozen=True, slots=True)
class _Look:
    ground: tuple[str, ...]
    petals: tuple[str, ...]
    heart: str
    leak: str
    smear: Callable[[Image.Image, np.random.Generator], Image.Image]


def _rose(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Brightness of a many-petalled flower filling the unit disc, 0 outside."""
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    petals = int(rng.integers(5, 9))
    bright = np.zeros_like(u)
    for ring, reach in enumerate((1.0, 0.78, 0.56, 0.36)):
        wave = np.abs(np.cos((angle + np.float32(ring * 0.55 + rng.uniform(0, 1))) * np.float32(petals / 2)))
        edge = np.float32(reach) * (np.float32(0.66) + np.float32(0.34) * np.sqrt(wave))
        inside = radius < edge
        bright = np.where(
            inside,
            np.float32(0.28 + 0.12 * ring)
            + (radius / edge) ** 2 * np.float32(0.55) * (np.float32(0.4) + wave * np.float32(0.6)),
            bright,
        )
    return bright


def _bouquet(look: _Look, rng: np.random.Generator) -> Image.Image:
    """Flowers near and far, drawn at half size: they end up blurred."""
    y, x = (axis[:_FRAME_PX, :_FRAME_PX] for axis in canvas.grid())
    image = canvas.ramp(
        look.ground, y / _FRAME_PX + canvas.noise(rng, 3, octaves=2, size_px=_FRAME_PX) * np.float32(0.45)
    )
    depths = np.sort(rng.uniform(0.35, 1, int(rng.integers(5, 9))))
    for depth in depths:
        cx, cy = (float(v) for v in rng.uniform(36, 284, 2))
        size = np.float32(30 + 62 * depth)
        tilt = np.float32(rng.uniform(0.55, 1))
        left, top = max(0, int(cx - size)), max(0, int(cy - size))
        part = slice(top, int(cy + size) + 1), slice(left, int(cx + size) + 1)
        u, v = (x[part] - np.float32(cx)) / size, (y[part] - np.float32(cy)) / (size * tilt)
        bright = _rose(u, v, rng)
        colour = look.petals[int(rng.integers(len(look.petals)))]
        dark, light = canvas.mix(colour, "#1a0614", 0.55), canvas.mix(colour, "#ffffff", 0.35)
        flower = canvas.ramp([dark, colour, light], bright)
        image.paste(flower, (left, top), canvas.tone((bright > 0).astype(np.float32) * np.float32(0.9)))
        canvas.ink(image, look.heart, canvas.tone(canvas.smoothstep(0.24, 0.1, np.hypot(u, v))), (left, top))
        image = image.filter(ImageFilter.GaussianBlur(float(1.2 + 2.6 * (1 - depth))))
    return image


def _still(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(float(rng.uniform(1.5, 3.5))))


def _shaken(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Motion along one line."""
    step_x, step_y = (float(v) for v in rng.uniform(-1.7, 1.7, 2))
    total = np.zeros((_FRAME_PX, _FRAME_PX, 3), dtype=np.float32)
    for step in range(14):
        total += np.asarray(ImageChops.offset(image, round(step_x * step), round(step_y * step)))
    return Image.fromarray((total / 14).astype(np.uint8))


def _doubled(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The same frame again, turned and larger."""
    ghost = (
        image.rotate(float(rng.uniform(-28, 28)), Image.Resampling.BILINEAR).resize((460, 460)).crop((70, 70, 390, 390))
    )
    return ImageChops.screen(
        Image.blend(image, canvas.blank("#000000").resize(image.size), 0.35),
        Image.blend(ghost, canvas.blank("#000000").resize(image.size), 0.45),
    )


def _spun(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A turn of the wrist during the exposure."""
    centre = (float(rng.uniform(110, 210)), float(rng.uniform(110, 210)))
    total = np.zeros((_FRAME_PX, _FRAME_PX, 3), dtype=np.float32)
    for step in range(10):
        total += np.asarray(image.rotate(step * 1.3 - 6, Image.Resampling.BILINEAR, center=centre))
    return Image.fromarray((total / 10).astype(np.uint8))


def _rippled(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Seen through moving water."""
    y, x = (axis[:_FRAME_PX, :_FRAME_PX] for axis in canvas.grid())
    shift = canvas.noise(rng, 5, octaves=2, aspect=3, size_px=_FRAME_PX) * 22 + np.sin(y / 5) * 3
    column = np.clip(x + shift, 0, _FRAME_PX - 1).astype(np.intp)
    row = np.clip(y + shift * np.float32(0.35), 0, _FRAME_PX - 1).astype(np.intp)
    return Image.fromarray(np.asarray(image)[row, column]).filter(ImageFilter.GaussianBlur(1.6))


LOOKS = (
    _Look(("#3a0f3f", "#8c1d5d", "#d44a7a"), ("#ff5d9e", "#ff9cc2", "#e0246f"), "#ffd27a", "#ff8a5c", _still),
    _Look(("#0d2b45", "#1f5f7a", "#6fa3a8"), ("#8fd0d8", "#e3f1ee", "#3d8fb0"), "#fff3c4", "#b8f0e0", _shaken),
    _Look(("#2a0a12", "#7a1420", "#c0392b"), ("#e8402f", "#ff7a4d", "#a3152a"), "#1a0508", "#ffb14d", _doubled),
    _Look(("#3b2a5c", "#7a63a6", "#c9b3dd"), ("#d9c2f0", "#a07bd6", "#f3e6fa"), "#ffe9a8", "#f7b6d8", _spun),
    _Look(("#4a3a0c", "#a8861f", "#e8cf6a"), ("#ffe27a", "#f5b52e", "#fff4c9"), "#6b2f0a", "#fff0d0", _rippled),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Bouquet, smear, light leak, grain; a few small words or none."""
    look = LOOKS[sleeve.look]
    frame = (_CROP_PX, _CROP_PX, _FRAME_PX - _CROP_PX, _FRAME_PX - _CROP_PX)
    image = look.smear(_bouquet(look, rng), rng).resize((SIZE_PX, SIZE_PX), Image.Resampling.BICUBIC, box=frame)
    y, x = canvas.grid()
    slant = np.float32(rng.uniform(-0.4, 0.4))
    side = np.float32(rng.choice([0, SIZE_PX]))
    leak = np.exp(-(((x - side + (y - 280) * slant) / np.float32(rng.uniform(60, 130))) ** 2)) * np.float32(
        rng.uniform(0.35, 0.75)
    )
    canvas.ink(image, look.leak, canvas.tone(leak * (np.float32(0.8) + canvas.noise(rng, 3) * np.float32(0.3))))
    image = canvas.shade(image, canvas.vignette(0.4))
    if rng.random() < 0.8:
        words = sleeve.artist.lower() if rng.random() < 0.4 else f"{sleeve.artist.lower()} / {sleeve.title.lower()}"
        label = lettering.line(words, _LOOSE, cap_px=15, width_px=SIZE_PX - 80)
        x_px, across = [(36, 0.0), (SIZE_PX / 2, 0.5), (SIZE_PX - 36, 1.0)][int(rng.integers(3))]
        ghost = canvas.mix(look.leak, "#ffffff", 0.7)
        lettering.put(image, label, x_px, SIZE_PX - 40, ghost, anchor=(across, 1))
    return canvas.grain(image, rng, 13)
