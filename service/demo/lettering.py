"""Lettering: the one typeface that Pillow carries (Aileron), cut into many. A line is a mask as large as its ink."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from service.demo.canvas import SIZE_PX, Canvas, Point

_MASTER_PX = 120
_CAP_PX = 84
_MARGIN_PX = 48
_BASELINE_PX = _MARGIN_PX + _MASTER_PX
_STEM_PX = 26


@dataclass(frozen=True, slots=True)
class Face:
    """A cut of the typeface.

    Attributes:
        weight: stroke added around each letter, in em (0 is regular, 0.06 black).
        spacing: extra space between letters, in em.
        stretch: width factor; 0.7 is condensed.
        slant: horizontal shear, as a share of the height.
        capitals: set in capitals.
        serif: thick stems with feet.
    """

    weight: float = 0.0
    spacing: float = 0.0
    stretch: float = 1.0
    slant: float = 0.0
    capitals: bool = True
    serif: bool = False


def line(text: str, face: Face, cap: float, width: float = 0.9) -> Image.Image:
    """Mask of one line with capitals `cap` high, smaller if it would be wider than `width`; accents fall away."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    master = _master(plain.upper() if face.capitals else plain, face)
    scale = min(cap / _CAP_PX, width / (master.width * face.stretch)) * SIZE_PX
    size = (max(1, round(master.width * scale * face.stretch)), max(1, round(master.height * scale)))
    return master.resize(size, Image.Resampling.BOX if scale < 0.3 else Image.Resampling.BICUBIC)


def wrapped(text: str, letters: int) -> list[str]:
    """Words on lines of at most `letters`, if the words allow it."""
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + 1 + len(word) > letters:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def put(canvas: Canvas, mask: Image.Image, colour: str, at: Point, anchor: Point = (0, 0), outline: str = "") -> None:
    """Ink a mask with its anchor (shares of its size) at a point, with an outline in another colour if one is named."""
    left, top = at[0] - mask.width / SIZE_PX * anchor[0], at[1] - mask.height / SIZE_PX * anchor[1]
    if outline:
        wide = Image.new("L", (mask.width + 24, mask.height + 24), 0)
        wide.paste(mask, (12, 12))
        wide = wide.filter(ImageFilter.GaussianBlur(3)).point(lambda level: min(255, level * 9))
        canvas.ink(outline, wide, (left - 12 / SIZE_PX, top - 12 / SIZE_PX))
    canvas.ink(colour, mask, (left, top))


@lru_cache(maxsize=64)
def _master(text: str, face: Face) -> Image.Image:
    """The line at master size, cropped to its ink at the sides; its top is the cap height, or the ink's if higher."""
    font, stroke_px = ImageFont.load_default(size=_MASTER_PX), round(face.weight * _MASTER_PX)
    step_px = face.spacing * _MASTER_PX + 1.4 * stroke_px
    width_px = 2 * _MARGIN_PX + round(font.getlength(text) + (step_px + 2) * len(text))
    mask = Image.new("L", (width_px, _BASELINE_PX + _MASTER_PX // 2), 0)
    pen, x = ImageDraw.Draw(mask), float(_MARGIN_PX)
    for letter in text:
        pen.text((x, _BASELINE_PX), letter, fill=255, font=font, anchor="ls", stroke_width=stroke_px)
        x += font.getlength(letter) + step_px
    mask = _with_serifs(mask) if face.serif else mask
    if face.slant:
        sheared = (1, face.slant, -face.slant * _BASELINE_PX, 0, 1, 0)
        mask = mask.transform(mask.size, Image.Transform.AFFINE, sheared, Image.Resampling.BILINEAR)
    left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
    return mask.crop((left, min(top, _BASELINE_PX - _CAP_PX - stroke_px), right, max(bottom, _BASELINE_PX + stroke_px)))


def _with_serifs(mask: Image.Image) -> Image.Image:
    """Widen the stems, and put a slab at each end of a stem."""
    ink = np.maximum.reduce([np.roll(np.asarray(mask), shift, axis=1) for shift in range(7)])
    cap_px = _BASELINE_PX - _CAP_PX
    for probe, top in ((_BASELINE_PX - 3, _BASELINE_PX - 4), (cap_px + 2, cap_px)):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], ink[probe] > 128, [False])).astype(np.int8)))
        for start, stop in edges.reshape(-1, 2):
            if stop - start < _STEM_PX:
                ink[top : top + 4, max(0, start - 9) : stop + 9] = 255
    return Image.fromarray(ink)
