"""Pictures stand upright whatever a camera wrote, and what it wrote wrongly costs no cover."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.images.decoding import decode
from tests.indexer.images.decoding.pictures import Pixels, chunk, corners, encode, near, png

UPRIGHT = corners()


def _as_stored(orientation: int) -> Pixels:
    """How a camera stores the upright picture: where row 0 and column 0 of the file belong (TIFF 6.0, tag 274)."""
    turned: dict[int, Callable[[], Pixels]] = {
        1: lambda: UPRIGHT,  # top, left
        2: lambda: UPRIGHT[:, ::-1],  # top, right
        3: lambda: UPRIGHT[::-1, ::-1],  # bottom, right
        4: lambda: UPRIGHT[::-1],  # bottom, left
        5: lambda: UPRIGHT.transpose(1, 0, 2),  # left, top
        6: lambda: np.rot90(UPRIGHT),  # right, top
        7: lambda: UPRIGHT[::-1, ::-1].transpose(1, 0, 2),  # right, bottom
        8: lambda: np.rot90(UPRIGHT, -1),  # left, bottom
    }
    return np.ascontiguousarray(turned[orientation]())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "TIFF deflated"])
def test_all_orientations(format_name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"quality": 95} if format_name in ("JPEG", "WEBP") else {}
    if format_name == "TIFF deflated":
        options["compression"] = "tiff_deflate"
    data = encode(Image.fromarray(_as_stored(orientation)), format_name.split()[0], exif=exif, **options)
    found = decode(data)
    assert found.size == (48, 32)
    assert near(found, UPRIGHT)
    assert found.getexif().get(274, 1) == 1, "whoever looks again must not turn it again"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_jpeg_is_upright_too(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    stored = np.kron(_as_stored(orientation), np.ones((10, 10, 1), np.uint8))
    found = decode(encode(Image.fromarray(stored), "JPEG", exif=exif), reduce_to_px=64)
    assert found.size == (240, 160)
    assert near(found, np.kron(UPRIGHT, np.ones((5, 5, 1), np.uint8)))


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0garbage that is no TIFF at all",
        b"Exif\0\0II*\0\x08\0\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0II*\0\x08\0\0\0\x09\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 2, 2, 0x36) + bytes(4),
        b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 3, 1, 9) + bytes(4),
        b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 5, 1, 0x7FFFFFFF) + bytes(4),
        b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 3, 0xFFFFFFFF, 8) + bytes(4),
        b"Exif\0\0MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10",
    ],
)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_costs_the_orientation_and_not_the_cover(format_name: str, exif: bytes) -> None:
    data = encode(Image.fromarray(UPRIGHT), format_name, exif=exif)
    assert near(decode(data), UPRIGHT, 30)


def test_exif_of_megabytes_is_not_searched() -> None:
    exif = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 274, 3, 1, 6) + bytes(4)
    rows = [row.tobytes() for row in UPRIGHT]
    assert decode(png((48, 32), 8, 2, rows, chunk(b"eXIf", exif))).size == (32, 48)
    assert decode(png((48, 32), 8, 2, rows, chunk(b"eXIf", exif + bytes(2**20)))).size == (48, 32)
