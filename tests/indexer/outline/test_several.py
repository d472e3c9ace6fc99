"""Several sleeves in one drawn photo: told apart, in reading order, and a cover with pictures on it is not split."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from indexer.outline import MOST_SLEEVES, area, find_outlines, on_one_ground, outside
from indexer.training.photographed_walls import Layout, WallPhotograph, photograph_several
from tests.indexer.artwork.artworks import artwork


def _told_apart(photo: WallPhotograph) -> list[int | None]:
    """Which sleeve each outline is, in the order of the outlines; None for none."""
    corners = photo.corners / photo.image.size
    found: list[int | None] = []
    for outline in find_outlines(photo.image):
        middle = outline.corners.mean(0)[None]
        at = [number for number, own in enumerate(corners) if not outside(middle, own)[0]]
        is_it = len(at) == 1 and 0.6 < area(outline.corners) / area(corners[at[0]]) < 1.4
        found.append(at[0] if is_it else None)
    return found


@pytest.mark.parametrize("layout", [Layout.GAPS, Layout.TILTED, Layout.TOUCHING])
def test_sleeves_are_told_apart_row_by_row(layout: Layout) -> None:
    photo = photograph_several([artwork(seed) for seed in range(6)], "wall", layout)
    found = _told_apart(photo)
    assert None not in found
    assert len(found) >= 5
    assert found == sorted(found, key=lambda at: at or 0), "as one reads"


@pytest.mark.slow
def test_two_to_twelve_sleeves() -> None:
    found = false = drawn = 0
    for count in (2, 7, 12):
        for layout in (Layout.GAPS, Layout.TILTED, Layout.TOUCHING):
            covers = [artwork(100 * count + seed) for seed in range(count)]
            told = _told_apart(photograph_several(covers, f"{count}", layout))
            drawn += count
            found += len({at for at in told if at is not None})
            false += told.count(None)
    assert found >= 0.9 * drawn
    assert false <= 0.05 * drawn


def test_there_are_never_more_than_are_told_apart() -> None:
    """Forty small sleeves: so many quadrilaterals, and each square of the picture is full of them."""
    wall = Image.new("RGB", (1600, 1000), (90, 80, 70))
    for number in range(40):
        wall.paste(artwork(number, 170), (20 + 195 * (number % 8), 20 + 195 * (number // 8)))
    outlines = find_outlines(wall)
    assert 2 <= len(outlines) <= MOST_SLEEVES


def test_one_colour_and_a_tiny_picture_have_none() -> None:
    assert find_outlines(Image.new("RGB", (900, 700), (20, 90, 30))) == ()
    assert find_outlines(artwork(1, 100)) == ()


def test_what_is_between_sleeves_looks_like_what_is_around_them() -> None:
    """Two pictures on one cover on a table, and the same two as sleeves on that table."""
    places = [(200, 200, 380, 380), (420, 200, 600, 380)]
    outlines = [
        np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) / (800, 600)
        for left, top, right, bottom in places
    ]
    table = Image.new("RGB", (800, 600), (120, 90, 60))
    cover = table.copy()
    ImageDraw.Draw(cover).rectangle((150, 50, 650, 550), fill=(20, 30, 90))
    for at, (left, top, _, _) in enumerate(places):
        for picture in (table, cover):
            picture.paste(artwork(at, 180), (left, top))
    assert on_one_ground(table, outlines)
    assert not on_one_ground(cover, outlines)
    touching = [outlines[0], outlines[0] + (180 / 800, 0)]
    assert not on_one_ground(table, touching), "nothing is between them"
