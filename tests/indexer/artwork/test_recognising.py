"""Covers recognised in drawn photographs, and strangers that are not."""

import numpy as np
from PIL import Image

from indexer.artwork import is_recognised, is_whole, recognise, sketch
from indexer.outline import rectify
from indexer.training.photographs import photograph
from tests.indexer.artwork.artworks import artwork, bordered, cropped, faded, squeezed, stickered


def test_a_cover_is_recognised_where_it_was_drawn_and_a_stranger_nowhere() -> None:
    covers = [sketch(artwork(seed)) for seed in range(6)]
    for seed, cover in enumerate(covers):
        photo = photograph(artwork(seed), f"{seed}", hand=seed % 2 == 0)
        true = photo.corners / photo.image.size
        off = true + np.array([[0.02, -0.01], [-0.01, 0.01], [0.01, 0.02], [0.0, -0.02]])
        view = sketch(rectify(photo.image, off, 480))
        found = recognise(cover, view)
        assert found is not None
        assert is_recognised(found)
        assert is_whole(found.cells, found.corners, is_photo=True)
        inside = rectify(photo.image, off, 480).size
        assert inside[0] <= 480
        whole = recognise(cover, sketch(photo.image))
        if whole is not None and is_recognised(whole):
            assert np.abs(whole.corners - true).max() < 0.03, "its corners are the sleeve's in the photo"
        for other in range(len(covers)):
            stranger = recognise(covers[other], view) if other != seed else None
            assert stranger is None or not is_recognised(stranger)


def test_another_pressing_is_recognised_but_is_not_that_very_cover() -> None:
    for seed in range(3):
        cover = sketch(artwork(seed))
        for change, whole in ((faded, True), (squeezed, True), (cropped, False), (bordered, False), (stickered, True)):
            found = recognise(cover, sketch(change(artwork(seed))))
            assert found is not None, change
            assert is_recognised(found), change
            assert is_whole(found.cells, found.corners, is_photo=False) is whole, change


def test_a_mirrored_or_flat_picture_is_no_cover() -> None:
    cover = sketch(artwork(3))
    mirrored = artwork(3).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for picture in (mirrored, Image.new("RGB", (300, 300), "navy")):
        found = recognise(cover, sketch(picture))
        assert found is None or not is_recognised(found)
