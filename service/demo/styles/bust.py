"""A head and shoulders in light and shade, built from ellipsoids: what hip-hop covers put through a halftone screen.

Coordinates run from -1 to 1 across the figure with the face at the origin. Darkness runs from 0 to 1; -1 is no figure.
"""

import numpy as np

from service.demo.styles.canvas import Field


def bust(rng: np.random.Generator, u: Field, v: Field) -> Field:
    """Darkness of one figure with clothes, headwear and a face of its own."""
    u = u * np.float32(rng.choice([-1, 1]))
    dark = np.full_like(u, -1)
    _shoulders(rng, dark, u, v)
    behind, before = _HEADWEAR[int(rng.integers(len(_HEADWEAR)))]
    behind(dark, u, v)
    inside, lit = _ball(u, v, (0, -0.02), (0.36, 0.47))
    _over(dark, inside, np.float32(0.74) - lit * np.float32(0.72))
    _face(rng, dark, u, v)
    before(dark, u, v)
    if rng.random() < 0.35:
        _headphones(dark, u, v)
    return dark


def _ball(u: Field, v: Field, centre: tuple[float, float], radii: tuple[float, float]) -> tuple[Field, Field]:
    """A lit ellipsoid: how far inside (above 0 within) and its brightness, the lamp at the upper left."""
    a, b = (u - np.float32(centre[0])) / np.float32(radii[0]), (v - np.float32(centre[1])) / np.float32(radii[1])
    inside = 1 - (a * a + b * b)
    facing = np.sqrt(np.maximum(inside, 0)) * np.float32(0.62) - a * np.float32(0.5) - b * np.float32(0.42)
    return inside, np.clip(facing + np.float32(0.1), 0, 1)


def _over(dark: Field, inside: Field, value: Field | float) -> None:
    """Paint a darkness wherever `inside` is above 0."""
    np.copyto(dark, np.float32(value) if isinstance(value, float) else value, where=inside > 0, casting="same_kind")


def _box(u: Field, v: Field, centre: tuple[float, float], half: tuple[float, float]) -> Field:
    """Above 0 inside a rectangle: 1 at its centre, 0 on its edge."""
    across, down = np.abs(u - np.float32(centre[0])), np.abs(v - np.float32(centre[1]))
    edge: Field = 1 - np.maximum(across / np.float32(half[0]), down / np.float32(half[1]))
    return edge


def _shoulders(rng: np.random.Generator, dark: Field, u: Field, v: Field) -> None:
    inside, lit = _ball(u, v, (0, 1.1), (0.86, 0.62))
    _over(dark, inside, np.float32(0.95) - lit * np.float32(0.55))
    inside, lit = _ball(u, v, (0.03, 0.42), (0.21, 0.34))
    _over(dark, inside, np.float32(0.94) - lit * np.float32(0.4))
    if rng.random() < 0.6:  # a chain
        away = np.abs(np.hypot(u * np.float32(1.15), v - np.float32(0.42)) - np.float32(0.42))
        links = np.sin(np.arctan2(v - np.float32(0.42), u) * 46) * np.float32(0.012)
        _over(dark, np.where((v > 0.55) & (dark >= 0), np.float32(0.03) + links - away, -1), 0.05)


def _bare(dark: Field, u: Field, v: Field) -> None:
    """Nothing on this side of the head."""


def _afro(dark: Field, u: Field, v: Field) -> None:
    inside, lit = _ball(u, v, (0, -0.28), (0.62, 0.56))
    curls = np.sin(u * 41 + np.sin(v * 33) * 2) * np.sin(v * 37 + np.sin(u * 29) * 2)
    shade = np.clip(np.float32(0.98) - lit * np.float32(0.3) + curls * np.float32(0.08), 0.5, 1)
    _over(dark, inside + curls * np.float32(0.05), shade)


def _hood(dark: Field, u: Field, v: Field) -> None:
    inside, lit = _ball(u, v, (0, -0.02), (0.58, 0.72))
    _over(dark, inside, np.float32(0.86) - lit * np.float32(0.5))
    inside, _ = _ball(u, v, (0.02, 0.02), (0.44, 0.58))
    _over(dark, inside, 1.0)


def _cap(dark: Field, u: Field, v: Field) -> None:
    inside, lit = _ball(u, v, (0, -0.24), (0.395, 0.34))
    _over(dark, np.where(v < -0.17, inside, -1), np.float32(0.92) - lit * np.float32(0.6))
    inside, _ = _ball(u, v, (-0.22, -0.17), (0.44, 0.075))
    _over(dark, inside, 0.97)


def _beanie(dark: Field, u: Field, v: Field) -> None:
    inside, lit = _ball(u, v, (0, -0.25), (0.38, 0.36))
    ribs = np.sin(u * 60) * np.float32(0.08)
    _over(dark, np.where(v < -0.2, inside, -1), np.float32(0.8) - lit * np.float32(0.5) + ribs)
    _over(dark, np.where(np.abs(v + np.float32(0.2)) < 0.07, inside + np.float32(0.06), -1), 0.93)


def _flat_top(dark: Field, u: Field, v: Field) -> None:
    crown = 1 - np.abs(u / np.float32(0.37)) ** 6 - np.abs((v + np.float32(0.4)) / np.float32(0.25)) ** 6
    curls = np.sin(u * 90) * np.sin(v * 90) * np.float32(0.08)
    _over(dark, crown, np.clip(np.float32(0.86) + (u - v - np.float32(0.5)) * np.float32(0.3) + curls, 0, 1))


def _headphones(dark: Field, u: Field, v: Field) -> None:
    band = np.abs(np.hypot(u / np.float32(0.44), (v + np.float32(0.02)) / np.float32(0.6)) - 1)
    _over(dark, np.where(v < -0.05, np.float32(0.07) - band, -1), 0.98)
    for side in (-1, 1):
        inside, lit = _ball(u, v, (side * 0.4, 0.02), (0.1, 0.19))
        _over(dark, inside, np.float32(0.98) - lit * np.float32(0.5))


_HEADWEAR = ((_afro, _bare), (_hood, _bare), (_bare, _cap), (_bare, _beanie), (_bare, _flat_top), (_bare, _cap))
"""What is drawn behind the face and what over it."""


def _face(rng: np.random.Generator, dark: Field, u: Field, v: Field) -> None:
    if rng.random() < 0.62:
        _glasses(dark, u, v)
    else:
        for side in (-1, 1):
            _over(dark, _ball(u, v, (side * 0.155, -0.06), (0.09, 0.04))[0], 0.93)
            _over(dark, _ball(u, v, (side * 0.16, -0.145), (0.12, 0.025))[0], 1.0)
    _over(dark, np.where(u > 0.02, _box(u, v, (0.05, 0.08), (0.07, 0.1)), -1), 0.7)
    _over(dark, _ball(u, v, (0.0, 0.15), (0.08, 0.022))[0], 0.95)
    _over(dark, _ball(u, v, (0.0, 0.27), (0.125, 0.045))[0], 0.8)
    _over(dark, _box(u, v, (0.0, 0.268), (0.12, 0.009)), 1.0)
    if rng.random() < 0.4:  # a beard
        _over(dark, _ball(u, v, (0.0, 0.4), (0.11, 0.06))[0], 0.9)


def _glasses(dark: Field, u: Field, v: Field) -> None:
    for side in (-1, 1):
        lens = _box(u, v, (side * 0.165, -0.06), (0.15, 0.085))
        _over(dark, lens, 1.0)
        glint = np.abs(u - np.float32(side * 0.165) + (v + np.float32(0.06)) * np.float32(0.7) + np.float32(0.06))
        _over(dark, np.where(lens > 0.14, np.float32(0.016) - glint, -1), 0.25)
    _over(dark, _box(u, v, (0.0, -0.1), (0.33, 0.02)), 1.0)
