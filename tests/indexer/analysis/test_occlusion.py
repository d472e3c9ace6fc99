import numpy as np

from indexer.analysis.occlusion import PATCHES_A_SIDE, occlude
from indexer.genre import LinearHead
from tests.factories import FakeBackbone


def _head() -> LinearHead:
    """Knows "red" by the red of the top left field of a 4 x 4 grid."""
    weights = np.zeros((2, 48), np.float32)
    weights[0, 0] = 12
    return LinearHead(("red", "other"), weights, np.array([-3, 0], np.float32))


def test_the_part_that_decides_is_hot_and_the_rest_is_not() -> None:
    pixels = np.full((32, 32, 3), 120, np.uint8)
    pixels[:8, :8] = (255, 120, 120)
    found = occlude(pixels, FakeBackbone(), _head(), "red")
    assert found.probability > 0.9
    assert found.drops.argmax() == 0
    assert found.drops[0, 0] > 0.5
    assert found.heat[:4, :4].min() > 5 * np.abs(found.heat[16:, 16:]).max()


def test_drops_are_differences_of_probability() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    backbone, head = FakeBackbone(), _head()
    found = occlude(pixels, backbone, head)
    whole = head.probabilities(backbone.embed(pixels[np.newaxis]))[0]
    assert found.genre == head.genres[whole.argmax()]
    hidden = pixels.copy()
    hidden[-8:, -8:] = np.round(pixels.mean(axis=(0, 1)))
    after = head.probabilities(backbone.embed(hidden[np.newaxis]))[0, whole.argmax()]
    assert found.drops[PATCHES_A_SIDE - 1, PATCHES_A_SIDE - 1] == whole.max() - after
