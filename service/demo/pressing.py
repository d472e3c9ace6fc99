"""Another pressing of the same cover: near enough to find, altered enough to be a different file."""

from enum import StrEnum

import numpy as np
from PIL import Image, ImageEnhance

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX
from service.demo.styles.lettering import Typeface

_STICKER = Typeface(weight=0.04, spacing=0.04)


class Pressing(StrEnum):
    """How an album came out again; the value is what stands in brackets after its title."""

    REMASTERED = "Remastered"
    REISSUE = "Reissue"
    CLUB_EDITION = "Club Edition"
    IMPORT = "Import"
    DIGITAL = "Digital Edition"


def press(image: Image.Image, pressing: Pressing, rng: np.random.Generator) -> Image.Image:
    """Crop a little, then sticker, fade, border or band the cover."""
    cropped = _cropped(image, rng)
    match pressing:
        case Pressing.REMASTERED:
            return _stickered(cropped, rng)
        case Pressing.REISSUE:
            return _faded(cropped, rng)
        case Pressing.CLUB_EDITION:
            return _bordered(cropped)
        case Pressing.IMPORT:
            return _banded(cropped, rng)
        case Pressing.DIGITAL:
            return cropped.resize((400, 400), Image.Resampling.LANCZOS)


def _cropped(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    left, top, right, bottom = (int(value) for value in rng.integers(3, 14, 4))
    box = (left, top, SIZE_PX - right, SIZE_PX - bottom)
    return image.resize((SIZE_PX, SIZE_PX), Image.Resampling.BICUBIC, box=box)


def _stickered(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A round sticker in a corner."""
    x, y = (float(rng.choice([92, SIZE_PX - 92])), float(rng.choice([150, SIZE_PX - 130])))
    paint = str(rng.choice(["#f2c61f", "#d8232a", "#f4f1e8", "#1a1a1a"]))
    words = canvas.readable(paint, "#111111", "#fafafa")
    canvas.ink(image, "#000000", canvas.disc((x + 2, y + 3), 58).point(lambda level: level // 3))
    canvas.ink(image, paint, canvas.disc((x, y), 57))
    canvas.ink(image, words, canvas.coverage(np.float32(0.8) - np.abs(canvas.distance((x, y)) - 51)))
    for text, cap_px, dy in (("digitally", 8.0, -20), ("remastered", 13.0, 0), ("from the tapes", 7.0, 19)):
        lettering.put(
            image, lettering.line(text, _STICKER, cap_px=cap_px, width_px=90), x, y + dy, words, anchor=(0.5, 0.5)
        )
    return image


def _faded(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Printed again from a worn copy: paler, and warmer or cooler."""
    pale = ImageEnhance.Color(ImageEnhance.Contrast(image).enhance(0.86)).enhance(float(rng.uniform(0.6, 0.85)))
    return Image.blend(pale, canvas.blank(str(rng.choice(["#d8b27a", "#8fb4d8"]))), 0.12)


def _bordered(image: Image.Image) -> Image.Image:
    card = canvas.blank("#f6f3ea")
    card.paste(image.resize((SIZE_PX - 56, SIZE_PX - 56), Image.Resampling.LANCZOS), (28, 28))
    return card


def _banded(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A paper band down the left edge, as importers add."""
    paint = str(rng.choice(["#e9e4d6", "#c8281e", "#1d3f8f"]))
    words = canvas.readable(paint, "#111111", "#fafafa")
    image.paste(paint, (0, 0, 54, SIZE_PX))
    spine = lettering.rotated(lettering.line("special import pressing", _STICKER, cap_px=14), 90)
    lettering.put(image, spine, 27, SIZE_PX / 2, words, anchor=(0.5, 0.5))
    return image
