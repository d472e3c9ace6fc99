"""The other side of a sleeve: the front's colours, a strip of its picture, the running order and the small print."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_TRACK = Typeface(weight=0.015, spacing=0.02, capitals=False)
_HEAD = Typeface(weight=0.035, spacing=0.04)
_SMALL = Typeface(spacing=0.05, capitals=False)

_BARCODES_SINCE = 1981
_MARGIN_PX = 34


def draw_back(front: Image.Image, sleeve: Sleeve, tracks: Sequence[str], rng: np.random.Generator) -> Image.Image:
    """Draw the back of an album.

    Args:
        front: its front cover.
        sleeve: the album.
        tracks: titles in running order; the first half is side one.
        rng: the source of randomness.
    """
    ground, accent = _two_colours(front)
    words = canvas.readable(ground, "#141210", "#f6f1e6")
    image = canvas.blank(ground)
    _picture_strip(image, front, rng)
    lettering.put(image, lettering.line(sleeve.artist, _HEAD, cap_px=19, width_px=320), _MARGIN_PX, 196, words)
    shown = accent if abs(canvas.luminance(accent) - canvas.luminance(ground)) > 0.3 else words
    lettering.put(
        image, lettering.line(sleeve.title, _HEAD, cap_px=13, width_px=SIZE_PX - 2 * _MARGIN_PX), _MARGIN_PX, 228, shown
    )
    half = (len(tracks) + 1) // 2
    for column, side in enumerate((tracks[:half], tracks[half:])):
        _running_order(image, side, "Side " + ("One", "Two")[column], _MARGIN_PX + 256 * column, words, rng)
    _small_print(image, sleeve, words)
    if sleeve.year >= _BARCODES_SINCE:
        _barcode(image, rng)
    return canvas.paper(image, rng, mottle=0.012, grain_strength=5)


def _two_colours(front: Image.Image) -> tuple[str, str]:
    """The most used colour of the front and the one farthest from it in lightness."""
    few = front.reduce(8).quantize(6, Image.Quantize.MEDIANCUT).convert("RGB")
    counted = sorted(few.getcolors(few.width * few.height) or [], reverse=True)
    colours = ["#{:02x}{:02x}{:02x}".format(*colour) for _, colour in counted if isinstance(colour, tuple)]
    return colours[0], canvas.readable(colours[0], *colours)


def _picture_strip(image: Image.Image, front: Image.Image, rng: np.random.Generator) -> None:
    """A band across the head, cut from the front and enlarged, or the front itself made small."""
    if rng.random() < 0.6:
        top = int(rng.integers(120, 300))
        band = front.resize((SIZE_PX, 160), Image.Resampling.BICUBIC, box=(40, top, SIZE_PX - 40, top + 137))
        image.paste(band.filter(ImageFilter.GaussianBlur(0.6)), (0, 0))
    else:
        small = front.resize((132, 132), Image.Resampling.LANCZOS)
        image.paste(small, (_MARGIN_PX, 36))
        image.paste(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (SIZE_PX - _MARGIN_PX - 132, 36))


def _running_order(
    image: Image.Image, tracks: Sequence[str], head: str, x: int, colour: str, rng: np.random.Generator
) -> None:
    lettering.put(image, lettering.line(head, _HEAD, cap_px=8), x, 270, colour)
    image.paste(colour, (x, 286, x + 236, 287))
    for row, track in enumerate(tracks):
        y = 300 + 25 * row
        lettering.put(image, lettering.line(f"{row + 1}  {track}", _TRACK, cap_px=10, width_px=190), x, y, colour)
        length = f"{int(rng.integers(2, 7))}:{int(rng.integers(60)):02d}"
        lettering.put(image, lettering.line(length, _TRACK, cap_px=10), x + 236, y, colour, anchor=(1, 0))


def _small_print(image: Image.Image, sleeve: Sleeve, colour: str) -> None:
    lines = (
        f"Catalogue number {sleeve.catalogue_number}. Recorded and mixed in {sleeve.year}.",
        "All titles, artists and labels are invented.",
    )
    for row, text in enumerate(lines):
        lettering.put(image, lettering.line(text, _SMALL, cap_px=7), _MARGIN_PX, SIZE_PX - 52 + 15 * row, colour)


def _barcode(image: Image.Image, rng: np.random.Generator) -> None:
    left, top = SIZE_PX - _MARGIN_PX - 104, SIZE_PX - 78
    image.paste("#ffffff", (left, top, left + 104, top + 50))
    x = left + 6
    while x < left + 94:
        width = int(rng.integers(1, 4))
        image.paste("#000000", (x, top + 5, x + width, top + 44))
        x += width + int(rng.integers(1, 4))
