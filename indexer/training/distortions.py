"""Eight ways a query differs from the cover on file, to measure whether it is still found. No PyTorch.

These are not the training views: the table is a wood grain made here (training uses other covers and smooth colour),
glare is a window's bright bar, the hand comes from below, and every parameter has its own range and its own random
stream. A fixed seed, the kind and a cover's name seed the draw, so the same file is distorted the same way in every
run, whatever the order.
"""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw

from indexer.training import photo_effects as effects

SEED = 20_407
PHOTO_LIKE = ("table", "photo", "handheld")


def distort(cover: Image.Image, kind: str, name: str) -> Image.Image:
    """The cover as ``kind`` would show it; ``name`` seeds the draw. ``KINDS`` lists the kinds; KeyError for another."""
    digest = hashlib.sha256(f"{SEED}:{kind}:{name}".encode()).digest()
    return KINDS[kind](cover, np.random.default_rng(int.from_bytes(digest[:8], "big")))


def _crop(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    share = rng.uniform(0.65, 0.8)
    left, top = rng.uniform(0, 1 - share, 2)
    return effects.crop_share(cover, left, top, left + share, top + share)


def _thumbnail(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    return effects.thumbnail(effects.blur(cover, cover.width * rng.uniform(0.006, 0.012)), int(rng.integers(44, 72)))


def _jpeg_cast(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    gains = rng.uniform(0.75, 1.2, 3)
    return effects.jpeg(
        effects.tone(cover, (gains[0], gains[1], gains[2]), gamma=rng.uniform(0.8, 1.25)), int(rng.integers(10, 25))
    )


def _table(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    side = 1.5 * cover.width
    centre = side / 2 + rng.uniform(-0.08, 0.08, 2) * side
    quad = effects.turned_quad(
        (centre[0], centre[1]), cover.width * rng.uniform(0.85, 1.1), rng.choice([-1, 1]) * rng.uniform(8, 25)
    )
    return effects.lay(cover, wood(round(side), rng), quad)


def _sticker(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0.12, 0.88, 2)
        colour = ((250, 220, 30), (240, 240, 240), (215, 30, 40), (250, 120, 20))[int(rng.integers(4))]
        cover = effects.sticker(cover, (x, y), rng.uniform(0.2, 0.34), colour, bool(rng.random() < 0.5))
    return cover


def _glare(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    side = 64
    light = Image.new("L", (side, side))
    draw = ImageDraw.Draw(light)
    at, width, lean = rng.uniform(-0.1, 0.9) * side, rng.uniform(0.12, 0.3) * side, rng.uniform(-0.5, 0.5) * side
    draw.polygon(
        [(at, 0), (at + width, 0), (at + width + lean, side), (at + lean, side)], fill=int(rng.uniform(140, 225))
    )
    light = effects.blur(light.convert("RGB"), 2.5).convert("L")
    return effects.lighten(cover, light, (255, 250, 240))


def _photo(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    side = 1.45 * cover.width
    centre = side / 2 + rng.uniform(-0.07, 0.07, 2) * side
    tilt = rng.choice([-1, 1], 2) * np.array([rng.uniform(20, 50), rng.uniform(0, 35)])
    quad = effects.turned_quad(
        (centre[0], centre[1]), cover.width * rng.uniform(0.8, 1.1), rng.normal(0, 10), (tilt[0], tilt[1])
    )
    picture = effects.lay(cover, wood(round(side), rng), quad)
    picture = effects.lighten(picture, effects.slope(rng.uniform(0, 360), 0.0, rng.uniform(0.15, 0.5)), (0, 0, 0))
    warm = rng.uniform(0.85, 1.05)
    picture = effects.tone(picture, (1.0, warm, warm * rng.uniform(0.8, 1.0)), contrast=rng.uniform(0.75, 1.05))
    return effects.jpeg(effects.blur(picture, cover.width * rng.uniform(0.001, 0.006)), int(rng.integers(35, 75)))


def _handheld(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    picture = _glare(_photo(cover, rng), rng) if rng.random() < 0.5 else _photo(cover, rng)
    start = rng.uniform(0.1, 0.9)
    return effects.fingers(
        picture,
        (start, 1.08),
        (start + rng.uniform(-0.15, 0.15), rng.uniform(0.6, 0.75)),
        0.075,
        int(rng.integers(2, 5)),
        (205, 152, 120),
    )


def wood(size_px: int, rng: np.random.Generator) -> Image.Image:
    """A table top: wavy grain between two browns, (size_px, size_px)."""
    ys, xs = np.mgrid[0:size_px, 0:size_px] / size_px
    waves = rng.uniform(1, 3) * np.sin(2 * np.pi * rng.uniform(0.5, 2) * xs + rng.uniform(0, 6))
    grain = (
        0.5
        + 0.5 * np.sin(2 * np.pi * (rng.uniform(8, 25) * ys + 0.4 * waves))
        + rng.normal(0, 0.08, (size_px, size_px))
    )
    light, dark = np.array([190, 140, 95]) * rng.uniform(0.6, 1.2), np.array([120, 78, 48]) * rng.uniform(0.6, 1.2)
    return Image.fromarray(np.clip(dark + (light - dark) * grain[..., None], 0, 255).astype(np.uint8))


KINDS: Mapping[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = MappingProxyType(
    {
        "crop": _crop,
        "thumbnail": _thumbnail,
        "jpeg": _jpeg_cast,
        "table": _table,
        "sticker": _sticker,
        "glare": _glare,
        "photo": _photo,
        "handheld": _handheld,
    }
)
