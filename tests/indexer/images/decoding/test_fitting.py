"""Squares, and that decoding a JPEG at reduced scale does not change them beyond noise."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indexer.images.decoding import Interpolation, ResizeRule, decode, fit
from indexer.images.decoding.decoder import KEEP_PER_TARGET_PX
from tests.indexer.images.decoding.pictures import BLUE, GREEN, RED, WHITE, artwork, encode, plain


def _stripes() -> Image.Image:
    """120 x 40: red, green and blue squares side by side."""
    image = plain(RED, size=(120, 40))
    image.paste(GREEN, (40, 0, 80, 40))
    image.paste(BLUE, (80, 0, 120, 40))
    return image


@pytest.mark.parametrize("rule", ResizeRule)
@pytest.mark.parametrize("size", [(120, 40), (40, 120), (7, 300), (60, 60)])
def test_shape_kind_and_memory(rule: ResizeRule, size: tuple[int, int]) -> None:
    square = fit(plain(RED, size=size), 60, rule)
    assert square.shape == (60, 60, 3)
    assert square.dtype == np.uint8
    assert square.flags.c_contiguous
    assert square.flags.writeable


def test_squash_keeps_everything() -> None:
    square = fit(_stripes(), 60, ResizeRule.SQUASH)
    assert [tuple(square[30, x].tolist()) for x in (5, 30, 55)] == [RED, GREEN, BLUE]


def test_crop_keeps_the_middle() -> None:
    assert (fit(_stripes(), 60, ResizeRule.CROP) == GREEN).all()
    assert (fit(_stripes().transpose(Image.Transpose.ROTATE_90), 60, ResizeRule.CROP) == GREEN).all()


def test_pad_keeps_shapes_on_white() -> None:
    square = fit(_stripes(), 60, ResizeRule.PAD)
    assert (square[:20] == WHITE).all()
    assert (square[40:] == WHITE).all()
    assert [tuple(square[30, x].tolist()) for x in (5, 30, 55)] == [RED, GREEN, BLUE]
    on_its_side = fit(_stripes().transpose(Image.Transpose.ROTATE_90), 60, ResizeRule.PAD)
    assert (on_its_side == np.rot90(square)).all()


@pytest.mark.parametrize("rule", ResizeRule)
def test_a_picture_of_the_right_size_is_left_alone(rule: ResizeRule) -> None:
    image = artwork(60, 1)
    assert (fit(image, 60, rule) == np.asarray(image)).all()


@pytest.mark.parametrize("rule", ResizeRule)
def test_small_pictures_grow(rule: ResizeRule) -> None:
    assert (fit(plain(GREEN, size=(9, 9)), 60, rule) == GREEN).all()


def test_large_pictures_shrink_by_averaging() -> None:
    # Lines of one pixel: taking every nth would give black or white.
    lines = np.zeros((960, 960, 3), np.uint8)
    lines[:, ::2] = 255
    assert np.abs(fit(Image.fromarray(lines), 60, ResizeRule.SQUASH).astype(int)[:, 2:-2] - 127).max() <= 2


def mean_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_the_first_pass_over_a_large_picture_does_not_show() -> None:
    image = artwork(900, 4, lines=400)
    exact = np.asarray(image.resize((64, 64), Image.Resampling.BICUBIC))
    assert 0 < mean_difference(fit(image, 64, ResizeRule.SQUASH), exact) < 0.4


TARGET_PX = 64
JUST_ENOUGH_PX = int(2 * KEEP_PER_TARGET_PX * TARGET_PX)


@pytest.mark.parametrize("side", [JUST_ENOUGH_PX, 2 * JUST_ENOUGH_PX])
@pytest.mark.parametrize("options", [{"quality": 85}, {"quality": 95}, {"quality": 92, "subsampling": 0}])
def test_half_scale_changes_less_than_saving_at_quality_90(side: int, options: dict[str, Any]) -> None:
    reduced, saved = [], []
    for seed in range(4):
        original = artwork(side, seed, lines=100)
        data = encode(original, "JPEG", **options)
        assert decode(data, reduce_to_px=TARGET_PX).size == (side // 2, side // 2)
        full = fit(decode(data), TARGET_PX, ResizeRule.SQUASH)
        reduced.append(mean_difference(fit(decode(data, reduce_to_px=TARGET_PX), TARGET_PX, ResizeRule.SQUASH), full))
        with Image.open(io.BytesIO(encode(original, "JPEG", quality=90))) as again:
            saved.append(
                mean_difference(fit(again, TARGET_PX, ResizeRule.SQUASH), fit(original, TARGET_PX, ResizeRule.SQUASH))
            )
    assert 0 < np.mean(reduced) < np.mean(saved)


def test_no_reduction_below_the_factor_or_where_it_is_not_asked_for() -> None:
    data = encode(artwork(JUST_ENOUGH_PX - 1, 0), "JPEG")
    assert decode(data, reduce_to_px=TARGET_PX).size == (JUST_ENOUGH_PX - 1,) * 2
    data = encode(artwork(JUST_ENOUGH_PX + 1, 0), "JPEG")
    assert decode(data, reduce_to_px=TARGET_PX).size == (JUST_ENOUGH_PX // 2 + 1,) * 2
    assert decode(data).size == (JUST_ENOUGH_PX + 1,) * 2


def test_the_shorter_side_decides() -> None:
    wide = plain(RED, size=(4000, JUST_ENOUGH_PX - 2))
    assert decode(encode(wide, "JPEG"), reduce_to_px=TARGET_PX).size == wide.size


def test_only_jpeg_is_reduced_and_never_by_more_than_half() -> None:
    image = plain(RED, size=(1600, 1600))
    for format_name in ("PNG", "WEBP", "TIFF"):
        assert decode(encode(image, format_name), reduce_to_px=16).size == (1600, 1600)
    for mode, expected in (("RGB", RED), ("L", (76, 76, 76)), ("CMYK", RED)):
        found = decode(encode(image.convert(mode), "JPEG", quality=95), reduce_to_px=16)
        assert found.size == (800, 800)
        assert np.abs(np.asarray(found).astype(int) - expected).max() <= 3


@pytest.mark.parametrize(
    ("interpolation", "expected"),
    [(Interpolation.BICUBIC, Image.Resampling.BICUBIC), (Interpolation.BILINEAR, Image.Resampling.BILINEAR)],
)
def test_the_filter_that_was_asked_for(interpolation: Interpolation, expected: Image.Resampling) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8))
    square = fit(noise, 40, ResizeRule.SQUASH, interpolation)
    assert (square == np.asarray(noise.resize((40, 40), expected))).all()
