"""The colours that an embedded ICC profile gives the pixels → sRGB, by LittleCMS."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
"""Pillow's mode → the colour space of a profile that describes it (ICC.1:2022, table 19)."""

_MAX_PROFILE_BYTES = 4 * 2**20
"""Profiles of presses take up to 3 MB."""

_KEPT_PROFILES = 16

_SAME_COLOUR = 2
"""Of 255: a profile that moves no colour further is sRGB in other words, and most profiles are."""

_STEPS = 17

MODES = frozenset(_SPACES)
"""The modes that a profile can describe."""


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """A picture of mode L, RGB, CMYK or LAB → RGB in sRGB if its profile describes other colours.

    The intent is the perceptual one, which is meant for pictures. The image itself comes back if the profile is of
    sRGB, is damaged or describes another kind of pixels: a profile is no reason to lose a cover.

    Args:
        profile: what Pillow has as ``icc_profile``, or None.
    """
    if not isinstance(profile, bytes) or len(profile) > _MAX_PROFILE_BYTES:
        return image
    transform = _transform(profile, image.mode)
    return image if transform is None else transform.apply(image)


@lru_cache(maxsize=_KEPT_PROFILES)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None if mode in {"L", "RGB"} and _changes_nothing(transform, mode) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    ramp = np.linspace(0, 255, _STEPS, dtype=np.uint8)
    grid = np.stack(np.meshgrid(ramp, ramp, ramp), -1).reshape(_STEPS, -1, 3)
    sample = Image.fromarray(grid) if mode == "RGB" else Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    found = np.asarray(transform.apply(sample), dtype=np.int16)
    return bool(np.abs(found - np.asarray(sample.convert("RGB"))).max() <= _SAME_COLOUR)
