"""The main colour of pictures whose colour is known."""

import numpy as np
import pytest
from PIL import Image

from indexer.images.main_colour import main_colour

HUES = {(255, 0, 0): 29.2, (255, 165, 0): 70.7, (255, 255, 0): 109.8, (0, 255, 0): 142.5, (0, 255, 255): 194.8}
HUES |= {(0, 0, 255): 264.1, (255, 0, 255): 328.4}
"""Of OKLCh, as CSS Color 4 has them."""


def flat(colour: tuple[int, int, int], size_px: int = 96) -> Image.Image:
    return Image.new("RGB", (size_px, size_px), colour)


@pytest.mark.parametrize("colour", HUES)
def test_the_hue_of_one_colour(colour: tuple[int, int, int]) -> None:
    assert main_colour(flat(colour)).hue == pytest.approx(HUES[colour], abs=0.2)


def test_what_has_no_colour_has_a_lightness() -> None:
    for level, lightness in ((0, 0.0), (119, 0.569), (255, 1.0)):
        hue, light = main_colour(flat((level, level, level)))
        assert hue is None
        assert light == pytest.approx(lightness, abs=0.002)


def test_a_small_spot_does_not_count_and_a_large_one_does() -> None:
    picture = flat((40, 40, 40))
    picture.paste((255, 0, 0), (0, 0, 16, 16))
    assert main_colour(picture).hue is None
    picture.paste((255, 0, 0), (0, 0, 48, 48))
    assert main_colour(picture).hue == pytest.approx(29.2, abs=3), "its edge is blurred"


def test_the_strongest_hue_decides() -> None:
    picture = flat((0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 32, 96))
    assert main_colour(picture).hue == pytest.approx(264.1, abs=1)


def test_grain_does_not_count() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (960, 960, 3), dtype=np.uint8)
    assert main_colour(Image.fromarray(noise)).hue is None
