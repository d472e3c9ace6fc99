"""Electronic: thousands of particles let loose in a vector field, exposed on one plate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_FINE = Typeface(spacing=0.04, capitals=False)
_CODE = Typeface(weight=0.01, spacing=0.2)

Positions = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Look:
    ground: str
    threads: tuple[str, ...]
    glowing: bool
    type: str
    field: Callable[[np.random.Generator], tuple[Field, Field]]
    start: Callable[[np.random.Generator, int], Positions]


def _along(angle: Field) -> tuple[Field, Field]:
    return np.cos(angle), np.sin(angle)


def _curling(rng: np.random.Generator) -> tuple[Field, Field]:
    """Eddies: at right angles to the slope of a smooth noise. A vector field is (velocity x, velocity y), px a step."""
    stream = canvas.noise(rng, float(rng.uniform(3, 5)), octaves=2, gain=0.35) * np.float32(SIZE_PX / 4)
    slope_y, slope_x = np.gradient(stream)
    speed = np.hypot(slope_x, slope_y) + np.float32(0.05)
    return slope_y / speed, -slope_x / speed


def _drifting(rng: np.random.Generator) -> tuple[Field, Field]:
    """A wind mostly from one side."""
    heading = np.float32(rng.uniform(-0.6, 0.6))
    return _along(heading + canvas.noise(rng, 3, octaves=3, gain=0.45) * np.float32(1.6))


def _orbiting(rng: np.random.Generator) -> tuple[Field, Field]:
    """Circles about one centre, unsettled by noise."""
    y, x = canvas.grid()
    cx, cy = (float(v) for v in rng.uniform(210, 350, 2))
    turn = np.arctan2(y - np.float32(cy), x - np.float32(cx)) + np.float32(np.pi / 2 + rng.uniform(-0.25, 0.25))
    return _along(turn + canvas.noise(rng, 5, octaves=2) * np.float32(rng.uniform(0.5, 1.1)))


def _quantised(rng: np.random.Generator) -> tuple[Field, Field]:
    """Headings snapped to a few directions, like traces on a board."""
    steps = float(rng.choice([4, 6, 8]))
    angle = canvas.noise(rng, 5, octaves=2) * np.float32(2 * np.pi)
    return _along(np.round(angle / np.float32(2 * np.pi) * np.float32(steps)) * np.float32(2 * np.pi / steps))


def _bursting(rng: np.random.Generator) -> tuple[Field, Field]:
    """Outward from a point, curving as it goes."""
    y, x = canvas.grid()
    cx, cy = SIZE_PX / 2 + float(rng.uniform(-60, 60)), SIZE_PX / 2 + float(rng.uniform(-60, 60))
    turn = np.arctan2(y - np.float32(cy), x - np.float32(cx)) + np.float32(rng.uniform(-0.8, 0.8))
    return _along(turn + canvas.noise(rng, 5, octaves=3) * np.float32(1.3))


def _anywhere(rng: np.random.Generator, count: int) -> Positions:
    return rng.uniform(0, SIZE_PX, (count, 2)).astype(np.float32)


def _from_a_line(rng: np.random.Generator, count: int) -> Positions:
    x = rng.uniform(0, SIZE_PX * 0.5, count)
    y = rng.uniform(60, SIZE_PX - 60, count)
    return np.stack([x, y], axis=1).astype(np.float32)


def _from_a_ring(rng: np.random.Generator, count: int) -> Positions:
    angle = rng.uniform(0, 2 * np.pi, count)
    radius = rng.choice([70, 120, 165, 205], count) + rng.normal(0, 3, count)
    return (np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] + SIZE_PX / 2).astype(np.float32)


def _from_nodes(rng: np.random.Generator, count: int) -> Positions:
    nodes = np.stack(np.meshgrid(np.arange(1, 10), np.arange(1, 10)), axis=-1).reshape(-1, 2) * 56.0
    return (nodes[rng.integers(len(nodes), size=count)] + rng.normal(0, 7, (count, 2))).astype(np.float32)


def _from_the_middle(rng: np.random.Generator, count: int) -> Positions:
    return (rng.normal(0, 34, (count, 2)) + SIZE_PX / 2).astype(np.float32)


LOOKS = (
    _Look("#07090f", ("#3ee6ff", "#7a5cff", "#ff4fb8"), True, "#dfe7ff", _curling, _anywhere),
    _Look("#f2efe8", ("#14213d", "#e4572e", "#17a398"), False, "#14213d", _drifting, _from_a_line),
    _Look("#120a06", ("#ffb347", "#ff6a3d", "#ffe8c2"), True, "#ffe8c2", _orbiting, _from_a_ring),
    _Look("#06140f", ("#2dff9a", "#0fa36b", "#d8ffe9"), True, "#c9ffe2", _quantised, _from_nodes),
    _Look("#e9e4f5", ("#2b1a6b", "#c2185b", "#ff7043"), False, "#2b1a6b", _bursting, _from_the_middle),
)


def _exposure(look: _Look, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Light gathered per pixel and thread colour, shape (threads, SIZE_PX, SIZE_PX)."""
    count, steps = 5200, 90
    velocity_x, velocity_y = look.field(rng)
    at = look.start(rng, count)
    thread = _thread_of(at, rng, len(look.threads))
    light = np.zeros((len(look.threads), SIZE_PX * SIZE_PX), dtype=np.float32)
    visited = np.empty((steps, count), dtype=np.intp)
    for step in range(steps):
        column, row = at[:, 0].astype(np.intp), at[:, 1].astype(np.intp)
        inside = (column >= 0) & (column < SIZE_PX) & (row >= 0) & (row < SIZE_PX)
        cell = np.where(inside, row * SIZE_PX + column, 0)
        visited[step] = np.where(inside, cell, -1)
        at[:, 0] += velocity_x.ravel()[cell] * np.float32(0.95)
        at[:, 1] += velocity_y.ravel()[cell] * np.float32(0.95)
    for number in range(len(look.threads)):
        cells = visited[:, thread == number].ravel()
        light[number] = np.bincount(cells[cells >= 0], minlength=SIZE_PX * SIZE_PX)
    return light.reshape(-1, SIZE_PX, SIZE_PX)


def _thread_of(at: Positions, rng: np.random.Generator, threads: int) -> npt.NDArray[np.intp]:
    """Which colour each particle carries: by where it starts, with some strays."""
    region = np.floor((at[:, 0] + at[:, 1]) / np.float32(2 * SIZE_PX) * threads + rng.normal(0, 0.35, len(at)))
    return np.clip(region, 0, threads - 1).astype(np.intp)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Exposure developed on a dark or light plate, a few registration marks, small type."""
    look = LOOKS[sleeve.look]
    light = _exposure(look, rng)
    plate = np.empty((SIZE_PX, SIZE_PX, 3), dtype=np.float32)
    plate[:] = ImageColor.getrgb(look.ground)[:3]
    for amount, colour in zip(light, look.threads, strict=True):
        density = 1 - np.exp(amount * np.float32(-0.34))
        rgb = np.array(ImageColor.getrgb(colour)[:3], dtype=np.float32)
        if look.glowing:
            plate += density[..., None] * rgb * np.float32(0.85)
        else:
            plate += density[..., None] * (rgb - plate) * np.float32(0.88)
    image = Image.fromarray(np.clip(plate, 0, 255).astype(np.uint8))
    if look.glowing:
        haze = image.reduce(8).resize(image.size, Image.Resampling.BICUBIC)
        image = Image.blend(image, Image.fromarray(np.maximum(np.asarray(image), np.asarray(haze))), 0.6)
    _marks(image, look, sleeve, centred=bool(rng.random() < 0.35))
    return canvas.grain(image, rng, 4)


def _marks(image: Image.Image, look: _Look, sleeve: Sleeve, *, centred: bool) -> None:
    """Crosses at the corners and two lines of type on a cleared strip."""
    edge = 24
    for x in (edge, SIZE_PX - edge):
        for y in (edge, SIZE_PX - edge):
            image.paste(look.type, (x - 6, y, x + 7, y + 1))
            image.paste(look.type, (x, y - 6, x + 1, y + 7))
    name = lettering.line(sleeve.artist, _FINE, cap_px=24, width_px=SIZE_PX - 150)
    title = lettering.line(f"{sleeve.title}  /  {sleeve.catalogue_number}", _CODE, cap_px=8, width_px=SIZE_PX - 150)
    width = max(name.width, title.width) + 28
    x = (SIZE_PX - width) // 2 if centred else 40
    y = 244 if centred else 458
    image.paste(look.ground, (x, y, x + width, y + 64))
    lettering.put(image, name, x + 14, y + 12, look.type)
    lettering.put(image, title, x + 14, y + 46, look.threads[1] if not look.glowing else look.threads[0])
