"""Pictures with words on them."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from db.records import TextLine


def drawn(lines: dict[str, tuple[int, int]], size_px: tuple[int, int] = (600, 600), letter_px: int = 48) -> Image.Image:
    """A picture with each line at its upper left corner, in the typeface that Pillow carries."""
    picture = Image.new("RGB", size_px, (24, 60, 110))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=letter_px)
    for text, corner in lines.items():
        pen.text(corner, text, fill=(250, 240, 200), font=font)
    return picture


def ends(line: TextLine, size_px: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Where a line begins and ends, in pixels: the middles of its left and right edges."""
    corners = np.array(line.box) * size_px
    return corners[[0, 3]].mean(axis=0), corners[[1, 2]].mean(axis=0)
