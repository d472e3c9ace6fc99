"""Pictures for these tests, and files that no program here would write."""

import io
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)


def encode(image: Image.Image, format_name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, format_name, **options)  # a copy, because Pillow leaves the options of one format in it
    return file.getvalue()


def plain(colour: Any = RED, mode: str = "RGB", size: tuple[int, int] = (16, 16)) -> Image.Image:
    return Image.new(mode, size, colour)


def corners(width: int = 48, height: int = 32) -> Pixels:
    """Four quarters, red, green, blue and white in reading order, so that no two orientations look alike."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return pixels


def near(found: Image.Image, expected: Pixels, tolerance: int = 12) -> bool:
    """Whether the corners agree; the middle, which JPEG blurs, is left out."""
    difference = np.abs(np.asarray(found).astype(int) - expected)
    height, width = expected.shape[:2]
    return all(
        difference[top, left].max() <= tolerance
        for top in (0, height // 8, -1 - height // 8, -1)
        for left in (0, width // 8, -1 - width // 8, -1)
    )


def artwork(side: int, seed: int, lines: int = 40) -> Image.Image:
    """A square of what covers are made of: shading, flat shapes with sharp edges, bars like lettering, grain."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    pixels = np.stack([127 + 100 * np.sin(3 * x * k + 2 * y + k) for k in (1, 2, 3)], -1)
    for _ in range(lines):
        left, top = random.integers(0, side, 2)
        width, height = random.integers(2, side // 3), random.integers(2, 3 + side // 12)
        pixels[top : top + height, left : left + width] = random.integers(0, 256, 3)
    pixels += random.normal(0, 5, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(size: tuple[int, int], depth: int, colour_type: int, rows: Iterable[bytes], *extra: bytes) -> bytes:
    """A PNG from its scanlines; extra chunks stand before the pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", pixels), chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SHORT, LONG = 3, 4


def tiff(size: tuple[int, int], tags: Mapping[int, tuple[int, ...]], pixels: bytes, order: str = "<") -> bytes:
    """A TIFF of one uncompressed strip. Tags: number → values, all SHORT."""
    entries = {256: (size[0],), 257: (size[1],), 259: (1,), 278: (size[1],), **tags}
    table = sorted([*((tag, SHORT, values) for tag, values in entries.items()), (273, LONG, ()), (279, LONG, ())])
    start = 8 + 2 + 12 * len(table) + 4
    outside = b""
    out = struct.pack(order + "H", len(table))
    for tag, kind, values in table:
        packed = struct.pack(f"{order}{len(values)}H", *values)
        if tag == 279:
            packed = struct.pack(order + "I", len(pixels))
        elif tag == 273:
            packed = struct.pack(order + "I", start + sum(2 * len(v) for _, _, v in table if len(v) > 2))
        if len(packed) > 4:
            packed, outside = struct.pack(order + "I", start + len(outside)), outside + packed
        out += struct.pack(order + "HHI", tag, kind, max(1, len(values))) + packed.ljust(4, b"\0")
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "I", 8) + out + bytes(4) + outside + pixels


def bmp(size: tuple[int, int], bits: int, compression: int, body: bytes, masks: tuple[int, ...] = ()) -> bytes:
    """A BMP with a version 4 header, or a version 3 header and 256 greys for 8 bits."""
    kind = 108 if masks else 40
    palette = b"".join(bytes((i, i, 255 - i, 0)) for i in range(256)) if bits == 8 else b""
    colours = 256 if bits == 8 else 0
    header = struct.pack("<IiiHHIIiiII", kind, *size, 1, bits, compression, len(body), 0, 0, colours, 0)
    if masks:
        header = (header + struct.pack("<4I", *masks)).ljust(kind, b"\0")
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body
