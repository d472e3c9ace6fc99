"""Classical: an engraving in a ruled frame, the work's name set like a score's title page."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX, Field
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_SERIF = Typeface(serif=True, spacing=0.1)
_SERIF_WIDE = Typeface(serif=True, spacing=0.28)

Plate = tuple[Field, Field]


@dataclass(frozen=True, slots=True)
class _Look:
    paper: str
    ink: str
    band: str
    plate: Callable[[np.random.Generator], Plate]


def _waves(rng: np.random.Generator) -> Plate:
    """Swell under a clouded sky. A plate is (darkness 0..1, the coordinate in px that the burin's lines follow)."""
    y, x = canvas.grid()
    horizon = float(rng.uniform(225, 270))
    swell = np.zeros_like(y)
    for octave in range(4):
        length = 150 / (octave + 1)
        swell += np.sin(x / np.float32(length) + y / np.float32(length * 0.6) + np.float32(rng.uniform(0, 6))) / (
            octave + 1
        )
    down = np.clip((y - np.float32(horizon)) / 200, 0, 1)
    sea = 0.52 + swell * np.float32(0.3) * (np.float32(0.3) + down)
    clouds = 0.2 + canvas.noise(rng, 4, octaves=4, aspect=2) * np.float32(0.4)
    moon = canvas.smoothstep(
        34, 30, canvas.distance((float(rng.uniform(170, 390)), horizon - float(rng.uniform(50, 90))))
    )
    dark = np.where(y > horizon, sea, clouds * (1 - moon))
    lines = np.where(y > horizon, y + swell * np.float32(17) * (np.float32(0.25) + down), y + canvas.noise(rng, 3) * 12)
    return dark, lines


def _moonrise(rng: np.random.Generator) -> Plate:
    """A cratered globe among ruled sky."""
    y, x = canvas.grid()
    centre, radius = (float(rng.uniform(230, 330)), float(rng.uniform(225, 275))), float(rng.uniform(90, 130))
    u, v = (x - np.float32(centre[0])) / np.float32(radius), (y - np.float32(centre[1])) / np.float32(radius)
    inside = 1 - u * u - v * v
    height = np.sqrt(np.maximum(inside, 0))
    craters = canvas.noise(rng, 9, octaves=3, gain=0.6)
    lit = height * np.float32(0.6) - u * np.float32(0.55) - v * np.float32(0.35) + craters * np.float32(0.28)
    sky = (
        0.62
        - canvas.smoothstep(40, 300, y) * np.float32(0.25)
        + canvas.noise(rng, 3, octaves=3, aspect=3) * np.float32(0.25)
    )
    dark = np.where(inside > 0, np.clip(0.86 - lit, 0.05, 0.95), sky)
    lines = np.where(inside > 0, y + height * np.float32(24) + craters * 9, y)
    return dark, lines


def _alps(rng: np.random.Generator) -> Plate:
    """Peaks whose faces are hatched along their slope."""
    y, x = canvas.grid()
    dark = 0.12 + canvas.noise(rng, 3, octaves=3, aspect=3) * np.float32(0.22)
    lines = y + canvas.noise(rng, 2) * 8
    for layer in range(4):
        ridge = 190 + 62 * layer + canvas.profile(rng, 4, octaves=5, gain=0.5) * np.float32(74)
        slope = np.gradient(np.convolve(np.pad(ridge, 8, mode="edge"), np.ones(17) / 17, mode="valid")).astype(
            np.float32
        )
        under = y > ridge[None, :]
        relief = canvas.noise(rng, 10, octaves=3, gain=0.6)
        face = 0.46 + slope[None, :] * np.float32(0.42) + relief * np.float32(0.5) + np.float32(0.05 * layer)
        dark = np.where(under, face, dark)
        lines = np.where(under, y + relief * 22 + x * np.float32(0.5 if layer % 2 else -0.5), lines)
    return dark, lines


def _columns(rng: np.random.Generator) -> Plate:
    """A row of fluted columns, turned by the light."""
    y, x = canvas.grid()
    count = int(rng.integers(4, 7))
    pitch = np.float32(420 / count)
    local = np.mod(x - 70, pitch) / pitch * 2 - 1
    shaft = np.abs(local) < 0.62
    u = np.clip(local / np.float32(0.62), -1, 1)
    flutes = np.sin(np.arcsin(u) * 14) * np.float32(0.16)
    dark = np.where(
        shaft, 0.42 + u * np.float32(0.34) + flutes, np.float32(0.84) - canvas.smoothstep(120, 420, y) * np.float32(0.5)
    )
    lines = np.where(
        shaft, y - np.sqrt(np.maximum(1 - u * u, 0)) * np.float32(14), y * np.float32(0.9) + x * np.float32(0.12)
    )
    top, foot = 132.0, 400.0
    capital = (np.abs(y - np.float32(top + 14)) < 15) & (np.abs(local) < 0.82)
    dark = np.where(capital, 0.34 + local * np.float32(0.3), dark)
    beam = (y < top) | (y > foot)
    dark = np.where(beam, 0.3 + np.where(np.mod(y, 22) < 4, np.float32(0.5), np.float32(0)), dark)
    return dark + canvas.noise(rng, 8, octaves=3) * np.float32(0.1), np.where(beam, y + x * np.float32(0.02), lines)


def _rosette(rng: np.random.Generator) -> Plate:
    """Guilloche: rings that bow in and out together, as turned by an engine for a share certificate."""
    y, x = canvas.grid()
    cx, cy = SIZE_PX / 2, 222.0
    radius, angle = canvas.distance((cx, cy)), np.arctan2(y - np.float32(cy), x - np.float32(cx))
    lobes = int(rng.integers(5, 13))
    lines = radius + np.cos(angle * lobes) * np.float32(rng.uniform(7, 15)) * canvas.smoothstep(0, 120, radius)
    lines = lines + np.sin(angle * lobes * 2) * np.float32(rng.uniform(0, 4)) * canvas.smoothstep(30, 160, radius)
    bloom = np.cos(angle * lobes + np.float32(np.pi) * (np.floor(radius / np.float32(rng.uniform(34, 52))) % 2))
    dark = 0.4 + bloom * np.float32(0.3) + np.cos(radius / np.float32(rng.uniform(9, 16))) * np.float32(0.12)
    return dark * canvas.smoothstep(6, 22, radius), lines


LOOKS = (
    _Look("#f1e9d6", "#1c2f45", "#1c2f45", _waves),
    _Look("#efe6d0", "#2b1f16", "#7c1f24", _moonrise),
    _Look("#eee8d8", "#23402f", "#23402f", _alps),
    _Look("#f3ead8", "#5a2418", "#b98a2e", _columns),
    _Look("#ece6da", "#3a2350", "#3a2350", _rosette),
)


def _engraved(dark: Field, lines: Field) -> Field:
    """Line work: parallel cuts that swell with the darkness, crossed by a second set in the deep shade."""
    y, x = canvas.grid()
    period = np.float32(5.2)
    shade = np.clip(dark, 0.04, 0.94)
    first = shade * period * np.float32(0.5) - np.abs(np.mod(lines, period) - period / 2)
    cross = (shade - np.float32(0.55)) * period * np.float32(0.75) - np.abs(
        np.mod(lines * np.float32(0.35) + (x + y) * np.float32(0.66), period) - period / 2
    )
    inside_px: Field = np.maximum(first, cross)
    return inside_px


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Paper, plate, frame, title page."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.paper)
    y, x = canvas.grid()
    dark, lines = look.plate(rng)
    left, top, right, bottom = (66, 60, 494, 384) if rng.random() < 0.7 else (110, 48, 450, 388)
    window = np.minimum(np.minimum(x - left, right - x), np.minimum(y - top, bottom - y))
    if rng.random() < 0.3:  # an oval plate
        middle = ((left + right) / 2, (top + bottom) / 2)
        oval = np.hypot(
            (x - np.float32(middle[0])) / np.float32((right - left) / 2),
            (y - np.float32(middle[1])) / np.float32((bottom - top) / 2),
        )
        window = (1 - oval) * np.float32((bottom - top) / 2)
    canvas.ink(image, look.ink, canvas.coverage(np.minimum(_engraved(dark, lines), window)))
    canvas.ink(image, look.ink, canvas.coverage(np.minimum(window + 7, -window - np.float32(5.2))))
    canvas.ink(image, look.ink, canvas.coverage(np.minimum(window + np.float32(11.5), -window - np.float32(10.5))))
    _frame(image, look)
    _title_page(image, look, sleeve)
    return canvas.paper(image, rng, mottle=0.01, grain_strength=5)


def _frame(image: Image.Image, look: _Look) -> None:
    """Thick and thin rules around the card, a flourish of dots in the corners."""
    y, x = canvas.grid()
    side = np.minimum(np.minimum(x, SIZE_PX - x), np.minimum(y, SIZE_PX - y))
    canvas.ink(image, look.band, canvas.coverage(np.float32(4) - np.abs(side - 16)))
    canvas.ink(image, look.ink, canvas.coverage(np.float32(0.6) - np.abs(side - 26)))
    for cx in (34, SIZE_PX - 34):
        for cy in (34, SIZE_PX - 34):
            canvas.ink(image, look.band, canvas.disc((cx, cy), 3.4))


def _title_page(image: Image.Image, look: _Look, sleeve: Sleeve) -> None:
    middle = SIZE_PX / 2
    title = lettering.line(sleeve.title, _SERIF, cap_px=27, width_px=SIZE_PX - 110)
    lettering.put(image, title, middle, 420, look.ink, anchor=(0.5, 0))
    y = 420 + title.height + 15
    image.paste(look.band, (round(middle - 40), y, round(middle + 40), y + 2))
    canvas.ink(image, look.band, canvas.disc((middle, y + 1), 4))
    name = lettering.line(sleeve.artist, _SERIF_WIDE, cap_px=12, width_px=SIZE_PX - 120)
    lettering.put(image, name, middle, y + 17, look.ink, anchor=(0.5, 0))
    number = lettering.line(sleeve.catalogue_number, _SERIF_WIDE, cap_px=7)
    lettering.put(image, number, middle, 510, look.band, anchor=(0.5, 0))
