"""Techno: two plates of fine line work that interfere, and very small type."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_TURN = np.float32(2 * np.pi)
_SMALL = Typeface(weight=0.012, spacing=0.16)
_HEAVY = Typeface(weight=0.05, spacing=0.02, stretch=1.25)


@dataclass(frozen=True, slots=True)
class _Look:
    ground: str
    line: str
    accent: str
    plate: Callable[[np.random.Generator], Field]
    round_window: bool


def _stripes(position_px: Field, period_px: float) -> Field:
    """Signed distance (px) to the edges of stripes of equal ink and gap."""
    inside_px: Field = np.sin(position_px * (_TURN / np.float32(period_px))) * np.float32(period_px / (2 * np.pi))
    return inside_px


def _point(rng: np.random.Generator, reach: float) -> tuple[float, float]:
    x, y = SIZE_PX * (0.5 + rng.uniform(-reach, reach, 2))
    return float(x), float(y)


def _two_centres(rng: np.random.Generator) -> Field:
    period = rng.uniform(8, 13)
    first, second = (
        _stripes(canvas.distance(_point(rng, 0.3)), period),
        _stripes(canvas.distance(_point(rng, 0.3)), period),
    )
    return first * second / np.float32(period / 7)


def _swollen_lines(rng: np.random.Generator) -> Field:
    y, x = canvas.grid()
    angle = rng.choice([0.0, np.pi / 2, np.pi / 4])
    along = y * np.float32(np.cos(angle)) + x * np.float32(np.sin(angle))
    lift = np.zeros_like(along)
    for _ in range(int(rng.integers(2, 5))):
        width = rng.uniform(50, 130)
        height = rng.uniform(0.5, 0.95) * width * rng.choice([-1, 1])
        lift += np.float32(height) * np.exp(-((canvas.distance(_point(rng, 0.34)) / np.float32(width)) ** 2))
    return _stripes(along + lift, rng.uniform(9, 14))


def _broken_rings(rng: np.random.Generator) -> Field:
    y, x = canvas.grid()
    centre = _point(rng, 0.08)
    radius = canvas.distance(centre)
    angle = np.arctan2(y - np.float32(centre[1]), x - np.float32(centre[0]))
    period = rng.uniform(11, 18)
    ring = np.minimum((radius / np.float32(period)).astype(np.intp), 79)
    start = np.cumsum(rng.normal(0, rng.uniform(0.15, 0.9), 80)).astype(np.float32)
    half_gap = rng.uniform(0.2, 1.4, 80).astype(np.float32)
    turned = np.abs(np.mod(angle - start[ring] + np.float32(np.pi), _TURN) - np.float32(np.pi))
    gap = (turned - half_gap[ring]) * np.maximum(radius, 1)
    within = np.float32(period * rng.uniform(0.24, 0.36)) - np.abs(
        np.mod(radius, np.float32(period)) - np.float32(period / 2)
    )
    inside_px: Field = np.minimum(within, gap)
    return inside_px


def _spiral_rays(rng: np.random.Generator) -> Field:
    y, x = canvas.grid()
    fields = []
    arms = int(rng.integers(44, 72))
    for direction in (1, -1):
        centre = _point(rng, 0.16)
        radius = np.maximum(canvas.distance(centre), 1)
        angle = np.arctan2(y - np.float32(centre[1]), x - np.float32(centre[0])) * np.float32(direction)
        twist = np.float32(rng.uniform(0.25, 0.8))
        fields.append(np.sin((angle + np.log(radius) * twist) * arms) * np.clip(radius / np.float32(arms), 0, 4))
    inside_px: Field = np.sign(fields[0]) * np.minimum(np.abs(fields[0]), 1) * fields[1]
    return inside_px


def _pulsing_dots(rng: np.random.Generator) -> Field:
    y, x = canvas.grid()
    pitch = np.float32(SIZE_PX / rng.integers(26, 44))
    column, row = np.floor(x / pitch), np.floor(y / pitch)
    middle_x, middle_y = (column + np.float32(0.5)) * pitch, (row + np.float32(0.5)) * pitch
    first, second = _point(rng, 0.5), _point(rng, 0.5)
    wave = np.sin(np.hypot(middle_x - first[0], middle_y - first[1]) * np.float32(rng.uniform(0.018, 0.045)))
    wave = wave + np.sin(np.hypot(middle_x - second[0], middle_y - second[1]) * np.float32(rng.uniform(0.018, 0.045)))
    radius = pitch * (np.float32(0.27) + np.float32(0.11) * wave)
    inside_px: Field = radius - np.hypot(x - middle_x, y - middle_y)
    return inside_px


LOOKS = (
    _Look("#0d0d0f", "#ece8df", "#e8392a", _two_centres, True),
    _Look("#e6ff2a", "#10110a", "#10110a", _swollen_lines, False),
    _Look("#d9d9d6", "#17181a", "#ff4a1c", _broken_rings, False),
    _Look("#e5281e", "#0e0b0b", "#f4efe6", _spiral_rays, True),
    _Look("#0b1fd1", "#eef0ff", "#eef0ff", _pulsing_dots, False),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Line plate in a window, a rule and four small labels."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.ground)
    plate = look.plate(rng)
    margin = int(rng.choice([0, 44, 62]))
    y, x = canvas.grid()
    if look.round_window and margin:
        window = np.float32(SIZE_PX / 2 - margin) - canvas.distance((SIZE_PX / 2, SIZE_PX / 2))
    else:
        side = np.minimum(np.minimum(x, SIZE_PX - x), np.minimum(y, SIZE_PX - y))
        window = side - np.float32(margin)
    canvas.ink(image, look.line, canvas.coverage(np.minimum(plate, window)))
    if margin:
        _corner_labels(image, sleeve, look)
    else:
        _label_bar(image, sleeve, look, at_top=bool(rng.random() < 0.4))
    return canvas.grain(image, rng, 4)


def _corner_labels(image: Image.Image, sleeve: Sleeve, look: _Look) -> None:
    edge, far = 18, SIZE_PX - 18
    cap = 9.0
    lettering.put(image, lettering.line(sleeve.artist, _SMALL, cap_px=cap, width_px=300), edge, edge, look.line)
    lettering.put(
        image, lettering.line(sleeve.catalogue_number, _SMALL, cap_px=cap), far, edge, look.line, anchor=(1, 0)
    )
    lettering.put(
        image, lettering.line(sleeve.title, _SMALL, cap_px=cap, width_px=400), edge, far, look.line, anchor=(0, 1)
    )
    canvas.ink(image, look.accent, canvas.disc((far - 6, far - 6), 7))


def _label_bar(image: Image.Image, sleeve: Sleeve, look: _Look, *, at_top: bool) -> None:
    name = lettering.line(sleeve.artist, _HEAVY, cap_px=25, width_px=SIZE_PX - 110)
    title = lettering.line(f"{sleeve.title}  /  {sleeve.catalogue_number}", _SMALL, cap_px=9, width_px=SIZE_PX - 60)
    height = 86
    top = 0 if at_top else SIZE_PX - height
    image.paste(look.ground, (0, top, SIZE_PX, top + height))
    lettering.put(image, name, 24, top + 20, look.line)
    lettering.put(image, title, 24, top + 60, look.line)
    canvas.ink(image, look.accent, canvas.disc((SIZE_PX - 34, top + 33), 9))
