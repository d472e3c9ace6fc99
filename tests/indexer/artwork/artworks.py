"""Artworks drawn at random: soft fields, shapes, edges; and what a pressing does to them."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps


def artwork(seed: int, side_px: int = 400) -> Image.Image:
    draw_from = np.random.default_rng(seed)
    ground = Image.fromarray(draw_from.integers(0, 256, (4, 4, 3), dtype=np.uint8))
    picture = ground.resize((side_px, side_px), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(60):
        left, top = draw_from.integers(0, side_px, 2).tolist()
        wide, high = draw_from.integers(side_px // 40, side_px // 6, 2).tolist()
        colour = tuple(draw_from.integers(0, 256, 3).tolist())
        shape = pen.rectangle if draw_from.random() < 0.5 else pen.ellipse
        shape((left, top, left + wide, top + high), fill=colour)
    return picture


def cropped(picture: Image.Image) -> Image.Image:
    side = picture.width
    return picture.crop((side // 10, side // 20, side, side - side // 20)).resize((300, 300))


def bordered(picture: Image.Image) -> Image.Image:
    return ImageOps.expand(picture, picture.width // 12, "white")


def stickered(picture: Image.Image) -> Image.Image:
    copy, side = picture.copy(), picture.width
    ImageDraw.Draw(copy).ellipse((side * 0.7, side * 0.05, side * 0.95, side * 0.3), fill="yellow", outline="black")
    return copy


def faded(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Color(ImageEnhance.Contrast(picture).enhance(0.6)).enhance(0.3)


def turned(picture: Image.Image) -> Image.Image:
    return picture.rotate(4, Image.Resampling.BICUBIC, fillcolor="grey")


def squeezed(picture: Image.Image) -> Image.Image:
    file = BytesIO()
    picture.resize((150, 150)).save(file, "JPEG", quality=20)
    return Image.open(file).convert("RGB")
