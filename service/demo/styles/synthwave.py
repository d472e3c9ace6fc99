"""Synthwave: a striped sun, a neon grid to the horizon and chrome that leans."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from service.demo.canvas import SIZE_PX, Canvas, Mask, as_image, away, edge, grid, mix
from service.demo.lettering import Face, line, put
from service.demo.styles import Album
from service.demo.styles.palm import palm

_CHROME = Face(weight=0.04, stretch=0.95, slant=0.22)
_NEON = Face(spacing=0.3, slant=0.15)
_LOOKS = (
    (("#0b0221", "#2a0a52", "#8a1a8c", "#ff5e9c"), ("#ffe66b", "#ff8a3c", "#ff2f87"), "#ff3fd0", "#12032e"),
    (("#120b3a", "#4a1b72", "#d9446f", "#ffb066"), ("#fff3a6", "#ffb347", "#ff5470"), "#38e0ff", "#160a34"),
    (("#020819", "#07254a", "#0f5a86", "#3bd1d6"), ("#f7ffea", "#7dfff0", "#12b5d4"), "#2ef2ff", "#020f26"),
    (("#0a0612", "#2b0b22", "#7a1230", "#ff6038"), ("#fff0a0", "#ffab3d", "#ff3d2e"), "#ff8a2a", "#14060f"),
)
"""Sky, sun, neon, ground."""


def draw(album: Album, rng: np.random.Generator) -> Canvas:
    """Sky, stars, sun, floor, scenery, lettering."""
    sky, sun, neon, ground = _LOOKS[album.look]
    canvas, horizon = Canvas(rng, ground), int(rng.integers(250, 350)) / SIZE_PX
    canvas.wash(sky, grid()[1] / horizon)
    for x, y in rng.uniform((0, 0), (1, horizon * 0.75), (150, 2)).tolist():
        canvas.box(mix(sky[0], "#ffffff", canvas.between(0.3, 1)), x, y, x + 0.003, y + 0.003)
    _sun(canvas, sun, horizon)
    _floor(canvas, neon, ground, horizon)
    (_city, _palms)[album.look % 2](canvas, sun[0], neon, ground, horizon)
    _sign(
        canvas, album, neon, ground, canvas.between(0.05, 0.12) if rng.random() < 0.55 else canvas.between(0.76, 0.82)
    )
    canvas.shade(np.where(np.mod(grid()[1] * SIZE_PX, 3) < 1, 0.9, 1))
    return canvas.finish(5, 0)


def _shine(canvas: Canvas, colour: str, mask: Mask, radius: float) -> None:
    """A neon tube: the mask in a pale tint, with light around it."""
    tube = as_image(mask)
    halo = tube.reduce(4).filter(ImageFilter.GaussianBlur(radius * SIZE_PX / 4)).resize(tube.size)
    light = Image.new("RGB", tube.size)
    light.paste(colour, (0, 0), halo.point(lambda level: min(255, 2 * level)))
    canvas.image = ImageChops.screen(canvas.image, light)
    canvas.ink(mix(colour, "#ffffff", 0.55), tube)


def _sun(canvas: Canvas, colours: tuple[str, ...], horizon: float) -> None:
    radius = canvas.between(0.12, 0.29)
    centre = (canvas.between(0.26, 0.74), horizon - radius * canvas.between(0.1, 0.8))
    canvas.ink(colours[-1], np.exp(-np.maximum(away(centre) - radius, 0) / 0.11) * 0.5)
    down = (grid()[1] - (centre[1] - radius)) / (2 * radius)
    slats = np.mod(down * int(canvas.rng.integers(15, 20)), 1) > np.clip((down - 0.3) * 1.1, 0, 1)
    canvas.wash(colours, down, edge(radius - away(centre)) * slats)


def _floor(canvas: Canvas, neon: str, ground: str, horizon: float) -> None:
    """A grid in perspective: columns run to the vanishing point, rows get closer towards it."""
    x, y = grid()
    down, lanes = np.maximum(y - horizon, 0.0005), canvas.between(0.42, 0.62)
    across, along = (x - 0.5) / down / lanes, canvas.between(0.95, 1.4) / down + canvas.between(0, 1)
    steps = ((across, 1 / (down * lanes)), (along, along / down))
    rules = [np.clip(1.2 - np.abs(at - np.round(at)) / step * SIZE_PX, 0, 1) for at, step in steps]
    floor = edge(y - horizon)
    canvas.wash((mix(ground, neon, 0.5), mix(ground, neon, 0.08), ground), down / (1 - horizon), floor)
    _shine(canvas, neon, np.maximum(*rules) * np.clip(down * 6, 0.06, 1) * floor, 0.016)


def _palms(canvas: Canvas, light: str, neon: str, ground: str, horizon: float) -> None:
    """Palms at both sides, against the light."""
    for x in canvas.rng.uniform(0.02, 0.98, int(canvas.rng.integers(2, 6))):
        mask = palm(canvas, (x, horizon + 0.07), canvas.between(0.3, 0.62), 0.3 * (0.5 - x))
        canvas.ink(neon, mask.point(lambda level: level // 2), (0.004, 0))
        canvas.ink(mix(ground, "#000000", 0.6), mask)


def _city(canvas: Canvas, light: str, neon: str, ground: str, horizon: float) -> None:
    """A skyline with some lights on."""
    x = 0.0
    while x < 1:
        width = canvas.between(0.03, 0.09)
        top = horizon - canvas.between(0.04, 0.13) - 0.22 * abs(2 * x + width - 1) * canvas.between(0, 1)
        canvas.box(mix(ground, neon, canvas.between(0, 0.12)), x, top, x + width, horizon)
        canvas.box(neon, x, top, x + width, top + 0.003)
        for row in np.arange(top + 0.014, horizon - 0.01, 0.014):
            for column in np.arange(x + 0.008, x + width - 0.008, 0.011):
                if canvas.rng.random() < 0.3:
                    canvas.box(light, column, row, column + 0.004, row + 0.006)
        x += width


def _sign(canvas: Canvas, album: Album, neon: str, ground: str, top: float) -> None:
    """The artist in chrome, the title in neon under it."""
    name = line(album.artist, _CHROME, 0.095, canvas.between(0.55, 0.86))
    title = line(album.title, _NEON, 0.028, 0.8)
    put(canvas, name, "#ffffff", (0.5, top), (0.5, 0), outline=ground)
    chrome, sign = (Image.new("L", canvas.image.size, 0) for _ in range(2))
    chrome.paste(name, (round(SIZE_PX / 2 - name.width / 2), round(top * SIZE_PX)))
    sign.paste(title, ((SIZE_PX - title.width) // 2, round(top * SIZE_PX) + name.height + 14))
    metal = ("#ffffff", neon, "#ffffff", "#2a1a4a", mix(neon, "#ffffff", 0.4), "#fff8e8")
    canvas.wash(metal, (grid()[1] - top) * (SIZE_PX / name.height), chrome)
    _shine(canvas, neon, sign, 0.018)
