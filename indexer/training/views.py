"""The two views a cover is trained with: nearly as it is, and as a phone might see it. No PyTorch.

Covers are never mirrored and never shift hue far: lettering and colour carry the genre. The photo-like view draws a
tilted cover on another picture or a plain surface, then light, hands, stickers, blur and compression, each by chance.
"""

import numpy as np
from PIL import Image

from indexer.training import photo_effects as effects


def clean_view(cover: Image.Image, size_px: int, rng: np.random.Generator) -> Image.Image:
    """A mild crop (70-100 % of the area, sides within 10 %), slight light and sharpness changes; (size_px, size_px)."""
    share = np.sqrt(rng.uniform(0.7, 1.0))
    width, height = np.clip(share * np.array([rng.uniform(0.95, 1.05), rng.uniform(0.95, 1.05)]), 0, 1)
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    view = cover.resize(
        (size_px, size_px),
        Image.Resampling.BILINEAR,
        (left * cover.width, top * cover.height, (left + width) * cover.width, (top + height) * cover.height),
    )
    gain = rng.uniform(0.85, 1.15)
    gains = np.clip(gain * rng.uniform(0.96, 1.04, 3), 0.7, 1.3)
    return effects.tone(view, (gains[0], gains[1], gains[2]), contrast=rng.uniform(0.85, 1.15))


def photo_view(cover: Image.Image, behind: Image.Image, size_px: int, rng: np.random.Generator) -> Image.Image:
    """The cover as found in a casual picture; ``behind`` may show around it; (size_px, size_px)."""
    cover = _marked(cover, rng)
    chance = rng.random()
    if chance < 0.62:
        view = effects.lay(cover, _surface(behind, size_px, rng), _seen_at(size_px, rng))
    elif chance < 0.82:
        view = _cropped(cover, size_px, rng)
    else:
        view = effects.resize(cover, size_px)
    return _compressed(_lit(view, rng), rng)


def _seen_at(size_px: int, rng: np.random.Generator) -> effects.Quad:
    side = size_px * rng.uniform(0.42, 0.98)
    slack = max(0.0, size_px - side) / 2
    centre = size_px / 2 + rng.uniform(-1, 1, 2) * (slack + 0.06 * size_px)
    angle = rng.normal(0, 14) if rng.random() < 0.85 else rng.uniform(-90, 90)
    tilt = rng.uniform(-52, 52, 2) * (rng.random(2) < 0.75)
    quad = effects.turned_quad((centre[0], centre[1]), side, angle, (tilt[0], tilt[1]))
    moved = [(x + dx, y + dy) for (x, y), (dx, dy) in zip(quad, rng.normal(0, 0.03 * side, (4, 2)), strict=True)]
    return moved[0], moved[1], moved[2], moved[3]


def _surface(behind: Image.Image, size_px: int, rng: np.random.Generator) -> Image.Image:
    kind = rng.random()
    if kind < 0.35:
        zoom = rng.uniform(0.3, 1.0)
        left, top = rng.uniform(0, 1 - zoom, 2)
        view = effects.resize(effects.crop_share(behind, left, top, left + zoom, top + zoom), size_px)
        return effects.blur(view, rng.uniform(0.1, 4)) if rng.random() < 0.6 else view
    coarse = 2 if kind < 0.6 else int(rng.integers(3, 24))
    colour = rng.uniform(10, 245, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(10, 245))
    shape = (coarse, 2 if rng.random() < 0.4 else coarse, 1)
    grain = np.clip(colour + rng.normal(0, rng.uniform(2, 45), shape), 0, 255).astype(np.uint8)
    return Image.fromarray(grain).resize((size_px, size_px), Image.Resampling.BICUBIC)


def _cropped(cover: Image.Image, size_px: int, rng: np.random.Generator) -> Image.Image:
    width, height = rng.uniform(0.5, 0.95, 2)
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return effects.resize(effects.crop_share(cover, left, top, left + width, top + height), size_px)


def _marked(cover: Image.Image, rng: np.random.Generator) -> Image.Image:
    while rng.random() < 0.3:
        colour = rng.integers(0, 256, 3)
        cover = effects.sticker(
            cover,
            (rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95)),
            rng.uniform(0.08, 0.42),
            (int(colour[0]), int(colour[1]), int(colour[2])),
            bool(rng.random() < 0.5),
        )
    return cover


def _lit(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    if rng.random() < 0.3:
        skin = int(rng.integers(60, 240))
        start = rng.permutation([rng.choice([-0.1, 1.1]), rng.uniform(-0.1, 1.1)])
        reach = start + (rng.uniform(0.2, 0.8, 2) - start) * rng.uniform(0.3, 0.9)
        view = effects.fingers(
            view,
            (start[0], start[1]),
            (reach[0], reach[1]),
            rng.uniform(0.05, 0.14),
            int(rng.integers(1, 5)),
            (skin, int(skin * rng.uniform(0.65, 0.9)), int(skin * rng.uniform(0.45, 0.8))),
        )
    if rng.random() < 0.35:
        centre = rng.uniform(0, 1, 2)
        light = effects.spot(
            (centre[0], centre[1]), rng.uniform(0.04, 0.25), rng.uniform(0.4, 1), rng.uniform(1, 6), rng.uniform(0, 180)
        )
        view = effects.lighten(view, light)
    if rng.random() < 0.3:
        low, high = rng.uniform(0, 0.6, 2)
        view = effects.lighten(
            view, effects.slope(rng.uniform(0, 360), low, high), (0, 0, 0) if rng.random() < 0.7 else (255, 255, 255)
        )
    gains = rng.uniform(0.6, 1.25) * rng.uniform(0.82, 1.18, 3)
    return effects.tone(view, (gains[0], gains[1], gains[2]), rng.uniform(0.6, 1.25), rng.uniform(0.75, 1.35))


def _compressed(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    size_px = view.width
    if rng.random() < 0.3:
        view = effects.blur(view, rng.uniform(0.3, 2.4) * size_px / 160)
    if rng.random() < 0.25:
        view = effects.thumbnail(view, int(size_px * rng.uniform(0.2, 0.7)))
    if rng.random() < 0.35:
        view = effects.jpeg(view, int(rng.integers(12, 80)))
    return view
