"""Jazz: two inks on card, a rhythm of cut shapes, and type big enough to be the picture."""

import numpy as np
from PIL import ImageChops

from service.demo.canvas import SIZE_PX, Canvas, away, edge, mix, readable
from service.demo.lettering import Face, line, put, wrapped
from service.demo.styles import Album

_POSTER = Face(weight=0.045, stretch=0.66)
_LABEL = Face(weight=0.03, spacing=0.1)
_BLACK = "#15130f"
_LOOKS = (
    ("#efe6d2", "#1d3f8f", "#e2571f"),
    ("#ece2cc", "#d99a18", "#a3261c"),
    ("#f3ead6", "#d8232a", "#2a7fb8"),
    ("#f1e9d8", "#0f6b62", "#e9b21f"),
)
"""Card and two inks."""

Box = tuple[float, float, float, float]

_LAYOUTS = (
    ((0.04, 0.42, 0.96, 0.96), (0.04, 0.05), 0.92, 16),
    ((0.0, 0.0, 1.0, 0.63), (0.04, 0.67), 0.92, 16),
    ((0.42, 0.0, 1.0, 1.0), (0.04, 0.1), 0.34, 9),
)
"""Where the picture is, where the type starts, its width, and the letters of a line."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Shapes on a part of the card, type on the rest."""
    card, first, second = _LOOKS[album.look]
    if rng.random() < 0.4 and album.look % 2 == 0:  # printed on the second ink, with the card's colour as an ink
        card, second = mix(card, second, 0.82), card
    canvas, layout = Canvas(rng, card), int(rng.integers(3))
    box, (x, y), width, letters = _LAYOUTS[layout]
    (_bars, _records)[album.look % 2](canvas, box, first, second)
    ink = readable(card, first, second)
    rows = [(row, 0.14, _BLACK) for row in wrapped(album.title, letters)]
    for text, cap, colour in (*rows, *((row, 0.042, ink) for row in wrapped(album.artist, letters + 8))):
        mask = line(text, _POSTER, cap, width)
        put(canvas, mask, colour, (x, y))
        y += mask.height / SIZE_PX + 0.02
    put(canvas, line(f"stereo  {album.number}", _LABEL, 0.013), _BLACK, (0.36 if layout == 2 else 0.96, 0.972), (1, 0))
    return canvas.finish(7, 0.014)


def _bars(canvas: Canvas, box: Box, first: str, second: str) -> None:
    """Upright bars of uneven length, some in the second ink."""
    left, top, right, bottom = box
    count, hanging = int(canvas.rng.integers(7, 14)), canvas.rng.random() < 0.5
    struck = canvas.rng.choice(count, int(canvas.rng.integers(1, 4)), replace=False)
    pitch = (right - left) / count
    for bar, share in enumerate(canvas.rng.uniform(0.25, 1, count)):
        x, reach = left + bar * pitch, (bottom - top) * share
        y = top if hanging else bottom - reach
        canvas.box(second if bar in struck else first, x, y, x + pitch * 0.74, y + reach)


def _records(canvas: Canvas, box: Box, first: str, second: str) -> None:
    """Discs printed over each other: two inks that overlap make a third."""
    left, top, right, bottom = box
    for disc in range(int(canvas.rng.integers(3, 6))):
        radius = canvas.between(0.2, 0.48) * min(right - left, bottom - top)
        out = away((canvas.between(left + radius, right - radius), canvas.between(top + radius, bottom - radius)))
        layer = Canvas(canvas.rng, "#ffffff")
        hole = radius * float(canvas.rng.choice([0.08, 0.3, 0.55]))
        layer.ink(second if disc % 2 else first, edge(np.minimum(radius - out, out - hole)))
        canvas.image = ImageChops.multiply(canvas.image, layer.image)
