"""Lettering from the one typeface Pillow carries (Aileron), cut into many.

A line of type is a mask cropped to its ink, whose top is the cap height; styles decide where it goes and what fills it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from service.demo.styles import canvas

_MASTER_PX = 120
_CAP_HEIGHT = 0.70
_MARGIN_PX = 48


@dataclass(frozen=True, slots=True)
class Typeface:
    """A cut of the typeface.

    Attributes:
        weight: stroke added around each letter, in em (0 is regular, 0.06 black).
        spacing: extra space between letters, in em; negative tightens.
        stretch: width factor; 0.6 is condensed, 1.4 extended.
        slant: horizontal shear, as a share of the height.
        capitals: set in capitals.
        serif: thicken the stems and give them feet; meant for capitals.
        stencil: cut a horizontal bridge through the letters, in em (0 is none).
    """

    weight: float = 0.0
    spacing: float = 0.0
    stretch: float = 1.0
    slant: float = 0.0
    capitals: bool = True
    serif: bool = False
    stencil: float = 0.0


@lru_cache(maxsize=8)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size_px)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@lru_cache(maxsize=64)
def _master(text: str, face: Typeface) -> Image.Image:
    """The line at master size, cropped to its ink at the sides; its top is the cap height, or the ink's if higher."""
    font = _font(_MASTER_PX)
    stroke_px = round(face.weight * _MASTER_PX)
    step_px = face.spacing * _MASTER_PX + 2 * stroke_px * 0.7
    width = _MARGIN_PX * 2 + round(font.getlength(text) + (step_px + 2) * len(text))
    baseline_px = _MARGIN_PX + _MASTER_PX
    mask = Image.new("L", (width, baseline_px + _MASTER_PX // 2), 0)
    pen = ImageDraw.Draw(mask)
    x = float(_MARGIN_PX)
    for letter in text:
        pen.text((x, baseline_px), letter, fill=255, font=font, anchor="ls", stroke_width=stroke_px)
        x += font.getlength(letter) + step_px
    if face.serif:
        mask = _with_serifs(mask, baseline_px)
    if face.stencil:
        bridge_px = face.stencil * _MASTER_PX
        middle = baseline_px - _CAP_HEIGHT * _MASTER_PX / 2
        pen = ImageDraw.Draw(mask)
        pen.rectangle((0, middle - bridge_px / 2, width, middle + bridge_px / 2), fill=0)
    if face.slant:
        shift = face.slant * baseline_px
        mask = mask.transform(
            (width + abs(round(face.slant * mask.height)), mask.height),
            Image.Transform.AFFINE,
            (1, face.slant, -shift, 0, 1, 0),
            Image.Resampling.BILINEAR,
        )
    left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
    cap_top = round(baseline_px - _CAP_HEIGHT * _MASTER_PX) - stroke_px
    return mask.crop((left, min(top, cap_top), right, max(bottom, baseline_px + stroke_px)))


def _with_serifs(mask: Image.Image, baseline_px: int) -> Image.Image:
    """Thick stems, thin bars, and a slab wherever a stem meets the baseline or the cap height."""
    stem_px = 6
    ink = np.asarray(mask).copy()
    for shift in range(1, stem_px + 1):
        ink[:, shift:] = np.maximum(ink[:, shift:], np.asarray(mask)[:, :-shift])
    cap_px = round(baseline_px - _CAP_HEIGHT * _MASTER_PX)
    for row, slab in ((baseline_px - 3, range(baseline_px - 4, baseline_px)), (cap_px + 2, range(cap_px, cap_px + 4))):
        for start, stop in _runs(ink[row] > 128):
            if stop - start < 26:
                for y in slab:
                    ink[y, max(0, start - 9) : stop + 9] = 255
    return Image.fromarray(ink)


def _runs(filled: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The [start, stop) spans in which a row is filled."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _printable(text: str, face: Typeface) -> str:
    """Text in the letters the built-in typeface has: accents fall away, as they did in many a type case."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return plain.upper() if face.capitals else plain


def line(text: str, face: Typeface, *, cap_px: float | None = None, width_px: float | None = None) -> Image.Image:
    """Mask of one line, capitals `cap_px` high, no wider than `width_px`; given `width_px` alone, exactly that wide."""
    master = _master(_printable(text, face), face)
    scale = width_px / (master.width * face.stretch) if width_px is not None else 1.0
    if cap_px is not None:
        wanted = cap_px / (_CAP_HEIGHT * _MASTER_PX)
        scale = wanted if width_px is None else min(wanted, scale)
    size = (max(1, round(master.width * scale * face.stretch)), max(1, round(master.height * scale)))
    return master.resize(size, Image.Resampling.BOX if scale < 0.3 else Image.Resampling.BICUBIC)


def filling(text: str, face: Typeface, width_px: int, height_px: int) -> Image.Image:
    """Mask of one line squeezed to fill a box exactly."""
    return _master(_printable(text, face), face).resize((width_px, height_px), Image.Resampling.BICUBIC)


def stack(lines: Sequence[Image.Image], *, gap_px: float, align: float = 0.0) -> Image.Image:
    """Lines one above the other; `align` 0 is flush left, 0.5 centred, 1 flush right."""
    width = max(mask.width for mask in lines)
    gaps = round(gap_px * (len(lines) - 1))
    block = Image.new("L", (width, sum(mask.height for mask in lines) + gaps), 0)
    y = 0.0
    for mask in lines:
        block.paste(mask, (round((width - mask.width) * align), round(y)))
        y += mask.height + gap_px
    return block


def paragraph(
    text: str,
    face: Typeface,
    *,
    cap_px: float,
    width_px: float,
    letters: int,
    gap_px: float | None = None,
    align: float = 0.0,
) -> Image.Image:
    """Text wrapped to about `letters` a line, all lines in one size that fits `width_px`."""
    rows = wrap(text, letters)
    longest = max((line(row, face, cap_px=cap_px) for row in rows), key=lambda mask: mask.width)
    cap_px *= min(1.0, width_px / longest.width)
    return stack(
        [line(row, face, cap_px=cap_px) for row in rows],
        gap_px=cap_px * 0.45 if gap_px is None else gap_px,
        align=align,
    )


def wrap(text: str, letters: int) -> list[str]:
    """Words on lines of at most `letters` where words allow it."""
    rows: list[str] = []
    for word in text.split():
        if rows and len(rows[-1]) + 1 + len(word) <= letters:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return rows


def put(
    image: Image.Image, mask: Image.Image, x: float, y: float, colour: str, *, anchor: tuple[float, float] = (0, 0)
) -> None:
    """Ink a mask with its anchor (0..1 of its width and height) at a point."""
    canvas.ink(image, colour, mask, (round(x - mask.width * anchor[0]), round(y - mask.height * anchor[1])))


def outlined(mask: Image.Image, width_px: int) -> Image.Image:
    """A mask grown by a border on all sides; lay it under the letters for an outline."""
    grown = Image.new("L", (mask.width + 2 * width_px, mask.height + 2 * width_px), 0)
    grown.paste(mask, (width_px, width_px))
    return grown.filter(ImageFilter.GaussianBlur(width_px * 0.5)).point(lambda level: min(255, level * 8))


def rotated(mask: Image.Image, degrees: float) -> Image.Image:
    """A mask turned counter-clockwise, in a box large enough to hold it."""
    return mask.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
