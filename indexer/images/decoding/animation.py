"""Which frame of an animation stands for it: many begin with an empty one."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFile

_ANIMATED = frozenset({"GIF", "PNG", "WEBP"})
"""Other formats hold several pictures that have nothing to do with each other, or begin with the one to show."""

_MAX_FRAMES = 64

_LEAST_RANGE = 16
"""Of 255: between the darkest and the brightest pixel of a picture that shows something, in one of its colours."""


def is_animation(image: ImageFile.ImageFile) -> bool:
    """Whether a file has several frames that are shown one after the other."""
    return image.format in _ANIMATED and bool(getattr(image, "is_animated", False))


def later_frames(image: ImageFile.ImageFile, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """An animation with its second frame, its third and so on; it is always the same object.

    Args:
        max_pixels: of all frames together.
    """
    for number in range(1, min(_MAX_FRAMES, max_pixels // (image.width * image.height))):
        image.seek(number)
        image.load()
        yield image


def shows_something(picture: Image.Image) -> bool:
    """Whether an RGB picture has more than one colour."""
    return bool(np.ptp(np.asarray(picture), axis=(0, 1)).max() >= _LEAST_RANGE)
