"""Shoegaze: flowers out of focus, with a leak of light and all the grain that the film has."""

import numpy as np
from PIL import ImageFilter

from service.demo.canvas import SIZE_PX, Canvas, around, away, grid, mix, noise, step
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_LOOSE = Face(weight=0.01, spacing=0.02, capitals=False, stretch=1.1)
_LOOKS = (
    (("#3a0f3f", "#8c1d5d", "#d44a7a"), ("#ff5d9e", "#ff9cc2", "#e0246f"), "#ffb07a"),
    (("#0d2b45", "#1f5f7a", "#6fa3a8"), ("#8fd0d8", "#e3f1ee", "#3d8fb0"), "#b8f0e0"),
    (("#3b2a5c", "#7a63a6", "#c9b3dd"), ("#d9c2f0", "#a07bd6", "#f3e6fa"), "#f7b6d8"),
    (("#4a3a0c", "#a8861f", "#e8cf6a"), ("#ffe27a", "#f5b52e", "#fff4c9"), "#fff0d0"),
)
"""Ground, petals, light."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Flowers, each blurred with all that is behind it, light, a few small words."""
    ground, petals, light = _LOOKS[album.look]
    canvas = Canvas(rng, ground[0])
    x, y = grid()
    canvas.wash(ground, y + noise(rng, 3, 2) * 0.45)
    for depth in np.sort(rng.uniform(0.35, 1, 6)).tolist():
        centre, colour = (canvas.between(0.1, 0.9), canvas.between(0.1, 0.9)), str(rng.choice(petals))
        out, turn = away(centre) / (0.1 + 0.2 * depth), around(centre) * int(rng.integers(5, 8)) / 2
        for ring in (1.0, 0.6):
            reach = ring * (0.7 + 0.3 * np.abs(np.cos(turn + ring * 4)))
            canvas.wash((mix(colour, ground[0], 0.6), colour, mix(colour, "#ffffff", 0.4)), out / reach, out < reach)
        canvas.ink(light, step(0.2, 0.1, out))
        small = canvas.image.reduce(3).filter(ImageFilter.BoxBlur(0.5 + 2 * (1 - depth)))
        canvas.image = small.resize((SIZE_PX, SIZE_PX))
    leak = (x - float(rng.choice([0, 1])) + (y - 0.5) * canvas.between(-0.4, 0.4)) / canvas.between(0.1, 0.24)
    canvas.ink(light, np.exp(-(leak**2)) * canvas.between(0.4, 0.75))
    canvas.shade(1 - 0.4 * step(0.22, 0.75, away((0.5, 0.5))))
    side = float(rng.choice([0.07, 0.5, 0.93]))
    words = line(f"{album.artist} / {album.title}".lower(), _LOOSE, 0.027, 0.86)
    put(canvas, words, mix(light, "#ffffff", 0.7), (side, 0.93), (round(side * 2) / 2, 1))
    return canvas.finish(13)
