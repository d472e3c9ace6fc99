"""Hip-hop: heads in coarse halftone, flat colour behind, heavy type in front."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from service.demo.styles import canvas, lettering
from service.demo.styles.bust import bust
from service.demo.styles.canvas import SIZE_PX, Field, Point
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import Sleeve

_FAT = Typeface(weight=0.075, stretch=0.82, spacing=-0.015)
_TAG = Typeface(weight=0.05, stretch=0.8, spacing=0.02)
_SMALL = Typeface(weight=0.025, spacing=0.08)


@dataclass(frozen=True, slots=True)
class _Look:
    ground: str
    second: str
    ink: str
    type: str
    layout: Callable[["_Look", Image.Image, Sleeve, np.random.Generator], None]


def _halftone(darkness: Field, y: Field, x: Field, pitch_px: float, turn: float) -> Image.Image:
    """Round dots on a turned screen, their area following the darkness."""
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    pitch = np.float32(pitch_px)
    dx = np.mod(x * cos + y * sin, pitch) - pitch / 2
    dy = np.mod(y * cos - x * sin, pitch) - pitch / 2
    radius = np.sqrt(np.maximum(darkness, 0)) * pitch * np.float32(0.72)
    return canvas.coverage(np.where(darkness > 0, radius - np.hypot(dx, dy), np.float32(-1)))


def _portrait(
    rng: np.random.Generator, x: float, y: float, radius_px: float, *, pitch_px: float
) -> tuple[Image.Image, Image.Image]:
    """Halftone ink and the silhouette under it, with the face's centre at a point."""
    left, top = max(0, int(x - 0.9 * radius_px)), max(0, int(y - 0.9 * radius_px))
    gy, gx = (axis[top:, left : int(x + 0.9 * radius_px)] for axis in canvas.grid())
    u, v = (gx - np.float32(x)) / np.float32(radius_px), (gy - np.float32(y)) / np.float32(radius_px)
    dark = bust(rng, u, v)
    ink, body = Image.new("L", (SIZE_PX, SIZE_PX), 0), Image.new("L", (SIZE_PX, SIZE_PX), 0)
    ink.paste(_halftone(dark, gy, gx, pitch_px, float(rng.choice([np.pi / 4, 0.26]))), (left, top))
    body.paste(canvas.tone((dark >= 0).astype(np.float32)), (left, top))
    return ink, body


def _four_up(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    """One head four times in shifting colours."""
    half = SIZE_PX // 2
    ink, body = _portrait(rng, SIZE_PX / 2, 290, 285, pitch_px=15)
    small_ink, small_body = (
        ink.resize((half, half), Image.Resampling.BOX),
        body.resize((half, half), Image.Resampling.BOX),
    )
    grounds = [look.ground, look.second, look.type, "#f4ead6"]
    turn = int(rng.integers(4))
    for place, (x, y) in enumerate(((0, 0), (half, 0), (0, half), (half, half))):
        image.paste(grounds[(place + turn) % 4], (x, y, x + half, y + half))
        canvas.ink(image, grounds[(place + turn + (1 if place % 2 else 2)) % 4], small_body, (x, y))
        canvas.ink(image, look.ink, small_ink, (x, y))
    name = lettering.line(sleeve.artist, _FAT, cap_px=34, width_px=SIZE_PX - 80)
    image.paste("#ffffff", (24, 462, 24 + name.width + 32, 462 + name.height + 24))
    lettering.put(image, name, 40, 474, "#0c0c0c")
    strip = lettering.line(sleeve.title, _SMALL, cap_px=12, width_px=SIZE_PX - 90)
    image.paste("#0c0c0c", (24, 462 + name.height + 24, 24 + strip.width + 32, 462 + name.height + 50))
    lettering.put(image, strip, 40, 462 + name.height + 31, "#ffffff")


def _poster(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    """A single head over a huge name."""
    image.paste(look.second, (0, 0, SIZE_PX, int(rng.integers(210, 300))))
    name = lettering.filling(sleeve.artist, _FAT, SIZE_PX - 36, 150)
    lettering.put(image, name, 18, 18, look.type)
    ink, body = _portrait(rng, SIZE_PX / 2 + float(rng.uniform(-50, 50)), 330, 300, pitch_px=float(rng.uniform(8, 11)))
    canvas.ink(image, look.type, canvas.shifted(body, -9, 0))
    canvas.ink(image, canvas.mix(look.ground, "#ffffff", 0.55), body)
    canvas.ink(image, look.ink, ink)
    _foot_tag(image, sleeve, look)


def _cut_out(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    """Scraps of coloured paper, a cut-out with a white edge and a scribbled crown."""
    for _ in range(9):
        x, y = rng.uniform(-40, 480, 2)
        w, h = rng.uniform(70, 260), rng.uniform(50, 210)
        skew = rng.uniform(-30, 30, 4)
        scrap: list[Point] = [(x + skew[0], y), (x + w, y + skew[1]), (x + w + skew[2], y + h), (x, y + h + skew[3])]
        canvas.ink(
            image,
            str(rng.choice([look.ground, look.second, look.type, look.ink, "#f4efe4"])),
            canvas.polygons([scrap], scale=2),
        )
    centre_x = SIZE_PX / 2 + float(rng.uniform(-70, 70))
    ink, body = _portrait(rng, centre_x, 320, 285, pitch_px=8.5)
    edge = lettering.outlined(body, 9).crop((9, 9, SIZE_PX + 9, SIZE_PX + 9))
    canvas.ink(image, "#ffffff", edge)
    canvas.ink(image, "#e9e2d2", body)
    canvas.ink(image, look.ink, ink)
    jag = rng.uniform(-7, 7, (10, 2))
    crown = [(-80, 0), (-95, -70), (-50, -28), (-30, -84), (0, -30), (32, -86), (50, -28), (96, -68), (80, 0), (-84, 3)]
    points = [(centre_x + cx + j[0], 108 + cy + j[1]) for (cx, cy), j in zip(crown, jag.tolist(), strict=True)]
    canvas.ink(image, look.type, canvas.strokes([points, [(a, b + 9) for a, b in points]], 6, scale=2))
    _foot_tag(image, sleeve, look)


def _turntable(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    """The head pressed into a record's label side."""
    centre = (SIZE_PX * float(rng.uniform(0.4, 0.6)), 300.0)
    radius = float(rng.uniform(235, 275))
    away = canvas.distance(centre)
    canvas.ink(image, "#0d0d0d", canvas.disc(centre, radius))
    grooves = np.sin(away * np.float32(1.9)) * np.float32(0.5) + np.float32(0.5)
    y, x = canvas.grid()
    angle = np.arctan2(y - np.float32(centre[1]), x - np.float32(centre[0]))
    shine = np.maximum(np.cos(angle * 2 + np.float32(rng.uniform(0, 6))), 0) ** 6
    canvas.ink(
        image, "#ffffff", canvas.tone(grooves * (np.float32(0.06) + shine * np.float32(0.35)) * (away < radius - 4))
    )
    label = canvas.disc(centre, radius * 0.62)
    canvas.ink(image, look.second, label)
    ink, body = _portrait(rng, centre[0], centre[1] + 10, radius * 0.58, pitch_px=6.5)
    canvas.ink(image, look.type, ImageChops.multiply(body, label))
    canvas.ink(image, look.ink, ImageChops.multiply(ink, label))
    lettering.put(image, lettering.line(sleeve.artist, _FAT, cap_px=40, width_px=SIZE_PX - 40), 20, 20, look.type)
    _foot_tag(image, sleeve, look)


def _crew(look: _Look, image: Image.Image, sleeve: Sleeve, rng: np.random.Generator) -> None:
    """Three heads shoulder to shoulder against rays of tape."""
    for band in range(7):
        if band % 2:
            y0 = band * 80 - 40
            canvas.ink(
                image,
                look.second,
                canvas.polygons([[(0, y0), (SIZE_PX, y0 - 120), (SIZE_PX, y0 - 40), (0, y0 + 80)]], scale=2),
            )
    for x, y, r in ((118, 330, 190), (442, 320, 190), (280, 360, 235)):
        ink, body = _portrait(rng, x + float(rng.uniform(-14, 14)), y, r, pitch_px=8)
        canvas.ink(image, look.ink, canvas.shifted(body, 8, 6))
        canvas.ink(image, look.type, body)
        canvas.ink(image, look.ink, ink)
    name = lettering.line(sleeve.artist, _FAT, cap_px=62, width_px=SIZE_PX - 44)
    lettering.put(image, lettering.outlined(name, 6), 16, 18, look.ink)
    lettering.put(image, name, 22, 24, look.type)
    _foot_tag(image, sleeve, look)


def _foot_tag(image: Image.Image, sleeve: Sleeve, look: _Look) -> None:
    """Title on a black strip and, since the nineties, the notice in the corner."""
    title = lettering.line(sleeve.title, _TAG, cap_px=21, width_px=SIZE_PX - 180)
    image.paste("#0c0c0c", (0, 500, title.width + 44, 544))
    lettering.put(image, title, 22, 512, "#ffffff")
    if sleeve.year >= 1991:
        image.paste("#0c0c0c", (470, 500, 546, 544))
        image.paste("#ffffff", (472, 512, 544, 532))
        lettering.put(image, lettering.line("listener", _SMALL, cap_px=6), 508, 506, "#ffffff", anchor=(0.5, 0.5))
        lettering.put(
            image, lettering.line("advised", _TAG, cap_px=13, width_px=66), 508, 522, "#0c0c0c", anchor=(0.5, 0.5)
        )
        lettering.put(image, lettering.line("loud content", _SMALL, cap_px=5), 508, 538, "#ffffff", anchor=(0.5, 0.5))


LOOKS = (
    _Look("#ff5a36", "#ffd23f", "#161018", "#25b7a6", _four_up),
    _Look("#c9b38c", "#8e2f22", "#14100c", "#f0c62e", _poster),
    _Look("#2456d6", "#f2395a", "#101014", "#ffcf1f", _cut_out),
    _Look("#6a2c91", "#f08a24", "#140c1a", "#f7e7c6", _turntable),
    _Look("#1f9d62", "#f4c20d", "#0d120e", "#f6efdc", _crew),
)


def draw(sleeve: Sleeve, rng: np.random.Generator) -> Image.Image:
    """Ground, portrait, type, worn card."""
    look = LOOKS[sleeve.look]
    image = canvas.blank(look.ground)
    look.layout(look, image, sleeve, rng)
    return canvas.paper(image, rng, mottle=0.018, grain_strength=8)
