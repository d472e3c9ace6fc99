"""The drawing ground every style shares: coordinates, colour ramps, noise, masks and paper.

Fields are float arrays of shape (SIZE_PX, SIZE_PX), float32 where it matters for speed; masks are greyscale images of
the sleeve's size, 255 where ink goes.
Colours are hex strings such as "#e8e2d4".
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw

SIZE_PX = 560
"""Side of every front and back cover."""

Field = npt.NDArray[np.floating[Any]]
Point = tuple[float, float]

_RAMP_STEPS = 256


@lru_cache(maxsize=1)
def grid() -> tuple[Field, Field]:
    """Read-only coordinates (y, x) of the pixel centres, from 0 to SIZE_PX."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX].astype(np.float32) + np.float32(0.5)
    y.flags.writeable = x.flags.writeable = False
    return y, x


def blank(colour: str) -> Image.Image:
    """A sleeve in one colour."""
    return Image.new("RGB", (SIZE_PX, SIZE_PX), colour)


def smoothstep(low: float, high: float, field: Field) -> Field:
    """Hermite step from 0 at `low` to 1 at `high`; `low` above `high` falls instead of rising."""
    t: Field = np.clip((field - np.float32(low)) / np.float32(high - low), 0, 1)
    return t * t * (3 - 2 * t)


def ramp(stops: Sequence[str], field: Field) -> Image.Image:
    """Colours evenly spaced over 0..1, looked up for each value of a field."""
    colours = np.array([ImageColor.getrgb(stop) for stop in stops], dtype=np.float32)
    at = np.linspace(0, 1, _RAMP_STEPS)
    places = np.linspace(0, 1, len(stops))
    table = (
        np.stack([np.interp(at, places, colours[:, channel]) for channel in range(3)], axis=1).round().astype(np.uint8)
    )
    steps = Image.fromarray(np.clip(field * (_RAMP_STEPS - 1), 0, _RAMP_STEPS - 1).astype(np.uint8))
    steps.putpalette(table.tobytes())
    return steps.convert("RGB")


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from the first to the second."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return f"#{red:02x}{green:02x}{blue:02x}"


def luminance(colour: str) -> float:
    """Perceived lightness of a colour, 0..1 (Rec. 601 weights)."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def readable(ground: str, *choices: str) -> str:
    """The choice that stands out most from a ground."""
    return max(choices, key=lambda colour: abs(luminance(colour) - luminance(ground)))


def _enlarged(field: Field, size_px: int) -> Field:
    """A square field spread over more pixels, linearly: smooth enough where the field has no detail of its own."""
    at = np.clip((np.arange(size_px, dtype=np.float32) + 0.5) * (len(field) / size_px) - 0.5, 0, len(field) - 1)
    low = np.minimum(at.astype(np.intp), len(field) - 2)
    share = at - low.astype(np.float32)
    wide = field[:, low] * (1 - share) + field[:, low + 1] * share
    spread: Field = wide[low] * (1 - share)[:, None] + wide[low + 1] * share[:, None]
    return spread


def noise(
    rng: np.random.Generator,
    cells: float,
    *,
    octaves: int = 1,
    gain: float = 0.5,
    aspect: float = 1.0,
    size_px: int = SIZE_PX,
) -> Field:
    """Smooth value noise, roughly within -1..1.

    Args:
        rng: the source of randomness.
        cells: lattice cells across the sleeve in the first octave; each further octave doubles them.
        octaves: how many lattices are summed.
        gain: amplitude of an octave relative to the one before.
        aspect: cells down for each cell across; above 1 the noise lies in horizontal bands.
        size_px: side of the field.
    """
    finest = cells * max(1.0, aspect) * 2 ** (octaves - 1)
    worked_px = next((size_px // part for part in (4, 2) if finest * 4 <= size_px // part), size_px)
    total = np.zeros((worked_px, worked_px), dtype=np.float32)
    amplitude, weight = 1.0, 0.0
    for octave in range(octaves):
        across = max(2, round(cells * 2**octave) + 1)
        down = max(2, round(cells * aspect * 2**octave) + 1)
        lattice = Image.fromarray(rng.uniform(-amplitude, amplitude, (down, across)).astype(np.float32))
        total += np.asarray(lattice.resize((worked_px, worked_px), Image.Resampling.BICUBIC))
        weight += amplitude
        amplitude *= gain
    total /= np.float32(weight)
    return total if worked_px == size_px else _enlarged(total, size_px)


def profile(
    rng: np.random.Generator, cells: float, *, octaves: int = 4, gain: float = 0.5, samples: int = SIZE_PX
) -> Field:
    """One-dimensional noise of shape (samples,), roughly within -1..1: a skyline, a ridge, a torn edge."""
    total = np.zeros(samples, dtype=np.float32)
    amplitude, weight = 1.0, 0.0
    for octave in range(octaves):
        knots = max(2, round(cells * 2**octave) + 1)
        at = np.linspace(0, knots - 1, samples)
        left = np.minimum(at.astype(np.intp), knots - 2)
        t = at - left
        heights = rng.uniform(-1, 1, knots)
        blend = t * t * (3 - 2 * t)
        total += ((heights[left] * (1 - blend) + heights[left + 1] * blend) * amplitude).astype(np.float32)
        weight += amplitude
        amplitude *= gain
    return total / np.float32(weight)


def below(edge: Field) -> Image.Image:
    """Mask of what lies under a skyline given as y (px) for each column."""
    y, _ = grid()
    return coverage(y - edge[None, :])


def coverage(inside_px: Field) -> Image.Image:
    """Anti-aliased mask from a signed distance: 255 where it is above half a pixel, 0 where below minus half."""
    return Image.fromarray((np.clip(inside_px + np.float32(0.5), 0, 1) * 255).astype(np.uint8))


def tone(field: Field) -> Image.Image:
    """Mask whose strength is the field, clipped to 0..1."""
    return Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))


def ink(image: Image.Image, colour: str, mask: Image.Image, at: tuple[int, int] = (0, 0)) -> None:
    """Lay one colour on an image through a mask, in place."""
    box = mask.getbbox()
    if box is not None:
        left, top, right, bottom = box
        image.paste(colour, (at[0] + left, at[1] + top, at[0] + right, at[1] + bottom), mask.crop(box))


def polygons(shapes: Iterable[Sequence[Point]], *, scale: int = 3) -> Image.Image:
    """Anti-aliased mask of filled polygons in sleeve coordinates (px)."""
    listed = [shape for shape in shapes if len(shape) > 1]
    mask = Image.new("L", (SIZE_PX, SIZE_PX), 0)
    left, top, right, bottom = _box(listed, 1.0)
    if left < right and top < bottom:
        part = Image.new("L", ((right - left) * scale, (bottom - top) * scale), 0)
        pen = ImageDraw.Draw(part)
        for shape in listed:
            pen.polygon([((x - left) * scale, (y - top) * scale) for x, y in shape], fill=255)
        mask.paste(part.reduce(scale), (left, top))
    return mask


def strokes(lines: Iterable[Sequence[Point]], width_px: float, *, scale: int = 3) -> Image.Image:
    """Anti-aliased mask of polylines in sleeve coordinates (px), all of one width."""
    listed = list(lines)
    mask = Image.new("L", (SIZE_PX, SIZE_PX), 0)
    left, top, right, bottom = _box(listed, width_px + 1)
    if left < right and top < bottom:
        part = Image.new("L", ((right - left) * scale, (bottom - top) * scale), 0)
        pen = ImageDraw.Draw(part)
        width = max(1, round(width_px * scale))
        for line in listed:
            pen.line([((x - left) * scale, (y - top) * scale) for x, y in line], fill=255, width=width, joint="curve")
        mask.paste(part.reduce(scale), (left, top))
    return mask


def _box(shapes: Sequence[Sequence[Point]], margin_px: float) -> tuple[int, int, int, int]:
    """The part of the sleeve that shapes touch: left, top, right, bottom; empty where they touch none of it."""
    points = [point for shape in shapes for point in shape]
    if not points:
        return 0, 0, 0, 0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = max(0, int(min(xs) - margin_px)), max(0, int(min(ys) - margin_px))
    return left, top, min(SIZE_PX, int(max(xs) + margin_px) + 1), min(SIZE_PX, int(max(ys) + margin_px) + 1)


def distance(centre: Point) -> Field:
    """Distance (px) of every pixel from a point (x, y)."""
    y, x = grid()
    away: Field = np.hypot(x - np.float32(centre[0]), y - np.float32(centre[1]))
    return away


def disc(centre: Point, radius_px: float) -> Image.Image:
    """Anti-aliased mask of a filled circle."""
    mask = Image.new("L", (SIZE_PX, SIZE_PX), 0)
    left, top, right, bottom = _box([[centre]], radius_px + 1)
    if left < right and top < bottom:
        y, x = np.ogrid[top:bottom, left:right]
        away = np.hypot(x + np.float32(0.5 - centre[0]), y + np.float32(0.5 - centre[1]))
        mask.paste(coverage(np.float32(radius_px) - away), (left, top))
    return mask


def shifted(mask: Image.Image, right_px: int, down_px: int) -> Image.Image:
    """A mask moved over; what leaves the sleeve is lost."""
    moved = Image.new(mask.mode, mask.size, 0)
    moved.paste(mask, (right_px, down_px))
    return moved


def grain(image: Image.Image, rng: np.random.Generator, strength: float) -> Image.Image:
    """Film grain: the same random step on all three channels, standard deviation `strength` in levels of 255."""
    speckle = rng.integers(0, 256, (SIZE_PX, SIZE_PX), dtype=np.uint8).astype(np.int16) - 128
    speckle = (speckle * np.float32(strength / 74)).astype(np.int16)  # 74 is the deviation of a uniform byte
    return Image.fromarray(np.clip(np.asarray(image).astype(np.int16) + speckle[..., None], 0, 255).astype(np.uint8))


def shade(image: Image.Image, factor: Field) -> Image.Image:
    """Multiply by a field: paper fibres, a vignette, a fold's shadow."""
    return Image.fromarray(np.clip(np.asarray(image) * factor[..., None], 0, 255).astype(np.uint8))


def paper(
    image: Image.Image, rng: np.random.Generator, *, mottle: float = 0.03, grain_strength: float = 5.0
) -> Image.Image:
    """Uneven ink on card: soft mottling, then grain."""
    mottled = shade(image, 1 + noise(rng, 30, octaves=2, gain=0.9) * np.float32(mottle * 2))
    return grain(mottled, rng, grain_strength)


@lru_cache(maxsize=4)
def vignette(depth: float) -> Field:
    """A factor that falls from 1 at the centre to 1 - depth in the corners."""
    middle = SIZE_PX / 2
    factor = 1 - np.float32(depth) * smoothstep(0.45, 1.45, distance((middle, middle)) / np.float32(middle))
    factor.flags.writeable = False
    return factor
