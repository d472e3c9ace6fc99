"""One artwork under what pressings do to it, and artworks that only resemble each other."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from indexer.artwork import agreement, is_same_artwork, sketch
from indexer.artwork.geometry import Agreement
from tests.indexer.artwork.artworks import artwork, bordered, cropped, faded, squeezed, stickered, turned

CHANGES = [cropped, bordered, stickered, faded, turned, squeezed]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_another_pressing_is_the_same_artwork(change: Callable[[Image.Image], Image.Image]) -> None:
    for seed in range(5):
        first, second = sketch(artwork(seed)), sketch(change(artwork(seed)))
        assert is_same_artwork(agreement(first, second))
        assert is_same_artwork(agreement(second, first))


def test_other_artworks_are_not_the_same() -> None:
    sketches = [sketch(artwork(seed)) for seed in range(12)]
    same = [
        (first, second)
        for first in range(12)
        for second in range(first)
        if is_same_artwork(agreement(sketches[first], sketches[second]))
    ]
    assert same == []


def test_a_shared_frame_and_logo_do_not_make_one_artwork() -> None:
    frame = artwork(100)
    series = []
    for seed in (1, 2):
        copy = frame.copy()
        copy.paste(artwork(seed, 340), (30, 50))
        series.append(sketch(copy))
    assert not is_same_artwork(agreement(*series))


def test_flat_pictures_agree_with_nothing() -> None:
    flat = sketch(Image.new("RGB", (300, 300), "black"))
    grey = sketch(Image.new("RGB", (300, 200), "grey"))
    assert agreement(flat, grey) == Agreement(0.0, 0, -1.0, 0.0, 0.0)
    assert not is_same_artwork(agreement(flat, sketch(artwork(1))))


def test_correlation_is_pearsons() -> None:
    first, second = sketch(artwork(1)), sketch(artwork(2))
    expected = np.corrcoef(first.whole.ravel(), second.whole.ravel())[0, 1]
    assert agreement(first, second).whole == pytest.approx(expected, abs=1e-4)


def test_any_shape_can_be_compared() -> None:
    for size in ((8, 8), (2000, 9), (9, 2000)):
        found = agreement(sketch(artwork(1).resize(size)), sketch(artwork(2)))
        assert not is_same_artwork(found)
