"""A picture → its main colour, as a person would name it: that of its strongest hue, or none."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GRID_PX = 24
"""Pictures are looked at as squares of this side, so that grain and small print do not count."""

_BINS = 36
_AROUND = ((-2, 0.3), (-1, 0.7), (1, 0.7), (2, 0.3))
"""Hues next to each other count as one: how many bins away, and how much."""

_NEAR_DEGREES = 25.0
_GREY = 0.03
"""Chroma that eyes hardly see as a colour."""

_LEAST = 0.010
"""Of the whole picture: the mean chroma above grey of the strongest hue. Below, it looks black, grey or white."""

# B. Ottosson, A perceptual color space for image processing, 2020: linear sRGB → cone response → OKLab.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


class MainColour(NamedTuple):
    """The hue in degrees of OKLCh, None for a picture without colour; and the mean lightness, 0 black to 1 white."""

    hue: float | None
    lightness: float


def main_colour(image: Image.Image) -> MainColour:
    """The main colour of an RGB image, as ``decode`` returns it."""
    square = image.resize((GRID_PX, GRID_PX), Image.Resampling.BOX)
    lightness, red, yellow = _lab(np.asarray(square).reshape(-1, 3)).T
    chroma, hue = np.hypot(red, yellow), np.degrees(np.arctan2(yellow, red)) % 360
    weight = np.clip(chroma - _GREY, 0, None)
    counts = np.bincount((hue * _BINS / 360).astype(np.int64) % _BINS, weight, _BINS)
    smooth = sum((share * np.roll(counts, step) for step, share in _AROUND), counts)
    strongest = (float(smooth.argmax()) + 0.5) * 360 / _BINS
    away = (hue - strongest + 180) % 360 - 180
    near = weight * (np.abs(away) <= _NEAR_DEGREES)
    if near.mean() < _LEAST:
        return MainColour(None, float(lightness.mean()))
    return MainColour(float((strongest + np.average(away, weights=near)) % 360), float(lightness.mean()))


def _lab(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 3) of sRGB → (n, 3) of OKLab: lightness, green to red, blue to yellow."""
    part = pixels / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _CONES.T) @ _LAB.T)
