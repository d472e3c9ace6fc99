"""What decoding costs, what reduced scale saves, and what it changes.

    python -m benchmarks.decoding [--covers FOLDER] [--target 224] [--seconds 1]

Images a second of one core, from JPEG bytes to the square, by size of the JPEG; the four ways take turns, so that other
work on the machine falls on all alike: read the ratios. Then the mean absolute difference (of 255) and the PSNR that
decoding at reduced scale makes in the square, compared with the loss of saving the same picture at quality 90. Pictures
are drawn, or with --covers laid out side by side from the images of a folder: harder, every pixel of them is sharp.
"""

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.images.decoding import ResizeRule, decode, fit, read

SIDES_PX = (300, 500, 1200, 3000)
QUALITY = 92
PICTURES = 4
TURNS = 5

Pixels = NDArray[np.uint8]


def main() -> None:
    arguments = _arguments()
    covers = sorted(path for path in arguments.covers.rglob("*") if path.is_file()) if arguments.covers else []
    target = arguments.target
    print(f"{'':9}{'images a second of one core':^60}{'change of the square':>36}")
    print(
        f"{'JPEG':>7}  {'Pillow':>10}{'decode':>10}{'and fit':>10}{'reduced':>10}{'to full':>10}{'to Pillow':>10}"
        f"{'reduced':>18}{'quality 90':>18}"
    )
    for side in SIDES_PX:
        pictures = [_collage(covers, side, seed) if covers else _drawing(side, seed) for seed in range(PICTURES)]
        files = [_jpeg(picture, QUALITY) for picture in pictures]
        bare, decoded, full, reduced = _rates(files, target, arguments.seconds)
        changed = [(_square(data, target, reduce=True), _square(data, target, reduce=False)) for data in files]
        saved = [
            (fit(picture, target, ResizeRule.SQUASH), _square(_jpeg(picture, 90), target, reduce=False))
            for picture in pictures
        ]
        print(
            f"{side:4} px  {bare:10.0f}{decoded:10.0f}{full:10.0f}{reduced:10.0f}{reduced / full:10.2f}"
            f"{decoded / bare:10.2f}{_difference(changed):>18}{_difference(saved):>18}",
            flush=True,
        )


def _rates(files: list[bytes], target: int, seconds: float) -> list[float]:
    """Images per second of CPU time: bare Pillow, decode, decode and fit, the same at reduced scale; the best turn."""
    ways: list[Callable[[bytes], object]] = [
        _bare,
        decode,
        lambda data: _square(data, target, reduce=False),
        lambda data: _square(data, target, reduce=True),
    ]
    turns = [[_rate(way, files, seconds / TURNS) for way in ways] for _ in range(TURNS)]
    return [max(rates) for rates in zip(*turns, strict=True)]


def _rate(way: Callable[[bytes], object], files: list[bytes], seconds: float) -> float:
    began, done = time.thread_time(), 0
    while time.thread_time() - began < seconds or not done:
        way(files[done % len(files)])
        done += 1
    return done / (time.thread_time() - began)


def _bare(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def _square(data: bytes, target: int, *, reduce: bool) -> Pixels:
    return fit(decode(data, reduce_to_px=target if reduce else None), target, ResizeRule.SQUASH)


def _difference(pairs: list[tuple[Pixels, Pixels]]) -> str:
    errors = np.stack([one.astype(float) - other for one, other in pairs])
    if not errors.any():
        return "none"
    return f"{np.abs(errors).mean():.2f} ({10 * np.log10(255**2 / np.square(errors).mean()):.1f} dB)"


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _drawing(side: int, seed: int) -> Image.Image:
    """Shading, flat shapes with sharp edges, and grain."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    pixels = np.stack([127 + 100 * np.sin(3 * x * k + 2 * y + k) for k in (1, 2, 3)], -1)
    for left, top in random.integers(0, side, (200, 2)):
        width, height = random.integers(2, side // 4), random.integers(2, side // 16)
        pixels[top : top + height, left : left + width] = random.integers(0, 256, 3)
    pixels += random.normal(0, 4, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _collage(covers: list[Path], side: int, seed: int, cell: int = 300) -> Image.Image:
    canvas = Image.new("RGB", (side, side))
    places = [(x, y) for y in range(0, side, cell) for x in range(0, side, cell)]
    chosen = np.random.default_rng(seed).choice(len(covers), len(places))
    for place, number in zip(places, chosen, strict=True):
        canvas.paste(Image.fromarray(fit(decode(read(covers[number])), cell, ResizeRule.SQUASH)), place)
    return canvas


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__.splitlines()[0])
    parser.add_argument("--covers", type=Path, help="a folder of images to lay out instead of drawing")
    parser.add_argument("--target", type=int, default=224, help="side of the square, in pixels")
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU time for each way and size")
    return parser.parse_args()


if __name__ == "__main__":
    main()
