"""What every style draws with: a square sheet, smooth fields of numbers, masks and inks.

Positions and lengths are shares of the sheet's side, from 0 at the left and top to 1. A field is a float32 for each
pixel. A mask is a field from 0 to 1, or the same as a greyscale image; 1 gives full ink. Colours are "#rrggbb".
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFilter

SIZE_PX = 480
"""The side of every front and back cover."""

Field = npt.NDArray[np.floating[Any]]
Mask = Field | Image.Image
Point = tuple[float, float]
Outline = Sequence[Point]

_FINER = 3


@cache
def grid() -> tuple[Field, Field]:
    """Coordinates (x, y) of the pixel centres; not to be changed."""
    y, x = (np.mgrid[0:SIZE_PX, 0:SIZE_PX].astype(np.float32) + 0.5) / SIZE_PX
    return x, y


def away(centre: Point) -> Field:
    """Distance of every pixel from a point."""
    x, y = grid()
    out: Field = np.sqrt((x - float(centre[0])) ** 2 + (y - float(centre[1])) ** 2)
    return out


def around(centre: Point) -> Field:
    """Angle of every pixel about a point, from -pi to pi."""
    x, y = grid()
    out: Field = np.arctan2(y - float(centre[1]), x - float(centre[0]))
    return out


def edge(inside: Field) -> Field:
    """Mask with smooth edges from a signed distance: 1 above 0, 0 below."""
    mask: Field = np.clip(inside * SIZE_PX + 0.5, 0, 1)
    return mask


def below(line: Field) -> Field:
    """Mask of what is under a skyline, given as y for each column."""
    return edge(grid()[1] - line[None, :])


def step(low: float, high: float, field: Field) -> Field:
    """A smooth step from 0 at `low` to 1 at `high`; downwards if `low` is above `high`."""
    t: Field = np.clip((field - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(
    rng: np.random.Generator,
    cells: float,
    octaves: int = 1,
    gain: float = 0.5,
    *,
    aspect: float = 1,
    rows: int = SIZE_PX,
) -> Field:
    """Smooth random hills of shape (rows, SIZE_PX), roughly from -1 to 1.

    There are `cells` across, twice as many and `gain` times as high in each further octave, and `aspect` times as many
    down, so that hills are flat if it is above 1.
    """
    coarse = 4 if cells * max(1, aspect) * 2**octaves < SIZE_PX / 16 and rows > 1 else 1
    total = np.zeros((rows // coarse, SIZE_PX // coarse), dtype=np.float32)
    for octave in range(octaves):
        shape = [max(2, round(cells * 2**octave * share) + 1) for share in (aspect, 1)]
        lattice = Image.fromarray(rng.uniform(-(gain**octave), gain**octave, shape).astype(np.float32))
        total += np.asarray(lattice.resize(total.shape[::-1], Image.Resampling.BICUBIC))
    total /= np.float32(sum(gain**octave for octave in range(octaves)))
    return np.asarray(Image.fromarray(total).resize((SIZE_PX, rows), Image.Resampling.BILINEAR))


def ridge(rng: np.random.Generator, cells: float, octaves: int = 4, gain: float = 0.5) -> Field:
    """A skyline of shape (SIZE_PX,), roughly from -1 to 1."""
    line: Field = noise(rng, cells, octaves, gain, rows=1)[0]
    return line


def shapes(outlines: Iterable[Outline], lines: Iterable[Outline] = (), width: float = 0) -> Image.Image:
    """Mask of filled polygons, and of polylines of one width."""
    mask = Image.new("L", (SIZE_PX * _FINER, SIZE_PX * _FINER), 0)
    pen = ImageDraw.Draw(mask)
    for outline in outlines:
        pen.polygon([(x * mask.width, y * mask.width) for x, y in outline], fill=255)
    for line in lines:
        points = [(x * mask.width, y * mask.width) for x, y in line]
        pen.line(points, fill=255, width=max(1, round(width * mask.width)), joint="curve")
    return mask.reduce(_FINER)


def points(x: Field, y: Field) -> list[Point]:
    """Two coordinate arrays as an outline."""
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]


def star(centre: Point, radius: float, corners: int, sharp: float, turn: float = 0.0) -> list[Point]:
    """The outline of a star whose inner corners are at `sharp` of the radius."""
    reach, angle = np.tile([radius, radius * sharp], corners), turn + np.pi * np.arange(2 * corners) / corners
    return points(centre[0] + reach * np.sin(angle), centre[1] - reach * np.cos(angle))


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from the first to the second."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(ground: str, *choices: str) -> str:
    """The choice that differs most from a ground in lightness (Rec. 601 weights)."""
    light = {colour: np.dot(ImageColor.getrgb(colour)[:3], (0.299, 0.587, 0.114)) for colour in (ground, *choices)}
    return max(choices, key=lambda colour: abs(light[colour] - light[ground]))


def as_image(mask: Mask) -> Image.Image:
    """A mask as a greyscale image."""
    return mask if isinstance(mask, Image.Image) else Image.fromarray((np.clip(mask, 0, 1) * 255).astype(np.uint8))


class Canvas:
    """A sheet and the randomness it is drawn with; every method draws over what is there."""

    def __init__(self, rng: np.random.Generator, ground: str) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (SIZE_PX, SIZE_PX), ground)

    def between(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def ink(self, colour: str, mask: Mask, at: Point = (0, 0)) -> None:
        """One colour through a mask whose upper left corner is `at`."""
        solid, right_px, down_px = as_image(mask), round(at[0] * SIZE_PX), round(at[1] * SIZE_PX)
        if box := solid.getbbox():
            left, top, right, bottom = box
            inked = (left + right_px, top + down_px, right + right_px, bottom + down_px)
            self.image.paste(colour, inked, solid.crop(box))

    def wash(self, colours: Sequence[str], field: Field, mask: Mask | None = None) -> None:
        """Colours evenly spread over 0 to 1, one for each value of a field."""
        stops = np.array([ImageColor.getrgb(colour)[:3] for colour in colours])
        places = np.linspace(0, len(stops) - 1, 256)
        table = np.stack([np.interp(places, range(len(stops)), channel) for channel in stops.T], axis=1)
        levels = as_image(field)
        levels.putpalette(table.round().astype(np.uint8).tobytes())
        solid = as_image(np.ones_like(field)) if mask is None else as_image(mask)
        if box := solid.getbbox():
            self.image.paste(levels.crop(box).convert("RGB"), box, solid.crop(box))

    def box(self, colour: str, left: float, top: float, right: float, bottom: float) -> None:
        """A filled rectangle."""
        left_px, top_px, right_px, bottom_px = (round(side * SIZE_PX) for side in (left, top, right, bottom))
        self.image.paste(colour, (left_px, top_px, right_px, bottom_px))

    def disc(self, colour: str, centre: Point, radius: float) -> None:
        """A filled circle."""
        self.ink(colour, edge(radius - away(centre)))

    def glow(self, colour: str, centre: Point, radius: float, halo: float = 0.5) -> None:
        """A sun or a moon."""
        self.ink(colour, np.exp(-np.maximum(away(centre) - radius, 0) / (radius * 1.3)) * halo)
        self.disc(colour, centre, radius)

    def haze(self, colour: str, middle: float, depth: float, strength: float) -> None:
        """A bank of mist across the sheet."""
        wisps = noise(self.rng, 3, 3, aspect=3) * 0.5 + 0.8
        self.ink(colour, np.exp(-(((grid()[1] - middle) / depth) ** 2)) * wisps * strength)

    def shadow(self, mask: Mask) -> None:
        """The soft shadow of a sheet of paper in the shape of a mask."""
        soft = as_image(mask).reduce(2).filter(ImageFilter.BoxBlur(2)).resize((SIZE_PX, SIZE_PX))
        self.ink("#120c08", soft.point(lambda level: level * 2 // 5), (0.006, 0.012))

    def shade(self, factor: Field) -> None:
        """Multiply all colours by a field."""
        self.image = Image.fromarray(np.clip(np.asarray(self.image) * factor[..., None], 0, 255).astype(np.uint8))

    def finish(self, grain: float = 5, mottle: float = 0.02) -> "Canvas":
        """Print it: uneven ink, and grain with a standard deviation of `grain` levels of 255."""
        speckle = self.rng.integers(-128, 128, (SIZE_PX, SIZE_PX), dtype=np.int16) * np.float32(grain / 74)
        inked = np.asarray(self.image) * (1 + noise(self.rng, 60) * mottle)[..., None] + speckle[..., None]
        self.image = Image.fromarray(np.clip(inked, 0, 255).astype(np.uint8))
        return self
