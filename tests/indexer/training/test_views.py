"""The pictures training and its measurement draw: the geometry by hand, and the same draw twice."""

import numpy as np
import pytest
from PIL import Image

from indexer.training import photo_effects as effects
from indexer.training.distortions import KINDS, PHOTO_LIKE, distort
from indexer.training.views import clean_view, photo_view


def picture(seed: int, side: int = 64) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def same(one: Image.Image, other: Image.Image) -> bool:
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


def test_perspective_takes_each_corner_to_its_place() -> None:
    quad = ((10.0, 5.0), (50.0, 12.0), (44.0, 60.0), (3.0, 40.0))
    a, b, c, d, e, f, g, h = effects.perspective_coefficients(quad, (80, 40))
    for (u, v), corner in zip(quad, ((0, 0), (80, 0), (80, 40), (0, 40)), strict=True):
        below = g * u + h * v + 1
        assert ((a * u + b * v + c) / below, (d * u + e * v + f) / below) == pytest.approx(corner, abs=1e-9)


def test_a_quad_seen_head_on_is_the_square_turned() -> None:
    assert np.allclose(effects.turned_quad((50, 50), 20, 0), [(40, 40), (60, 40), (60, 60), (40, 60)])
    assert np.allclose(effects.turned_quad((50, 50), 20, 90), [(60, 40), (60, 60), (40, 60), (40, 40)])


def test_a_tilted_quad_is_shorter_at_the_far_side() -> None:
    left_top, right_top, right_bottom, left_bottom = effects.turned_quad((50, 50), 40, 0, (30, 0))
    assert right_top[0] - left_top[0] > 40 > right_bottom[0] - left_bottom[0]
    assert right_bottom[1] - right_top[1] < 40


def test_laying_shows_cover_inside_and_table_outside() -> None:
    red, blue = Image.new("RGB", (32, 32), (255, 0, 0)), Image.new("RGB", (64, 64), (0, 0, 255))
    laid = np.asarray(effects.lay(red, blue, ((16, 16), (48, 16), (48, 48), (16, 48))))
    assert laid[32, 32].tolist() == [255, 0, 0]
    assert laid[8, 8].tolist() == laid[60, 32].tolist() == [0, 0, 255]
    assert np.asarray(blue)[32, 32].tolist() == [0, 0, 255]


def test_a_cover_laid_straight_is_itself() -> None:
    cover = picture(1)
    laid = np.asarray(effects.lay(cover, Image.new("RGB", (64, 64)), ((0, 0), (64, 0), (64, 64), (0, 64))), int)
    assert np.abs(laid - np.asarray(cover, int)).max() <= 1


def test_tone_is_its_formula() -> None:
    toned = effects.tone(Image.new("RGB", (1, 1), (100, 100, 100)), (1.1, 1.0, 0.5), contrast=0.8, gamma=1.2)
    level = 0.8 * (100 / 255 - 0.5) + 0.5
    assert toned.getpixel((0, 0)) == tuple(int(255 * (level * gain) ** 1.2) for gain in (1.1, 1.0, 0.5))


@pytest.mark.parametrize("kind", KINDS)
def test_a_distortion_is_drawn_from_kind_and_name_alone(kind: str) -> None:
    cover = picture(2)
    before = np.asarray(cover).copy()
    first, others = distort(cover, kind, "a.jpg"), [distort(cover, kind, f"{n}.jpg") for n in range(3)]
    assert same(first, distort(cover, kind, "a.jpg"))
    assert not all(same(first, other) for other in others)
    assert not same(first.resize(cover.size), cover)
    assert np.array_equal(np.asarray(cover), before)


def test_there_are_seven_kinds_or_more_and_photos_among_them() -> None:
    assert len(KINDS) >= 7
    assert set(PHOTO_LIKE) < set(KINDS)


def test_views_have_the_size_asked_and_depend_on_the_draw_alone() -> None:
    cover, behind = picture(3), picture(4)
    for seed in range(40):
        clean = clean_view(cover, 48, np.random.default_rng(seed))
        photo = photo_view(cover, behind, 48, np.random.default_rng(seed))
        assert clean.size == photo.size == (48, 48)
        assert clean.mode == photo.mode == "RGB"
        assert same(clean, clean_view(cover, 48, np.random.default_rng(seed)))
        assert same(photo, photo_view(cover, behind, 48, np.random.default_rng(seed)))


def test_clean_views_are_never_mirrored() -> None:
    halves = np.zeros((64, 64, 3), np.uint8)
    halves[:, 32:] = 255
    for seed in range(40):
        view = np.asarray(clean_view(Image.fromarray(halves), 48, np.random.default_rng(seed)), float)
        assert view[:, :16].mean() < view[:, -16:].mean()
