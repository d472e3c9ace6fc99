"""K-pop: pastel gels or a rainbow, and a sheet of stickers."""

import numpy as np
from PIL import Image, ImageFilter

from service.demo.canvas import SIZE_PX, Canvas, Point, as_image, away, edge, grid, mix, noise, shapes, star
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_BUBBLE = Face(weight=0.1, stretch=0.95, spacing=0.01)
_SMALL = Face(weight=0.035, spacing=0.12)
_LOOKS = (
    (("#ffd9ec", "#e3d5ff", "#cfe8ff"), ("#ff9fd2", "#b9a4ff", "#8fd6ff", "#fff0b8"), "#ff5aa8", "#5b3f8f"),
    (("#ffe3ea", "#ffd7c9", "#fff4f7"), ("#ff8fab", "#ffc2d1", "#ffb38a", "#ffe5d9"), "#ff3d6e", "#8a1f45"),
    (("#d8fff0", "#c9f3ff", "#e8e4ff"), ("#8ff0cf", "#9fd8ff", "#c7b2ff", "#fdffb6"), "#00b894", "#1f4e5f"),
    (("#a9d4ff", "#cfe6ff", "#ffe3f3"), ("#ffb3d9", "#ffe08a", "#a8edc8", "#a9c6ff"), "#6c7bff", "#2f3f8f"),
)
"""Ground, film, loudest colour, darkest colour."""
_SPOTS = ((0.12, 0.34), (0.88, 0.36), (0.14, 0.76), (0.86, 0.78), (0.3, 0.56), (0.72, 0.57))


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Gradient, backdrop, stickers, bubble letters, title on a pill."""
    ground, film, pop, dark = _LOOKS[album.look]
    canvas = Canvas(rng, ground[0])
    canvas.wash(ground, grid()[1] + noise(rng, 2, 2) * 0.25)
    (_gels, _rainbow)[album.look % 2](canvas, film, pop, dark)
    for x, y in rng.permutation(_SPOTS)[: int(rng.integers(3, 6))] + rng.uniform(-0.04, 0.04):
        _sticker(canvas, (x, y), canvas.between(0.035, 0.085), str(rng.choice([pop, *film])), dark)
    canvas.ink("#ffffff", shapes(star((x, y), 0.015, 4, 0.18) for x, y in rng.uniform(0, 1, (16, 2))))
    _name(canvas, album.artist, film, pop, dark)
    title = line(album.title, _SMALL, 0.028, 0.72)
    beyond = np.maximum(np.abs(grid()[0] - 0.5) - title.width / SIZE_PX / 2, 0)
    canvas.ink("#ffffff", edge(0.042 - np.hypot(beyond, grid()[1] - 0.92)))
    put(canvas, title, dark, (0.5, 0.92), (0.5, 0.5))
    return canvas.finish(3, 0)


def _name(canvas: Canvas, artist: str, film: tuple[str, ...], pop: str, dark: str) -> None:
    """Tilted bubble letters in a gradient, with a white and a dark outline."""
    name = line(artist, _BUBBLE, 0.125, 0.84).rotate(canvas.between(-4, 4), Image.Resampling.BICUBIC, expand=True)
    for y, colour in ((0.074, dark), (0.06, "#ffffff")):
        put(canvas, name, colour, (0.5, y), (0.5, 0), outline=colour)
    letters = Image.new("L", canvas.image.size, 0)
    letters.paste(name, (round(SIZE_PX / 2 - name.width / 2), round(0.06 * SIZE_PX)))
    canvas.wash((pop, film[0], film[1]), (grid()[1] - 0.06) * (SIZE_PX / name.height), letters)


def _gels(canvas: Canvas, film: tuple[str, ...], pop: str, dark: str) -> None:
    """Drops of soap film that run together, with a rim of light and a gleam."""
    (x, y), field = grid(), np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32)
    for _ in range(int(canvas.rng.integers(6, 11))):
        drop = (canvas.between(0.1, 0.9), canvas.between(0.34, 0.86))
        field += canvas.between(0.08, 0.15) ** 2 / (away(drop) ** 2 + 1e-5)
    inside, depth = np.clip((field - 1) * 18, 0, 1), np.minimum(field, 4)
    soft = as_image(inside * 0.5).reduce(4).filter(ImageFilter.GaussianBlur(2.5)).resize((SIZE_PX, SIZE_PX))
    canvas.ink(mix(dark, film[0], 0.4), soft, (0.01, 0.025))
    canvas.wash(film, 0.5 + 0.5 * np.sin(depth * 3 + x * 4 + y * 3), inside)
    down, right = np.gradient(np.sqrt(depth))
    gleam = np.clip((down + right) * 50 - 0.6, 0, 1) * inside
    canvas.ink("#ffffff", np.maximum(np.exp(-(((field - 1.1) / 0.07) ** 2)), gleam) * 0.75)


def _rainbow(canvas: Canvas, film: tuple[str, ...], pop: str, dark: str) -> None:
    """A rainbow behind puffy clouds."""
    out = away((canvas.between(0.3, 0.7), canvas.between(0.7, 0.8)))
    for band, colour in enumerate((*film, pop)):
        canvas.ink(colour, edge(0.024 - np.abs(out - (0.46 - 0.047 * band))))
    for level in range(3):
        puffs = np.full_like(out, -1)
        for x in np.linspace(-0.02, 1.02, 9):
            puff = (x + canvas.between(-0.05, 0.05), 0.77 + 0.11 * level + canvas.between(-0.07, 0.05))
            puffs = np.maximum(puffs, canvas.between(0.06, 0.13) - away(puff))
        canvas.ink(dark, edge(puffs + 0.006) * 0.14)
        canvas.ink(mix("#ffffff", film[level], 0.34 - 0.16 * level), edge(puffs))


def _sticker(canvas: Canvas, centre: Point, size: float, colour: str, dark: str) -> None:
    """A star with a white border, and a face."""
    corners, turn = int(canvas.rng.choice([5, 8, 12])), canvas.between(0, 6)
    for border, fill in ((0.013, "#ffffff"), (0.0, colour)):
        canvas.ink(fill, shapes([star(centre, size + border, corners, 0.66, turn)]))
    for side in (-1, 1):
        canvas.disc(dark, (centre[0] + side * size * 0.22, centre[1] - size * 0.08), size * 0.07)
    smile = edge(size * 0.04 - np.abs(away((centre[0], centre[1] + size * 0.04)) - size * 0.16))
    canvas.ink(dark, smile * (grid()[1] > centre[1] + size * 0.1))
