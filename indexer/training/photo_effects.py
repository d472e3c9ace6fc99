"""What happens to a cover between the sleeve and a phone's picture of it: pure functions, no PyTorch.

Every function takes and gives a Pillow image in RGB and changes nothing in place. Chance comes in only as the
``numpy.random.Generator`` a caller passes, so that the same seed draws the same picture.
"""

import io
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners in pixels, clockwise from the one that shows the cover's top left."""


def perspective_coefficients(target: Quad, source_size: tuple[int, int]) -> list[float]:
    """The eight numbers ``Image.transform(…, PERSPECTIVE)`` needs to show a whole image inside a quadrilateral.

    Solves x = (a·u + b·v + c) / (g·u + h·v + 1), y = (d·u + e·v + f) / (g·u + h·v + 1) for the four corners
    (Hartley and Zisserman, "Multiple View Geometry", 2nd edition, section 4.1, the inhomogeneous solution).

    Args:
        target: where the corners land, in pixels.
        source_size: (width, height) of the image shown, in pixels.
    """
    width, height = source_size
    rows, right = [], []
    for (u, v), (x, y) in zip(target, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        right += [x, y]
    return [float(value) for value in np.linalg.solve(np.array(rows, float), np.array(right, float))]


def turned_quad(centre: Point, side_px: float, angle_deg: float, tilt: Point = (0.0, 0.0)) -> Quad:
    """Corners of a square seen by a pinhole camera four sides away: turned in its plane, then tilted.

    Args:
        tilt: (about the horizontal, about the vertical axis) in degrees; 0 is seen head on.
    """
    turn, pitch, yaw = (math.radians(angle) for angle in (angle_deg, *tilt))
    corners = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        u, v = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        depth = 4 + v * math.sin(pitch) + u * math.sin(yaw)
        corners.append(
            (centre[0] + side_px * 4 * u * math.cos(yaw) / depth, centre[1] + side_px * 4 * v * math.cos(pitch) / depth)
        )
    return corners[0], corners[1], corners[2], corners[3]


def lay(cover: Image.Image, table: Image.Image, quad: Quad) -> Image.Image:
    """The cover shown inside ``quad`` on a copy of ``table``, with bilinear sampling."""
    side = math.dist(quad[0], quad[2]) / math.sqrt(2)
    if min(cover.size) > 2 * side >= 2:
        cover = cover.reduce(int(min(cover.size) // side))
    shown = cover.transform(
        table.size, Image.Transform.PERSPECTIVE, perspective_coefficients(quad, cover.size), Image.Resampling.BILINEAR
    )
    mask = Image.new("L", table.size)
    ImageDraw.Draw(mask).polygon(quad, fill=255)
    picture = table.copy()
    picture.paste(shown, mask=mask)
    return picture


def crop_share(cover: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """The part between the given shares of width and height (0-1)."""
    width, height = cover.size
    return cover.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def resize(cover: Image.Image, size_px: int) -> Image.Image:
    """The whole image, squeezed to a square of ``size_px``."""
    return cover.resize((size_px, size_px), Image.Resampling.BILINEAR)


def blur(cover: Image.Image, radius_px: float) -> Image.Image:
    """Gaussian blur with a standard deviation of ``radius_px``."""
    return cover.filter(ImageFilter.GaussianBlur(radius_px))


def thumbnail(cover: Image.Image, size_px: int) -> Image.Image:
    """The detail that a thumbnail of ``size_px`` keeps, at the cover's own size."""
    return cover.resize((size_px, size_px), Image.Resampling.BOX).resize(cover.size, Image.Resampling.BICUBIC)


def jpeg(cover: Image.Image, quality: int) -> Image.Image:
    """Through JPEG at ``quality`` (1-95) and back."""
    packed = io.BytesIO()
    cover.save(packed, "JPEG", quality=quality)
    return Image.open(packed).convert("RGB")


def tone(
    cover: Image.Image, gains: tuple[float, float, float], contrast: float = 1.0, gamma: float = 1.0
) -> Image.Image:
    """A colour cast, contrast about mid grey and gamma, by look-up table: 255·((c·(x/255 - ½) + ½)·gain)^gamma."""
    levels = np.clip(contrast * (np.arange(256) / 255 - 0.5) + 0.5, 0, 1)
    table = [np.clip(255 * np.clip(levels * gain, 0, 1) ** gamma, 0, 255).astype(int) for gain in gains]
    return cover.point(np.concatenate(table).tolist())


def lighten(cover: Image.Image, light: Image.Image, colour: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """Light of ``colour`` over the cover, as strong as the grey image ``light`` says (0-255), stretched to fit."""
    mask = light.resize(cover.size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", cover.size, colour), cover, mask)


def spot(centre: Point, spread: float, strength: float, stretch: float = 1.0, angle_deg: float = 0.0) -> Image.Image:
    """A 32 px grey Gaussian spot of light: shares of the side for ``centre`` and ``spread``, 0-1 for ``strength``."""
    ys, xs = np.mgrid[0:32, 0:32] / 31.0
    turn = math.radians(angle_deg)
    dx, dy = xs - centre[0], ys - centre[1]
    u, v = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    light = strength * np.exp(-0.5 * ((u / (spread * stretch)) ** 2 + (v / spread) ** 2))
    return Image.fromarray((255 * np.clip(light, 0, 1)).astype(np.uint8))


def slope(angle_deg: float, low: float, high: float) -> Image.Image:
    """A 32 px grey ramp from ``low`` to ``high`` (0-1) along ``angle_deg``."""
    ys, xs = np.mgrid[0:32, 0:32] / 31.0 - 0.5
    turn = math.radians(angle_deg)
    share = np.clip(xs * math.cos(turn) + ys * math.sin(turn) + 0.5, 0, 1)
    return Image.fromarray((255 * np.clip(low + (high - low) * share, 0, 1)).astype(np.uint8))


def sticker(
    cover: Image.Image, centre: Point, side_share: float, colour: tuple[int, int, int], round_: bool
) -> Image.Image:
    """A price tag: a plain disc or 3:2 rectangle with two dark bars, ``side_share`` of the cover's width."""
    picture = cover.copy()
    draw = ImageDraw.Draw(picture)
    width, height = cover.size
    half = side_share * width / 2
    x, y = centre[0] * width, centre[1] * height
    if round_:
        draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    else:
        draw.rectangle((x - half, y - half / 1.5, x + half, y + half / 1.5), fill=colour)
    for lift in (-0.25, 0.15):
        draw.rectangle((x - half * 0.6, y + lift * half, x + half * 0.6, y + (lift + 0.12) * half), fill=(30, 30, 30))
    return picture


def fingers(
    cover: Image.Image, start: Point, reach: Point, width_share: float, count: int, colour: tuple[int, int, int]
) -> Image.Image:
    """A hand: ``count`` thick round-ended strokes side by side from ``start`` to ``reach`` (shares of the sides)."""
    picture = cover.copy()
    draw = ImageDraw.Draw(picture)
    width, height = cover.size
    thick = max(2, round(width_share * width))
    dx, dy = reach[0] - start[0], reach[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    for number in range(count):
        shift = (number - (count - 1) / 2) * width_share * 1.1
        ends = [
            ((x - shift * dy / length) * width, (y + shift * dx / length) * height)
            for x, y in (start, (start[0] + dx * (1 - 0.12 * (number % 2)), start[1] + dy * (1 - 0.12 * (number % 2))))
        ]
        shade = tuple(max(0, channel - 12 * number) for channel in colour)
        draw.line(ends, fill=shade, width=thick)
        tip = ends[1]
        draw.ellipse((tip[0] - thick / 2, tip[1] - thick / 2, tip[0] + thick / 2, tip[1] + thick / 2), fill=shade)
    return picture
