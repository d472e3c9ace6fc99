"""Outlines in drawn photographs against where the sleeve was drawn; none in plain covers."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from indexer.outline import WHOLE, find_outline, in_picture, outside, rectify
from indexer.outline.edges import edges_of
from indexer.outline.lines import lines_of
from indexer.outline.quadrilaterals import quadrilaterals_of
from indexer.training.photographs import photograph
from tests.indexer.artwork.artworks import artwork

SEEDS = range(12)


def test_the_outline_of_a_photographed_sleeve_is_where_it_was_drawn() -> None:
    right = 0
    for seed in SEEDS:
        photo = photograph(artwork(seed), f"{seed}")
        found = find_outline(photo.image)
        true = photo.corners / photo.image.size
        right += found is not None and bool(np.abs(found.corners - true).max() < 0.04)
    assert right >= 10


def test_the_outline_is_the_same_wherever_in_memory_the_picture_is() -> None:
    photo = photograph(artwork(3), "3").image
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(8):
        _elsewhere = [np.empty(rng.integers(1, 300_000), np.uint8) for _ in range(rng.integers(1, 8))]
        edges = edges_of(photo.copy())
        lines = lines_of(edges)
        found = quadrilaterals_of(edges, lines)
        seen.add((edges.weights.tobytes(), lines.tobytes(), found.evidence.tobytes()))
    assert len(seen) == 1


def test_a_straight_frame_is_printed_unless_it_is_a_border() -> None:
    ground = artwork(2, 400).filter(ImageFilter.GaussianBlur(12))
    border = Image.new("RGB", (400, 400), "white")
    for picture, printed in ((ground, True), (border, False)):
        picture.paste(artwork(1, 280), (60, 60))
        found = find_outline(picture)
        assert found is not None
        assert not found.sure
        assert found.printed == printed
    photographed = [find_outline(photograph(artwork(seed), f"{seed}").image) for seed in SEEDS]
    assert not any(found.printed for found in photographed if found is not None)


def test_no_outline_in_a_cover_is_sure() -> None:
    frames = [Image.new("RGB", (400, 400), "white") for _ in SEEDS]
    for seed, frame in zip(SEEDS, frames, strict=True):
        frame.paste(artwork(seed, 280), (60, 60))
    for picture in [*map(artwork, SEEDS), *frames, Image.new("RGB", (300, 300), "navy")]:
        found = find_outline(picture)
        assert found is None or not found.sure


def test_lines_that_make_no_quadrilateral_are_no_outline() -> None:
    stripes = np.zeros((300, 300, 3), np.uint8)
    stripes[:, np.arange(300) // 30 % 2 == 1] = 255
    assert find_outline(Image.fromarray(stripes)) is None


@pytest.mark.parametrize("size", [(127, 400), (64, 64)])
def test_nothing_is_looked_for_in_a_small_picture(size: tuple[int, int]) -> None:
    photo = photograph(artwork(1), "1")
    assert find_outline(photo.image.resize(size)) is None


def test_the_same_photograph_is_drawn_for_the_same_name() -> None:
    one, same, other = (photograph(artwork(1, 200), name) for name in ("a", "a", "b"))
    assert one.image == same.image
    assert np.array_equal(one.corners, same.corners)
    assert one.image != other.image


def test_rectified_is_what_was_laid_into_the_outline() -> None:
    """A picture of four fields: each quarter of the square has its colour, whatever the outline."""
    colours = [(250, 10, 10), (10, 250, 10), (10, 10, 250), (240, 240, 20)]
    cover = Image.new("RGB", (200, 200))
    for colour, place in zip(colours, [(0, 0), (100, 0), (100, 100), (0, 100)], strict=True):
        cover.paste(colour, (*place, place[0] + 100, place[1] + 100))
    photo = photograph(cover, "fields", hand=False)
    square = rectify(photo.image, photo.corners / photo.image.size, 300)
    assert square.width == square.height <= 300
    for colour, (x, y) in zip(colours, [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)], strict=True):
        seen = np.array(square.getpixel((int(x * square.width), int(y * square.height))), float)
        nearest = min(colours, key=lambda one: float(np.abs(np.array(one) - seen).sum()))
        assert nearest == colour
    assert rectify(cover, WHOLE, 200) == cover, "the whole picture is itself"


def test_a_large_outline_is_made_smaller_without_aliasing() -> None:
    stripes = np.zeros((1600, 1600, 3), np.uint8)
    stripes[:, ::2] = 255
    small = np.asarray(rectify(Image.fromarray(stripes), WHOLE, 200))
    assert np.abs(small.astype(int) - 127).max() <= 2, "black and white stripes of a pixel each are grey"


def test_places_in_the_square_are_where_a_homography_puts_them() -> None:
    """Against the formula solved for, point by point: four corners go to themselves, lines stay lines."""
    corners = np.array([[0.1, 0.2], [0.8, 0.1], [0.9, 0.95], [0.2, 0.7]])
    assert np.allclose(in_picture(WHOLE, corners), corners)
    # The diagonals' crossing is the middle of the square in any perspective.
    one, other = corners[2] - corners[0], corners[3] - corners[1]
    along = np.linalg.solve(np.stack([one, -other], 1), corners[1] - corners[0])
    assert np.allclose(in_picture(np.array([[0.5, 0.5]]), corners), [corners[0] + along[0] * one])
    assert np.allclose(in_picture(np.array([[0.3, 0.6]]), WHOLE), [[0.3, 0.6]])
    moved = np.array([[0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [0.5, 1.0]])
    assert np.allclose(in_picture(np.array([[0.5, 0.2]]), moved), [[0.75, 0.6]])


def test_places_are_outside_of_an_outline_or_not() -> None:
    """Against OpenCV's test of points and polygons."""
    import cv2

    generator = np.random.default_rng(4)
    for corners in (WHOLE, np.array([[0.2, 0.1], [0.8, 0.25], [0.9, 0.7], [0.1, 0.9]])):
        places = generator.uniform(-0.2, 1.2, (300, 2))
        polygon = corners.astype(np.float32)
        expected = [cv2.pointPolygonTest(polygon, (x, y), False) < 0 for x, y in places.tolist()]
        assert outside(places, corners).tolist() == expected
    assert outside(np.empty((0, 2)), WHOLE).tolist() == []
