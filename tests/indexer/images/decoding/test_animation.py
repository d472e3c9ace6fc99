"""Of an animation, the first frame that shows something."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.images.decoding import DecodingLimits, decode
from tests.indexer.images.decoding.pictures import BLACK, RED, artwork, encode, plain

ART = artwork(48, 0)
BLANK = plain((*RED, 0), "RGBA", ART.size)
ANIMATED: dict[str, dict[str, Any]] = {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}}


def _animation(format_name: str, first: Image.Image, *others: Image.Image) -> bytes:
    return encode(first, format_name, save_all=True, append_images=others, duration=40, **ANIMATED[format_name])


def _shows(data: bytes, expected: Image.Image, limits: DecodingLimits | None = None) -> bool:
    found = np.asarray(decode(data, limits or DecodingLimits()), dtype=int)
    return float(np.abs(found - np.asarray(expected.convert("RGB"), dtype=int)).mean()) < 12


@pytest.mark.parametrize("format_name", ANIMATED)
def test_empty_frames_are_left_out(format_name: str) -> None:
    for empty in (BLANK, plain(BLACK, size=ART.size)):
        data = _animation(format_name, empty.convert("RGBA"), ART.convert("RGBA"), ART.rotate(90).convert("RGBA"))
        assert _shows(data, ART)
    assert _shows(_animation(format_name, ART, ART.rotate(90)), ART)


def test_an_animation_of_nothing_is_its_first_frame() -> None:
    assert _shows(_animation("GIF", plain(RED), plain(BLACK)), plain(RED))


def test_a_broken_frame_behind_an_empty_one() -> None:
    data = _animation("GIF", plain(BLACK, size=ART.size), ART)
    assert _shows(data[: len(data) // 2], plain(BLACK, size=ART.size))


def test_frames_are_looked_for_in_as_many_pixels_as_a_picture_may_have() -> None:
    data = _animation("GIF", plain(BLACK, size=ART.size), ART)
    assert _shows(data, plain(BLACK, size=ART.size), DecodingLimits(max_pixels=2 * 48 * 48 - 1))
    assert _shows(data, ART, DecodingLimits(max_pixels=2 * 48 * 48))
