"""Another pressing of a cover: the same artwork, altered enough to be a different picture."""

from enum import StrEnum

import numpy as np
from PIL import Image, ImageEnhance

from service.demo.canvas import SIZE_PX, Canvas, grid, readable
from service.demo.lettering import Face, line, put

_STICKER = Face(weight=0.04, spacing=0.04)
_SMALL_PX = 400


class Pressing(StrEnum):
    """How an album came out again; the value follows its title in brackets."""

    REMASTERED = "Remastered"
    REISSUE = "Reissue"
    CLUB_EDITION = "Club Edition"
    IMPORT = "Import"
    DIGITAL = "Digital Edition"


def press(canvas: Canvas, pressing: Pressing) -> Image.Image:
    """Crop the cover a little, then add a sticker, fade it, frame it, band it or make it small."""
    left, top, right, bottom = (int(margin) for margin in canvas.rng.integers(3, 12, 4))
    box = (left, top, SIZE_PX - right, SIZE_PX - bottom)
    canvas.image = canvas.image.resize((SIZE_PX, SIZE_PX), Image.Resampling.BICUBIC, box=box)
    paint = "#{:02x}{:02x}{:02x}".format(*np.asarray(canvas.image.resize((1, 1), Image.Resampling.BOX))[0, 0])
    words = readable(paint, "#111111", "#fafafa")
    match pressing:
        case Pressing.REMASTERED:
            x, y = float(canvas.rng.choice([0.17, 0.83])), float(canvas.rng.choice([0.27, 0.77]))
            words = readable(words, "#111111", "#fafafa")
            canvas.disc(words, (x, y), 0.103)
            canvas.disc("#f2c61f" if words == "#111111" else "#b8232a", (x, y), 0.1)
            for text, down in (("digitally", -0.034), ("remastered", 0.0), ("from the tapes", 0.034)):
                put(canvas, line(text, _STICKER, 0.022, 0.15), words, (x, y + down), (0.5, 0.5))
        case Pressing.REISSUE:
            pale = ImageEnhance.Contrast(canvas.image).enhance(0.86)
            canvas.image = ImageEnhance.Color(pale).enhance(canvas.between(0.6, 0.85))
            canvas.ink("#d8b27a", np.full_like(grid()[0], 0.12))
        case Pressing.CLUB_EDITION:
            inner = canvas.image.resize((SIZE_PX - 28, SIZE_PX - 28), Image.Resampling.LANCZOS)
            canvas.box(paint, 0, 0, 1, 1)
            canvas.image.paste(inner, (14, 14))
        case Pressing.IMPORT:
            canvas.box(paint, 0, 0, 0.06, 1)
            band = line("special import pressing", _STICKER, 0.018).rotate(90, expand=True)
            put(canvas, band, words, (0.03, 0.5), (0.5, 0.5))
        case Pressing.DIGITAL:
            canvas.image = canvas.image.resize((_SMALL_PX, _SMALL_PX), Image.Resampling.LANCZOS)
    return canvas.image
